"""The stream of changes: in the order of commits, whole, and read from a cursor without gap or repeat."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select

from config.clock import ManualClock
from db import changes
from db.archive import Archive, Session
from db.changes import ChangeKind, NewChange
from db.models import Change, Counter
from tests.contract.desk import Desk


@pytest.fixture
def desk(archive: Archive, clock: ManualClock) -> Desk:
    return Desk(archive, clock)


def stream(session: Session, after: int = 0) -> list[Change]:
    return list(session.scalars(select(Change).where(Change.id > after).order_by(Change.id)))


def test_revisions_and_an_article_gone_and_back_are_changes_in_their_order(
    desk: Desk, archive: Archive
) -> None:
    first = desk.see("a", "one")
    desk.see("a", "one")
    desk.wait(hours=1)
    second = desk.see("a", "two")
    desk.wait(hours=1)
    desk.see_gone("a")
    desk.see_gone("a")
    desk.wait(hours=1)
    desk.see("a", "two")
    with archive.read() as session:
        told = [(c.id, c.kind, c.article_id, c.revision_id) for c in stream(session)]
        counter = session.scalars(select(Counter)).one()
    number = first.article_id
    assert told == [
        (1, "revision", number, first.revision_id),
        (2, "revision", number, second.revision_id),
        (3, "gone", number, second.revision_id),
        (4, "back", number, second.revision_id),
    ]
    assert (counter.name, counter.value) == ("change", 4)


def test_a_rolled_back_change_leaves_no_gap(desk: Desk, archive: Archive) -> None:
    number = desk.see("a", "one").article_id
    assert number is not None
    gone = NewChange(ChangeKind.GONE, desk.site_id, number)
    with archive.write() as session:
        changes.record(session, [gone, gone], now=desk.clock.now())
        session.rollback()
    with archive.write() as session:
        changes.record(session, [], now=desk.clock.now())
        changes.record(session, [gone], now=desk.clock.now())
    with archive.read() as session:
        assert [(c.id, c.kind) for c in stream(session)] == [(1, "revision"), (2, "gone")]


def test_where_the_stream_has_reached_never_falls_though_the_clock_does(
    desk: Desk, archive: Archive, clock: ManualClock
) -> None:
    began = clock.now()
    desk.see("a", "one")
    clock.advance(timedelta(hours=-2))
    desk.see("b", "two")
    clock.advance(timedelta(hours=3))
    desk.see("c", "three")
    with archive.read() as session:
        told = [(c.recorded_at, c.reached_at) for c in stream(session)]
    assert told == [
        (began, began),
        (began - timedelta(hours=2), began),
        (began + timedelta(hours=1), began + timedelta(hours=1)),
    ]


def test_a_reader_with_a_cursor_sees_what_the_slower_of_two_writers_commits(
    desk: Desk, archive: Archive, clock: ManualClock
) -> None:
    """The first to take a number commits last: without order, a reader would pass it by for ever."""
    number = desk.see("a", "one").article_id
    assert number is not None
    has_taken, may_commit = threading.Event(), threading.Event()

    def write_slowly() -> None:
        with archive.write() as session:
            slow = [NewChange(ChangeKind.GONE, desk.site_id, number)]
            changes.record(session, slow, now=clock.now())
            has_taken.set()
            assert may_commit.wait(30)

    def write_quickly() -> None:
        with archive.write() as session:
            quick = [NewChange(ChangeKind.BACK, desk.site_id, number)]
            changes.record(session, quick, now=clock.now())

    slow, quick = threading.Thread(target=write_slowly), threading.Thread(target=write_quickly)
    slow.start()
    assert has_taken.wait(30)
    quick.start()
    seen: list[str] = []
    cursor = 1
    for is_last in (False, True):
        if is_last:
            may_commit.set()
            slow.join(30)
            quick.join(30)
        else:
            quick.join(0.3)  # it waits for the slow one: nothing of it can be seen before
        with archive.read() as session:
            found = stream(session, cursor)
        seen += [change.kind for change in found]
        cursor = found[-1].id if found else cursor
    assert seen == ["gone", "back"]
