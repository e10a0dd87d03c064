"""What the days of sites came to is counted alike on both databases, and kept."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import update

from config.clock import ManualClock
from db.archive import Archive
from db.archiving import crawls
from db.archiving.entries import NewExtraction
from db.asking import site_days
from db.asking.site_days import KeptHealth
from db.models import Source, SourceOutcome, VisitOutcome
from morgue.checkup import check_up, keep_up
from morgue.health.days import from_counts
from morgue.health.findings import Kind
from morgue.health.watch import VERSION
from tests.contract.desk import RULES, Desk

DAY = date(2026, 3, 2)


@pytest.fixture
def desk(archive: Archive, clock: ManualClock) -> Desk:
    return Desk(archive, clock)


def look(desk: Desk, outcome: SourceOutcome, *, new: int = 0, detail: str | None = None) -> None:
    """One crawl that looks at the site's one source."""
    with desk.archive.write() as session:
        crawl_id = crawls.begin_crawl(
            session,
            trigger="schedule",
            owner="desk:1",
            now=desk.clock.now(),
            site_ids=[desk.site_id],
        )
        source = crawls.ensure_sources(session, desk.site_id, [("feed", "http://x.example/feed")])
        crawls.add_source_look(
            session,
            source["feed", "http://x.example/feed"].id,
            crawl_id,
            now=desk.clock.now(),
            outcome=outcome,
            status=None if detail else 200,
            link_count=20 if new else None,
            new_link_count=new,
            detail=detail,
        )


def doubt(desk: Desk, path: str, reason: str) -> None:
    link = desk.link(path)
    extraction = NewExtraction(b"{}", "1", RULES, is_believed=False, reason=reason, detail="odd")
    capture_id = desk.keep(link, f"<html>{path}".encode())
    desk.archive_all(
        desk.bare(link, VisitOutcome.QUARANTINED, capture_id=capture_id, extraction=extraction)
    )


def a_day(desk: Desk) -> None:
    desk.see("a", "A long story of the harbour.", authors=("A. Writer",), language="en")
    desk.see("b", "Another story.", published="2026-03-02")
    look(desk, SourceOutcome.NEW, new=2)
    desk.wait(hours=1)
    desk.see("a", "A long story of the harbour.")
    doubt(desk, "c", "layout")
    doubt(desk, "d", "blocked")
    desk.wait(hours=4)
    look(desk, SourceOutcome.ERROR, detail="tls: certificate verify failed")
    desk.wait(hours=1)
    look(desk, SourceOutcome.ERROR, detail="tls: certificate verify failed")


def test_a_day_of_a_site_is_counted_by_quarters(desk: Desk) -> None:
    a_day(desk)
    with desk.archive.read() as session:
        counted = site_days.count(session, DAY, until=desk.clock.now())[desk.site_id]
    assert counted["articles"] == [0, 2, 0, 0]
    assert counted["fields"]["authors"] == [0, 1, 0, 0]
    assert counted["fields"]["published"] == [0, 1, 0, 0]
    assert counted["looks"] == [0, 5, 0, 0]
    assert counted["doubted"] == [0, 1, 0, 0]
    assert counted["blocked"] == [0, 1, 0, 0]
    assert counted["lengths"][1][0] == 2
    assert counted["covered"] == [0.0, 1.0, 0.0, 0.0]
    (source,) = counted["sources"].values()
    assert source["new"] == [0, 2, 0, 0]
    words = "tls: certificate verify failed"
    assert source["spells"] == [["", 540, 540, 1, ""], ["tls", 840, 900, 2, words]]
    assert counted["spells"] == source["spells"]


def test_a_source_is_measured_by_the_crawls_that_brought_its_site_news(desk: Desk) -> None:
    look(desk, SourceOutcome.NEW, new=2)
    look(desk, SourceOutcome.SAME)
    crawl_of_two(desk, is_first_read=True)
    crawl_of_two(desk, is_first_read=False)
    with desk.archive.read() as session:
        sources = site_days.count(session, DAY, until=desk.clock.now())[desk.site_id]["sources"]
    (first, second) = (sources[number] for number in sorted(sources, key=int))
    assert (first["asked"], first["stirred"]) == ([0, 3, 0, 0], [0, 2, 0, 0])
    assert (second["asked"], second["stirred"]) == ([0, 2, 0, 0], [0, 2, 0, 0])


def crawl_of_two(desk: Desk, *, is_first_read: bool) -> None:
    """A crawl in which the second source names a new link, and the first one none."""
    now = desk.clock.now()
    urls = [("feed", "http://x.example/feed"), ("feed", "http://x.example/other")]
    with desk.archive.write() as session:
        crawl_id = crawls.begin_crawl(
            session, trigger="schedule", owner="desk:1", now=now, site_ids=[desk.site_id]
        )
        first, second = crawls.ensure_sources(session, desk.site_id, urls).values()
        crawls.add_source_look(
            session,
            first.id,
            crawl_id,
            now=now,
            outcome=SourceOutcome.SAME if is_first_read else SourceOutcome.NOT_MODIFIED,
            status=200 if is_first_read else 304,
            link_count=20 if is_first_read else None,
        )
        crawls.add_source_look(
            session,
            second.id,
            crawl_id,
            now=now,
            outcome=SourceOutcome.NEW,
            status=200,
            link_count=20,
            new_link_count=1,
        )


def test_what_was_done_on_another_day_is_not_counted(desk: Desk) -> None:
    a_day(desk)
    desk.wait(hours=20)
    desk.see("e", "News of the next day.")
    with desk.archive.read() as session:
        today = site_days.count(session, DAY + timedelta(days=1), until=desk.clock.now())
        before = site_days.count(session, DAY - timedelta(days=1), until=desk.clock.now())
    assert sum(today[desk.site_id]["articles"]) == 1
    assert before == {}


def test_days_are_kept_once_they_are_over_and_only_once(desk: Desk) -> None:
    a_day(desk)
    assert keep_up(desk.archive) == 0
    desk.clock.advance(timedelta(days=2))
    assert keep_up(desk.archive) == 2
    assert keep_up(desk.archive) == 0
    with desk.archive.read() as session:
        days = site_days.kept(session, since=DAY, until=DAY + timedelta(days=9))
        fresh = site_days.count(session, DAY, until=desk.clock.now())
        known = site_days.healths(session, learner=VERSION)
    assert days[desk.site_id] == {"2026-03-02": fresh[desk.site_id], "2026-03-03": {}}
    assert known[desk.site_id].day == DAY + timedelta(days=1)


def test_what_was_learnt_replaces_what_was_learnt_before(desk: Desk) -> None:
    with desk.archive.write() as session:
        site_days.keep_healths(session, {desk.site_id: KeptHealth(DAY, {"a": 1})}, learner="0")
        site_days.keep_healths(session, {desk.site_id: KeptHealth(DAY, {"a": 2})}, learner="1")
    with desk.archive.read() as session:
        assert site_days.healths(session, learner="0") == {}
        assert site_days.healths(session, learner="1")[desk.site_id].state == {"a": 2}


def test_an_expired_certificate_is_named_with_its_words_and_its_beginning(desk: Desk) -> None:
    look(desk, SourceOutcome.NEW, new=2)
    for _ in range(8):
        desk.wait(hours=1)
        look(desk, SourceOutcome.ERROR, detail="tls: certificate has expired")
    found = check_up(desk.archive, {}, longest_crawl=timedelta(hours=1), at=desk.clock.now())
    (finding,) = found.findings
    assert finding.kind is Kind.CERTIFICATE
    assert finding.since == datetime(2026, 3, 2, 10, tzinfo=UTC)
    assert "certificate has expired" in finding.words


def test_a_check_up_as_of_a_moment_knows_nothing_of_later(desk: Desk) -> None:
    look(desk, SourceOutcome.NEW, new=2)
    before = desk.clock.now()
    for _ in range(8):
        desk.wait(hours=1)
        look(desk, SourceOutcome.ERROR, detail="tls: certificate has expired")
    found = check_up(desk.archive, {}, longest_crawl=timedelta(hours=1), at=before)
    assert found.findings == ()


def test_kept_days_and_counted_days_come_to_the_same_findings(desk: Desk) -> None:
    for _ in range(5):
        a_day(desk)
        desk.clock.advance(timedelta(days=1))
    at = desk.clock.now()
    counted = check_up(desk.archive, {}, longest_crawl=timedelta(hours=1), at=at)
    keep_up(desk.archive)
    kept = check_up(desk.archive, {}, longest_crawl=timedelta(hours=1), at=at)
    assert kept == counted


def test_a_day_is_read_back_as_it_was_kept(desk: Desk) -> None:
    a_day(desk)
    with desk.archive.read() as session:
        counted = site_days.count(session, DAY, until=desk.clock.now())[desk.site_id]
    day = from_counts(DAY.isoformat(), counted)
    assert day.read == 2
    assert day.spells[1].ended_at == datetime(2026, 3, 2, 15, tzinfo=UTC)


def test_a_feed_that_answers_304_wrongly_is_named_for_some_days(desk: Desk) -> None:
    look(desk, SourceOutcome.NEW, new=2)
    with desk.archive.write() as session:
        session.execute(update(Source).values(wrong_304_at=desk.clock.now()))
    for days, kinds in ((1, [Kind.WRONG_304]), (4, [])):
        at = desk.clock.now() + timedelta(days=days)
        found = check_up(desk.archive, {}, longest_crawl=timedelta(hours=1), at=at)
        assert [each.kind for each in found.findings] == kinds
