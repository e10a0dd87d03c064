"""The stream of changes: in the order of commits, whole, and read from a cursor without gap or repeat."""

import json
import signal
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from config.clock import ManualClock
from db.archive import Archive, Session
from db.histories import changes
from db.histories.changes import ChangeKind, NewChange, cursor_before, read_changes
from db.models import Change, Counter
from morgue.cli.errors import ExitCode
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


def test_a_url_that_comes_to_an_article_or_is_lost_by_it_is_a_change(
    desk: Desk, archive: Archive
) -> None:
    number = desk.see("a", "one").article_id
    desk.see("a", "one")
    desk.see("b", "one", article=number)
    desk.see("b", "one", article=number)
    desk.wait(hours=1)
    desk.see_gone("b", status=404)  # the article is at its other URL still
    desk.see_gone("b", status=404)
    desk.wait(hours=1)
    desk.see("b", "one")
    with archive.read() as session:
        told = [(c.kind, c.article_id) for c in stream(session)]
    assert told == [("revision", number)] + [("alias", number)] * 3


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
            assert may_commit.wait(60)

    def write_quickly() -> None:
        with archive.write() as session:
            quick = [NewChange(ChangeKind.BACK, desk.site_id, number)]
            changes.record(session, quick, now=clock.now())

    slow, quick = threading.Thread(target=write_slowly), threading.Thread(target=write_quickly)
    slow.start()
    assert has_taken.wait(60)
    quick.start()
    seen: list[str] = []
    cursor = 1
    for is_last in (False, True):
        if is_last:
            may_commit.set()
            slow.join(60)
            quick.join(60)
        else:
            quick.join(0.3)  # it waits for the slow one: nothing of it can be seen before
        with archive.read() as session:
            found = stream(session, cursor)
        seen += [change.kind for change in found]
        cursor = found[-1].id if found else cursor
    assert seen == ["gone", "back"]


def test_a_reader_goes_on_from_its_cursor_whatever_it_wants_to_hear_of(
    desk: Desk, archive: Archive, clock: ManualClock
) -> None:
    other = Desk(archive, clock, site="beacon")
    for round_ in range(3):
        desk.see("a", f"text {round_}", title=f"Title {round_}")
        other.see("x", f"other {round_}")
        desk.wait(hours=1)
    with archive.read() as session:
        first = read_changes(session, 0, limit=4)
        rest = read_changes(session, first.next_cursor)
        none = read_changes(session, rest.next_cursor)
        lantern = read_changes(session, 0, site="lantern")
        gone = read_changes(session, 2, kinds=[ChangeKind.GONE])
        nobody = read_changes(session, 0, site="nobody")
    assert [c.cursor for c in (*first.changes, *rest.changes)] == [1, 2, 3, 4, 5, 6]
    assert (none.changes, none.next_cursor) == ((), 6)
    assert [(c.cursor, c.revision, c.title) for c in lantern.changes] == [
        (1, 1, "Title 0"),
        (3, 2, "Title 1"),
        (5, 3, "Title 2"),
    ]
    assert lantern.next_cursor == 6  # what is of other sites is not read again
    assert (gone.changes, gone.next_cursor) == ((), 6)
    assert nobody.changes == ()


def test_a_moment_is_a_place_in_the_stream(
    desk: Desk, archive: Archive, clock: ManualClock
) -> None:
    began = clock.now()
    for path in "abc":
        desk.see(path, path)
        desk.wait(hours=1)
    hour = timedelta(hours=1)
    with archive.read() as session:
        places = [cursor_before(session, began + n * hour) for n in (-1, 0, 1, 2, 3)]
        until = [
            [c.cursor for c in read_changes(session, 0, until=began + n * hour).changes]
            for n in (-1, 0, 1, 3)
        ]
    assert places == [0, 0, 1, 2, 3]
    assert until == [[], [1], [1, 2], [1, 2, 3]]


def test_the_command_follows_the_stream_and_says_where_to_go_on(
    desk: Desk, archive: Archive, archive_url: str, tmp_path: Path
) -> None:
    desk.see("a", "one", title="Before")
    config = tmp_path / "morgue.yaml"
    config.write_text(f"archive_url: {archive_url}\nsites_dir: {tmp_path}\n")
    command = [sys.executable, "-P", "-m", "morgue", "--config", str(config), "changes", "--json"]
    ended = subprocess.run([*command, "--limit", "5"], capture_output=True, text=True, check=True)
    first, last = map(json.loads, ended.stdout.splitlines())
    assert (first["cursor"], first["kind"], first["title"]) == (1, "revision", "Before")
    assert last == {"next_cursor": 1}
    ended = subprocess.run([*command, "--since", "9"], capture_output=True, text=True, check=False)
    assert "is not of this archive" in ended.stderr
    with subprocess.Popen(
        [*command, "--since", "0", "--follow"], stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        assert json.loads(child.stdout.readline())["cursor"] == 1
        desk.see("b", "two", title="After")
        assert json.loads(child.stdout.readline())["title"] == "After"
        child.send_signal(signal.SIGINT)
        assert json.loads(child.stdout.readline()) == {"next_cursor": 2}
        assert child.wait(60) == ExitCode.INTERRUPTED
