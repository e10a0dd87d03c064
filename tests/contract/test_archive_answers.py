"""Answers of the archive: as of now, as of then, in the archive's words and in the asker's SQL."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, text, update

from config.clock import ManualClock
from db.archive import Archive
from db.archiving import crawls, leases
from db.asking import queries, reports
from db.asking.asof import AsOf
from db.asking.sql import run_read_only
from db.errors import StatementRefused
from db.models import ArticleUrl, Content, CrawlOutcome, Frame, Revision, Visit
from db.statements import is_postgres
from db.verify import Progress, checks, verify
from tests.contract.desk import Desk


@pytest.fixture
def desk(archive: Archive, clock: ManualClock) -> Desk:
    return Desk(archive, clock)


def test_a_history_as_of_a_moment_ends_there(
    desk: Desk, archive: Archive, clock: ManualClock
) -> None:
    before = clock.now() - timedelta(seconds=1)
    number = desk.see("a", "one", title="First").article_id
    assert number is not None
    then = clock.now()
    desk.wait(days=1)
    desk.see("a", "two", title="Second")
    desk.wait(days=1)
    desk.see_gone("a")
    with archive.read() as session:
        assert [r.title for r in queries.history(session, number)] == ["First", "Second"]
        assert [r.title for r in queries.history(session, number, as_of=AsOf.moment(then))] == [
            "First"
        ]
        assert queries.history(session, number, as_of=AsOf.moment(before)) == []
        assert queries.revision(session, number, 2, as_of=AsOf.moment(then)) is None
        assert queries.revision(session, number, 3) is None
        (now,) = queries.find_articles(session, number=number)
        (past,) = queries.find_articles(
            session, url_key="lantern.example/a", as_of=AsOf.moment(then)
        )
        assert queries.find_articles(session, number=number, as_of=AsOf.moment(before)) == []
        (still,) = queries.find_articles(session, number=number, as_of=AsOf.moment(clock.now()))
    assert now.revision is not None
    assert past.revision is not None
    assert (now.revision.title, now.revision_count, now.gone_at) == ("Second", 2, clock.now())
    assert (past.revision.title, past.revision_count, past.gone_at) == ("First", 1, None)
    assert (past.last_seen_at, now.last_seen_at) == (then, then + timedelta(days=1))
    assert still == now


def test_an_article_is_found_by_any_of_its_urls_and_within_a_site(
    desk: Desk, archive: Archive, clock: ManualClock
) -> None:
    other = Desk(archive, clock, site="beacon")
    number = desk.see("old", "one").article_id
    desk.see("new", "one", article=number)
    other.see("x", "else")
    with archive.read() as session:
        by_old = queries.find_articles(session, url_key="lantern.example/old")
        by_new = queries.find_articles(session, url_key="lantern.example/new", site="lantern")
        assert by_old == by_new
        assert [a.url for a in by_old[0].aliases] == [
            "http://lantern.example/old",
            "http://lantern.example/new",
        ]
        assert queries.find_articles(session, url_key="lantern.example/old", site="beacon") == []
        assert queries.find_articles(session, url_key="nowhere") == []


def test_the_status_of_a_site_tells_its_sources_links_and_last_error(
    desk: Desk, archive: Archive, clock: ManualClock
) -> None:
    desk.see("a", "one")
    key = ("feed", "http://lantern.example/feed")
    with archive.write() as session:
        source = crawls.ensure_sources(session, desk.site_id, [key, key])[key]
        crawls.note_source(
            session,
            source.id,
            now=clock.now(),
            status=200,
            etag='"x"',
            body_sha256=b"1" * 32,
            link_count=7,
        )
        crawls.note_source(session, source.id, now=clock.now(), status=304)
        crawls.note_source(session, source.id, now=clock.now(), status=503, error="HTTP 503")
        known = crawls.ensure_sources(session, desk.site_id, [key])[key]
        crawls.end_crawl_site(
            session,
            desk.crawl_id,
            desk.site_id,
            now=clock.now(),
            outcome=CrawlOutcome.FINISHED,
            counts={"new": 1},
            due_at=clock.now() + timedelta(hours=1),
            has_answered=False,
            error="cannot resolve lantern.example",
        )
        crawls.end_crawl(session, desk.crawl_id, now=clock.now(), outcome=CrawlOutcome.FINISHED)
    assert (known.etag, known.body_sha256, known.failure_count) == ('"x"', b"1" * 32, 1)
    with archive.read() as session:
        (site,) = reports.site_status(session, now=clock.now())
        (crawl,) = reports.crawl_list(session, site="lantern")
        assert reports.crawl_list(session, site="beacon") == []
    assert (site.article_count, site.link_count, site.failure_count) == (1, 1, 1)
    assert site.last_error == "cannot resolve lantern.example"
    assert (site.sources[0].link_count, site.sources[0].last_error) == (7, "HTTP 503")
    assert (crawl.outcome, crawl.sites) == ("finished", {"lantern": {"new": 1}})


def test_a_crawl_whose_owner_holds_no_lease_is_found_dead(
    desk: Desk, archive: Archive, clock: ManualClock
) -> None:
    with archive.write() as session:
        leases.take(
            session, "lantern.example", owner="desk:1", now=clock.now(), ttl=timedelta(hours=1)
        )
    desk.wait(minutes=30)
    with archive.write() as session:
        assert crawls.mark_dead_crawls(session, now=clock.now()) == []
    desk.wait(hours=1)
    with archive.write() as session:
        young = crawls.begin_crawl(
            session, trigger="command", owner="other:2", now=clock.now(), site_ids=[]
        )
        assert crawls.mark_dead_crawls(session, now=clock.now()) == [desk.crawl_id]
        assert crawls.mark_dead_crawls(session, now=clock.now()) == []
    with archive.read() as session:
        outcomes = {crawl.id: crawl.outcome for crawl in reports.crawl_list(session)}
    assert outcomes == {desk.crawl_id: "killed", young: None}


def test_a_lease_is_held_by_one_until_it_runs_out(archive: Archive, clock: ManualClock) -> None:
    ttl = timedelta(minutes=1)
    with archive.write() as session:
        first = leases.take(session, "host", owner="a", now=clock.now(), ttl=ttl)
        assert first is not None
        assert leases.take(session, "host", owner="b", now=clock.now(), ttl=ttl) is None
        assert leases.renew(session, "host", token=first, now=clock.now(), ttl=ttl)
    clock.advance(timedelta(minutes=2))
    with archive.write() as session:
        second = leases.take(session, "host", owner="b", now=clock.now(), ttl=ttl)
        assert second is not None
        assert second > first
        assert not leases.check(session, "host", token=first)
        assert not leases.renew(session, "host", token=first, now=clock.now(), ttl=ttl)
        leases.release(session, "host", token=first)
        assert leases.check(session, "host", token=second)
        leases.release(session, "host", token=second)
        assert not leases.check(session, "host", token=second)
        third = leases.take(session, "host", owner="a", now=clock.now(), ttl=ttl)
    assert third is not None
    assert third > second


def test_a_statement_gives_its_columns_and_rows_up_to_a_limit(desk: Desk, archive: Archive) -> None:
    for path in "abc":
        desk.see(path, path, title=path.upper())
    table = run_read_only(
        archive, "SELECT id, title FROM revision WHERE title LIKE '%' ORDER BY id", limit=2
    )
    assert table.columns == ("id", "title")
    assert table.rows == ((1, "A"), (2, "B"))
    assert table.has_more
    assert run_read_only(archive, "SELECT 1 AS one WHERE 1 = 2", limit=2).rows == ()


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM site",
        "CREATE TABLE x (y integer)",
        "SELECT 1; SELECT 2",
        "COMMIT; DELETE FROM site",
        "SELECT * FROM nowhere",
        "",
        "WITH gone AS (DELETE FROM site RETURNING 1) SELECT * FROM gone",
        "UPDATE site SET name = 'x' RETURNING id",
        "VACUUM",
        "SELECT '\0'",
    ],
)
def test_a_statement_that_is_not_one_reading_question_is_refused(
    desk: Desk, archive: Archive, statement: str
) -> None:
    with pytest.raises(StatementRefused, match=r"\w+ \w+"):
        run_read_only(archive, statement)
    with archive.read() as session:
        assert reports.counts(session)["sites"] == 1


def test_no_other_file_can_be_attached(archive: Archive) -> None:
    if archive.url.get_backend_name() != "sqlite":
        pytest.skip("SQLite's own danger")
    with pytest.raises(StatementRefused):
        run_read_only(archive, "ATTACH '/tmp/other.sqlite3' AS other")


def test_a_statement_that_takes_too_long_is_stopped(archive: Archive) -> None:
    forever = (
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000000) "
        "SELECT count(*) FROM n"
    )
    with pytest.raises(StatementRefused, match="took too long"):
        run_read_only(archive, forever, timeout_s=0.2)


def test_a_sound_archive_has_no_violation_and_says_how_far_it_is(
    desk: Desk, archive: Archive
) -> None:
    for words in ("one", "two", "one"):
        desk.see("a", words)
        desk.wait(minutes=1)
    desk.see_gone("a")
    told: list[Progress] = []
    assert verify(archive, progress=told.append) == []
    promises = {each.promise for each in told}  # but those over rows that this archive has none of
    assert {"revision_numbers", "captures"} <= promises <= {check.promise for check in checks()}


def _drop_search(archive: Archive) -> None:
    with archive.write() as session:
        if is_postgres(session):
            session.execute(text("DELETE FROM search"))
        else:
            session.execute(text("INSERT INTO search (search) VALUES ('delete-all')"))


DAMAGES = {
    "revision_numbers": update(Revision).where(Revision.number == 2).values(number=5),
    "revisions_differ": update(Revision).values(normal_sha256=b"0" * 32),
    "article_newest": text("UPDATE article SET revision_count = 7"),
    "article_url": delete(ArticleUrl),
    "visit_revision": update(Visit).values(revision_id=None),
    "contents": update(Content).values(data=b"broken"),
    "captures": update(Frame).values(data=b"broken"),
}


def test_a_text_that_postgres_cannot_fold_is_missed_where_its_tokens_are(
    desk: Desk, archive: Archive
) -> None:
    desk.see("a", "хлеб")
    with archive.write() as session:
        if not is_postgres(session):
            pytest.skip("SQLite has one index")
        session.execute(text("UPDATE search SET folded = NULL"))
    assert {violation.promise for violation in verify(archive)} == {"search_rows"}


@pytest.mark.parametrize("promise", [*DAMAGES, "search_rows"])
def test_every_broken_promise_is_found(desk: Desk, archive: Archive, promise: str) -> None:
    desk.see("a", "one")
    desk.wait(minutes=1)
    desk.see("a", "two")
    if promise == "search_rows":
        _drop_search(archive)
    else:
        with archive.write() as session:
            session.execute(DAMAGES[promise], execution_options={"synchronize_session": False})
    found = verify(archive)
    assert promise in {violation.promise for violation in found}
    if promise == "captures":
        assert any("unproven: revision 1 of article 1" in str(violation) for violation in found)
