"""Back-fills in the archive: on both databases, each step whole, and done once."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from config.clock import ManualClock
from db.archive import Archive
from db.archiving import backfill_lists, backfills, links
from db.archiving.backfill_lists import KnownDocument, NewDocument, ReadDocument
from db.archiving.backfills import KnownBackfill
from db.archiving.entries import FoundLink
from db.models import BackfillDocument, BackfillState, DocumentState, Link, Site, VisitOutcome
from tests.contract.desk import Desk

FIRST, LAST = date(2026, 2, 1), date(2026, 2, 3)
MAP = "http://lantern.example/map.xml"


@pytest.fixture
def desk(archive: Archive, clock: ManualClock) -> Desk:
    return Desk(archive, clock)


def begin(desk: Desk, *documents: NewDocument) -> KnownBackfill:
    with desk.archive.write() as session:
        known, _ = backfills.begin(session, desk.site_id, FIRST, LAST, now=desk.clock.now())
        backfill_lists.add_documents(session, known.id, documents or [NewDocument("sitemap", MAP)])
    return known


def found(*paths: str) -> list[FoundLink]:
    return [
        FoundLink(f"http://lantern.example/{path}", f"lantern.example/{path}") for path in paths
    ]


def waiting(desk: Desk, known: KnownBackfill) -> list[KnownDocument]:
    with desk.archive.read() as session:
        return backfill_lists.waiting_documents(session, known.id, limit=10)


def take(desk: Desk, known: KnownBackfill, *paths: str, **more: object) -> int:
    (document, *_) = waiting(desk, known)
    read = ReadDocument(200, links=found(*paths), link_count=len(paths), **more)  # type: ignore[arg-type]
    with desk.archive.write() as session:
        return backfill_lists.note_read(
            session, document, read, site_id=desk.site_id, now=desk.clock.now()
        )


def wanted(desk: Desk, known: KnownBackfill) -> list[str]:
    with desk.archive.read() as session:
        rows = backfill_lists.wanted_links(session, known.id, limit=100)
    return [row.url.rpartition("/")[2] for row in rows]


def end(desk: Desk, known: KnownBackfill, *, error: str | None = None) -> KnownBackfill:
    now = desk.clock.now()
    with desk.archive.write() as session:
        backfills.end_slice(session, known, now=now, due_at=now + timedelta(hours=1), error=error)
        return backfills.load(session, known.id)


def due(desk: Desk) -> list[str]:
    with desk.archive.read() as session:
        return backfills.due(session, now=desk.clock.now())


def test_the_same_period_is_one_back_fill_until_it_is_complete(desk: Desk) -> None:
    one = begin(desk)
    assert begin(desk).id == one.id
    assert len(waiting(desk, one)) == 1
    take(desk, one)
    assert end(desk, one).state is BackfillState.COMPLETE
    assert begin(desk).id != one.id


def test_what_is_known_is_not_asked_for_again(desk: Desk) -> None:
    desk.see("seen", "A text that is archived.")
    desk.link("daily")  # found by a source, due by itself
    known = begin(desk)
    assert take(desk, known, "seen", "daily", "past-1", "past-2") == 2
    assert sorted(wanted(desk, known)) == ["past-1", "past-2"]
    with desk.archive.read() as session:
        late = links.due_links(session, [desk.site_id], now=desk.clock.now(), limit=10)
    assert [row.url_key for row in late] == [
        "lantern.example/daily"
    ]  # the past is nobody's daily work


def test_a_list_that_is_read_twice_changes_nothing_the_second_time(desk: Desk) -> None:
    known = begin(desk)
    (document,) = waiting(desk, known)
    read = ReadDocument(200, found("a", "b"), 2, more=[NewDocument("sitemap", MAP + "?2", depth=1)])
    now = desk.clock.now()
    with desk.archive.write() as session:
        assert backfill_lists.note_read(session, document, read, site_id=desk.site_id, now=now) == 2
    with desk.archive.write() as session:
        assert backfill_lists.note_read(session, document, read, site_id=desk.site_id, now=now) == 0
    assert [one.url for one in waiting(desk, known)] == [MAP + "?2"]
    assert sorted(wanted(desk, known)) == ["a", "b"]


def test_a_page_that_a_source_names_becomes_daily_work(desk: Desk) -> None:
    known = begin(desk)
    take(desk, known, "a")
    now = desk.clock.now()
    with desk.archive.write() as session:
        assert links.offer_links(session, desk.site_id, found("a"), now=now).due == 1
        assert links.offer_links(session, desk.site_id, found("a"), now=now).due == 0
        assert links.due_links(session, [desk.site_id], now=now, limit=1)


def test_a_back_fill_is_complete_when_every_list_was_read_and_every_page_looked_at(
    desk: Desk,
) -> None:
    known = begin(desk)
    take(desk, known, "in", "out", "undated", "nothing")
    assert end(desk, known).state is BackfillState.OPEN
    for path, published in (("in", "2026-02-02T23:30:00-05:00"), ("out", "2026-02-04")):
        desk.see(path, f"The text of {path}.", published=published)
    desk.see("undated", "A text without a date.")
    failed = desk.bare(desk.link("nothing"), VisitOutcome.ERROR, detail="timeout")
    desk.archive_all(failed)
    ended = end(desk, known)
    assert ended.state is BackfillState.COMPLETE
    assert ended.counts == {
        "lists_read": 1,
        "promised": 4,
        "outside_by_list": 0,
        "pages": 4,
        "articles_in_period": 1,
        "articles_of_other_days": 1,
        "articles_undated": 1,
        "no_article": 1,
    }
    assert wanted(desk, known) == []


def test_a_list_that_cannot_be_had_is_asked_for_three_times(desk: Desk) -> None:
    known = begin(desk)
    for tries in range(backfill_lists.MAX_TRIES):
        (document,) = waiting(desk, known)
        assert document.try_count == tries
        with desk.archive.write() as session:
            backfill_lists.note_unread(
                session,
                document,
                DocumentState.FAILED,
                now=desk.clock.now(),
                status=503,
                detail="HTTP 503",
            )
    assert waiting(desk, known) == []
    assert end(desk, known).counts["lists_failed"] == 1


def test_it_rests_between_slices_and_a_paused_site_rests_longer(desk: Desk) -> None:
    known = begin(desk)
    assert due(desk) == ["lantern"]
    assert end(desk, known, error="no answer").failure_count == 1
    assert due(desk) == []
    desk.wait(hours=1)
    assert due(desk) == ["lantern"]
    with desk.archive.write() as session:
        session.query(Site).update({"paused_at": desk.clock.now()})
    assert due(desk) == []


def test_what_was_stopped_goes_on_where_it_was(desk: Desk) -> None:
    known = begin(desk)
    take(desk, known, "a", "b")
    desk.see("a", "One was looked at.")
    with desk.archive.write() as session:
        assert backfills.stop(session, known.id, now=desk.clock.now())
        assert not backfills.stop(session, known.id, now=desk.clock.now())
    assert due(desk) == []
    again = begin(desk)
    assert (again.id, again.state) == (known.id, BackfillState.OPEN)
    assert wanted(desk, again) == ["b"]


def test_calendars_without_end_are_cut_and_it_is_told(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backfill_lists, "MAX_DOCUMENTS", 3)
    known = begin(desk)
    more = [NewDocument("archive", f"http://lantern.example/{n}") for n in range(5)]
    take(desk, known, more=more)
    assert len(waiting(desk, known)) == 2
    with desk.archive.read() as session:
        detail = session.scalar(select(BackfillDocument.detail).order_by(BackfillDocument.id))
    assert detail == "3 lists left out: a back-fill reads 3 at most"


def test_pages_come_the_latest_first(desk: Desk) -> None:
    known = begin(desk)
    (document,) = waiting(desk, known)
    dated = [
        FoundLink(f"http://lantern.example/{n}", f"lantern.example/{n}",
                  published_at=datetime(2026, 2, n, tzinfo=UTC))
        for n in (1, 3, 2)
    ]  # fmt: skip
    with desk.archive.write() as session:
        backfill_lists.note_read(
            session,
            document,
            ReadDocument(200, dated, 3),
            site_id=desk.site_id,
            now=desk.clock.now(),
        )
        assert (
            session.scalar(select(Link.due_at).where(Link.url_key == "lantern.example/1")) is None
        )
    assert wanted(desk, known) == ["3", "2", "1"]
