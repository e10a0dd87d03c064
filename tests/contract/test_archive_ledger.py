"""The ledger writes a look and all that follows from it once, whole, and the same on both databases."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from config.clock import ManualClock
from db.archive import Archive
from db.archiving import ledger, links, relations
from db.archiving.contents import unpack_content
from db.archiving.entries import NewArticle, NewCapture, NewExtraction
from db.asking import queries, reports
from db.identities import identity
from db.models import ArticleUrl, Content, Link, Quarantine, Revision, Visit, VisitOutcome
from tests.contract.desk import RULES, Desk, with_shingles


@pytest.fixture
def desk(archive: Archive, clock: ManualClock) -> Desk:
    return Desk(archive, clock)


def rows(archive: Archive) -> dict[str, int]:
    with archive.read() as session:
        return reports.counts(session)


def one(archive: Archive, statement: Any) -> Any:
    with archive.read() as session:
        return session.scalars(statement).one()


def test_a_first_look_makes_an_article_with_its_first_revision(
    desk: Desk, archive: Archive
) -> None:
    archived = desk.see("a", "Bread is dearer.", title="Bread")
    assert archived.outcome is VisitOutcome.NEW
    assert archived.revision_number == 1
    with archive.read() as session:
        (article,) = queries.find_articles(session, url_key="lantern.example/a")
    assert article.number == archived.article_id
    assert article.revision is not None
    assert (article.revision.title, article.revision.text) == ("Bread", "Bread is dearer.")
    assert article.revision.previous_seen_at is None


def test_the_same_text_in_other_bytes_is_no_revision(desk: Desk, archive: Archive) -> None:
    first = desk.see("a", "Bread is dearer.")
    desk.wait(hours=1)
    second = desk.see("a", "Bread is dearer.")
    assert second.outcome is VisitOutcome.SAME_TEXT
    assert second.revision_id == first.revision_id
    assert rows(archive)["revisions"] == 1
    assert rows(archive)["visits"] == 2


def test_an_edit_lies_between_the_last_look_at_the_old_and_the_first_at_the_new(
    desk: Desk, archive: Archive, clock: ManualClock
) -> None:
    desk.see("a", "Bread costs two pennies.")
    desk.wait(hours=1)
    desk.see("a", "Bread costs two pennies.")
    last_old = clock.now()
    desk.wait(hours=2)
    revised = desk.see("a", "Bread costs three pennies.")
    assert revised.outcome is VisitOutcome.REVISED
    assert revised.revision_number == 2
    assert revised.article_id is not None
    with archive.read() as session:
        _, second = queries.history(session, revised.article_id)
    assert second.previous_seen_at == last_old
    assert second.first_seen_at == clock.now()


def test_a_clock_that_was_set_back_does_not_turn_an_edit_round(
    desk: Desk, archive: Archive
) -> None:
    desk.see("a", "one")
    desk.wait(hours=-5)
    desk.see("a", "two")
    second = one(archive, select(Revision).where(Revision.number == 2))
    assert second.previous_seen_at == second.first_seen_at


def test_a_text_that_returns_after_days_is_a_third_revision(desk: Desk) -> None:
    numbers = []
    for words in ("one", "two", "one"):
        numbers.append(desk.see("a", words).revision_number)
        desk.wait(days=2)
    assert numbers == [1, 2, 3]


def test_archiving_a_capture_twice_changes_no_row(desk: Desk, archive: Archive) -> None:
    entry = desk.entry(desk.link("a"), "Bread is dearer.")
    (first,) = desk.archive_all(entry)
    before = rows(archive)
    desk.wait(hours=1)
    (second,) = desk.archive_all(replace(entry, article=NewArticle()))
    assert second == replace(first, is_repeat=True)
    assert rows(archive) == before


def test_a_capture_twice_in_one_batch_is_written_once(desk: Desk, archive: Archive) -> None:
    entry = desk.entry(desk.link("a"), "Bread is dearer.")
    first, second = desk.archive_all(entry, entry)
    assert (first.is_repeat, second.is_repeat) == (False, True)
    assert rows(archive)["visits"] == 1


def test_entries_of_one_batch_follow_each_other(desk: Desk) -> None:
    link = desk.link("a")
    article = NewArticle()
    entries = []
    for words in ("one", "one", "two"):
        entries.append(desk.entry(link, words, article=article))
        desk.wait(minutes=1)
    archived = desk.archive_all(*entries)
    assert [a.outcome for a in archived] == [
        VisitOutcome.NEW,
        VisitOutcome.SAME_TEXT,
        VisitOutcome.REVISED,
    ]
    assert len({a.article_id for a in archived}) == 1


def test_an_entry_that_fails_leaves_nothing_of_its_batch(desk: Desk, archive: Archive) -> None:
    good = desk.entry(desk.link("a"), "one")
    bad = replace(desk.entry(desk.link("b"), "two"), link_id=4711)
    before = rows(archive)
    with pytest.raises(Exception, match=r"(?i)foreign key"):
        desk.archive_all(good, bad)
    assert rows(archive) == before


def test_a_304_is_a_visit_that_saw_the_known_revision(desk: Desk, archive: Archive) -> None:
    first = desk.see("a", "one")
    link = desk.link("a")
    assert link.revision_id == first.revision_id
    desk.archive_all(
        desk.bare(
            link,
            VisitOutcome.SAME_BYTES,
            status=304,
            article=link.article_id,
            seen_revision_id=link.revision_id,
        )
    )
    with archive.read() as session:
        latest = session.scalars(select(Visit).order_by(Visit.id.desc())).first()
    assert latest is not None
    assert (latest.outcome, latest.revision_id) == (VisitOutcome.SAME_BYTES, first.revision_id)


def test_an_article_is_gone_from_the_first_look_that_says_so_until_it_is_seen_again(
    desk: Desk, archive: Archive, clock: ManualClock
) -> None:
    number = desk.see("a", "one").article_id
    assert number is not None
    states = []
    for gone in (True, True, False):
        desk.wait(days=1)
        if gone:
            desk.see_gone("a")
        else:
            desk.see("a", "one")
        with archive.read() as session:
            (article,) = queries.load_articles(session, [number])
        states.append((article.gone_at, article.aliases[0].to_at))
    first_gone = clock.now() - timedelta(days=2)
    assert states == [(first_gone, first_gone), (first_gone, first_gone), (None, None)]


def test_an_article_that_another_link_still_shows_is_not_gone(desk: Desk, archive: Archive) -> None:
    number = desk.see("old", "one").article_id
    assert number is not None
    desk.see("new", "one", article=number)
    desk.see_gone("old")
    with archive.read() as session:
        (article,) = queries.load_articles(session, [number])
    assert article.gone_at is None
    assert article.url == "http://lantern.example/new"
    assert [a.to_at is None for a in article.aliases] == [False, True]


def test_a_failed_look_is_no_removal_and_keeps_what_the_link_showed(
    desk: Desk, archive: Archive
) -> None:
    seen = desk.see("a", "one")
    link = desk.link("a")
    desk.archive_all(desk.bare(link, VisitOutcome.ERROR, detail="timeout: 60 s"))
    again = desk.link("a")
    assert (again.article_id, again.revision_id) == (seen.article_id, seen.revision_id)
    assert again.visit_count == 2
    with archive.read() as session:
        (article,) = queries.load_articles(session, [seen.article_id or 0])
    assert article.gone_at is None


def test_a_quarantined_page_is_kept_and_makes_no_revision(desk: Desk, archive: Archive) -> None:
    link = desk.link("a")
    entry = replace(
        desk.bare(link, VisitOutcome.QUARANTINED, status=200),
        capture_id=desk.keep(link, b"<html>Accept all cookies"),
        extraction=NewExtraction(
            b"{}", "1", RULES, is_believed=False, reason="consent", detail="Accept all"
        ),
    )
    desk.archive_all(entry)
    quarantine = one(archive, select(Quarantine))
    assert (quarantine.reason, quarantine.detail) == ("consent", "Accept all")
    assert rows(archive)["revisions"] == 0


def test_texts_that_a_database_cannot_keep_are_kept_without_what_it_cannot(
    desk: Desk, archive: Archive
) -> None:
    desk.see("a", "A NUL \0 and half a \ud83d pair.", title="T\0itle", authors=("A\0nn",))
    revision = one(archive, select(Revision))
    assert (revision.title, revision.text) == ("Title", "A NUL  and half a  pair.")
    assert revision.authors == ["Ann"]


def test_a_content_is_kept_against_its_text_and_read_back_whole(
    desk: Desk, archive: Archive
) -> None:
    words = " ".join(f"word{i}" for i in range(500))
    entry = desk.entry(desk.link("a"), words)
    desk.archive_all(entry)
    assert entry.extraction is not None
    revision = one(archive, select(Revision))
    content = one(archive, select(Content))
    assert unpack_content(content.data, text=revision.text) == entry.extraction.content
    assert len(content.data) < len(words) / 10
    with archive.read() as session:
        assert queries.content_of(session, revision.extraction_id) == entry.extraction.content


def test_a_killed_crawl_leaves_its_captures_to_be_read(desk: Desk, archive: Archive) -> None:
    link = desk.link("a")
    capture_id = desk.keep(link, b"<html>kept")
    with archive.read() as session:
        (left,) = ledger.unread_captures(session, [desk.site_id], limit=10)
        assert archive.captures.get(session, left.body_sha256) == b"<html>kept"
    assert (left.id, left.link_id) == (capture_id, link.id)
    assert left.headers == (("Content-Type", "text/html"), ("X-Twice", "a"), ("X-Twice", "b"))
    desk.archive_all(replace(desk.bare(link, VisitOutcome.QUARANTINED), capture_id=capture_id))
    with archive.read() as session:
        assert ledger.unread_captures(session, [desk.site_id], limit=10) == []


def test_the_same_bytes_again_are_noticed_with_what_they_had_shown(
    desk: Desk, archive: Archive
) -> None:
    seen = desk.archive_all(desk.entry(desk.link("a"), "one", body=b"<p>one"))[0]
    link = desk.link("a")

    def keep(body: bytes) -> Any:
        capture = NewCapture(
            site_id=desk.site_id,
            link_id=link.id,
            crawl_id=desk.crawl_id,
            fetched_at=desk.clock.now(),
            url=link.url,
            status=200,
            body=body,
            url_answered="http://lantern.example/b",
            redirects=((301, "http://lantern.example/b"),),
        )
        with archive.write() as session:
            return ledger.keep_captures(session, archive.captures, [capture])[0]

    same = keep(b"<p>one")
    assert same.is_same_bytes
    assert (same.previous_outcome, same.previous_revision_id) == (
        VisitOutcome.NEW,
        seen.revision_id,
    )
    other = keep(b"<p>other")
    assert not other.is_same_bytes
    assert other.previous_outcome is None
    with archive.read() as session:
        unread = ledger.unread_captures(session, [desk.site_id], limit=10)
    assert unread[0].redirects == ((301, "http://lantern.example/b"),)


def test_nothing_is_nothing(archive: Archive, clock: ManualClock) -> None:
    with archive.write() as session:
        assert ledger.keep_captures(session, archive.captures, []) == []
        assert ledger.archive_entries(session, [], now=clock.now()) == []


def test_the_origin_of_a_revision_is_its_capture_and_reader(desk: Desk, archive: Archive) -> None:
    archived = desk.see("a", "one")
    assert archived.revision_id is not None
    with archive.read() as session:
        origin = identity.revision_origin(session, archived.revision_id)
    assert (origin.extractor, origin.rules_sha256) == ("1", RULES)
    assert origin.capture.url == "http://lantern.example/a"


@pytest.mark.parametrize("shared", [2, 30])
def test_a_copy_finds_its_source_by_the_shingles_they_share(
    desk: Desk, archive: Archive, shared: int
) -> None:
    source = with_shingles(desk.entry(desk.link("a"), "one"), range(-20, 20))
    other = with_shingles(desk.entry(desk.link("b"), "two"), range(100, 140))
    first, _ = desk.archive_all(source, other)
    copy = range(20 - shared, 60 - shared)
    with archive.read() as session:
        found = identity.overlap_candidates(session, copy, exclude_site=None)
        without = identity.overlap_candidates(session, copy, exclude_site=desk.site_id)
    assert [(c.article_id, c.shared_count, c.shingle_count) for c in found] == [
        (first.article_id, shared, 40)
    ]
    assert without == []


def test_a_phrase_of_the_trade_finds_no_source(desk: Desk, archive: Archive) -> None:
    desk.archive_all(
        *(with_shingles(desk.entry(desk.link(f"p{i}"), f"text {i}"), [7, i]) for i in range(10, 15))
    )
    with archive.read() as session:
        found = identity.overlap_candidates(session, [7, 12], exclude_site=None)
    assert [c.shared_count for c in found] == [2]


def test_a_new_text_waits_to_be_compared_until_it_was(desk: Desk, archive: Archive) -> None:
    archived = desk.see("a", "one")
    with archive.read() as session:
        (waiting,) = relations.unrelated(session, [desk.site_id], limit=10)
    assert waiting.article_id == archived.article_id
    with archive.write() as session:
        relations.settle(session, [waiting.article_id])
    with archive.read() as session:
        assert relations.unrelated(session, [desk.site_id], limit=10) == []


def test_a_reprint_is_noted_once_and_completed_when_its_source_is_known(
    desk: Desk, archive: Archive, clock: ManualClock
) -> None:
    copy, source = desk.see("copy", "same").article_id, desk.see("source", "same").article_id
    assert copy is not None

    def note(source_id: int | None) -> bool:
        with archive.write() as session:
            return identity.add_reprint(
                session,
                copy_article_id=copy,
                source_url="http://lantern.example/source",
                source_article_id=source_id,
                containment=0.9,
                evidence=["link in the credit line"],
                now=clock.now(),
            )

    assert [note(None), note(None), note(source), note(source)] == [True, False, True, False]
    with archive.read() as session:
        (reprint,) = reports.reprints_of(session, copy)
    assert reprint.source_article_id == source


def test_a_visit_costs_little(desk: Desk, archive: Archive, clock: ManualClock) -> None:
    """Cheap enough to keep for ever: at most 120 bytes of SQLite file for one 304."""
    if archive.url.get_backend_name() != "sqlite":
        pytest.skip("the figure is SQLite's")
    desk.see("a", "one")
    link = desk.link("a")
    look: Callable[[], Any] = lambda: desk.bare(  # noqa: E731
        link, VisitOutcome.SAME_BYTES, article=link.article_id, seen_revision_id=link.revision_id
    )

    def size() -> int:
        with archive.read() as session:
            pages = session.scalar(text("PRAGMA page_count")) or 0
            return int(pages) * 4096

    desk.archive_all(*(look() for _ in range(200)))
    before = size()
    desk.archive_all(*(look() for _ in range(4000)))
    assert (size() - before) / 4000 <= 120


def test_every_known_row_of_a_link_is_read_back(desk: Desk, archive: Archive) -> None:
    link = desk.link("a", title="Stated", guid="g", published_at=desk.clock.now())
    with archive.read() as session:
        assert links.load_links(session, [link.id]) == {link.id: link}
        assert session.scalars(select(Link.id)).all() == [link.id]
        assert session.scalars(select(ArticleUrl.id)).all() == []
        assert session.scalars(select(Visit.id)).all() == []
