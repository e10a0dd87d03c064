"""A crawl, another crawl and a command line share an archive: nobody is turned away, nothing is lost."""

import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlalchemy import func, select

from config.clock import ManualClock
from db.archive import Archive
from db.archiving import links
from db.archiving.entries import FoundLink, NewArticle
from db.models import Revision, VisitOutcome
from db.verify import verify
from db.writer import Writer
from tests.contract.desk import Desk

ROOT = Path(__file__).resolve().parents[2]


def child(address: str, role: str, name: str, count: int) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "tests.contract.archive_child", address, role, name, str(count)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_two_writing_processes_and_two_readers_do_not_lock_each_other_out(
    archive_url: str, clock: ManualClock
) -> None:
    children = [
        child(archive_url, "write", "lantern", 60),
        child(archive_url, "write", "beacon", 60),
        child(archive_url, "read", "-", 40),
        child(archive_url, "read", "-", 40),
    ]
    said = [each.communicate(timeout=100)[1] for each in children]
    assert [each.returncode for each in children] == [0, 0, 0, 0], said
    with Archive.open(archive_url, clock=clock) as archive:
        with archive.read() as session:
            assert session.scalar(select(func.count()).select_from(Revision)) == 120
        assert verify(archive) == []


def test_two_writers_of_one_article_add_one_revision(archive: Archive, clock: ManualClock) -> None:
    """Both decided on the same new text before either wrote: the later one finds it there."""
    desk = Desk(archive, clock)
    number = desk.see("a", "one").article_id
    link = desk.link("a")
    entries = [desk.entry(link, "two", article=number, body=b"x%d" % i) for i in range(2)]
    outcomes: list[VisitOutcome] = []
    gate = threading.Barrier(2)

    def write(position: int) -> None:
        gate.wait()
        outcomes.append(desk.archive_all(entries[position])[0].outcome)

    threads = [threading.Thread(target=write, args=(i,)) for i in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == [VisitOutcome.REVISED, VisitOutcome.SAME_TEXT]
    assert verify(archive) == []


def test_the_same_links_offered_by_two_at_once_are_there_once(
    archive: Archive, clock: ManualClock
) -> None:
    desk = Desk(archive, clock)
    found = [FoundLink(f"http://lantern.example/{i}", f"lantern.example/{i}") for i in range(500)]
    gate = threading.Barrier(2)

    def offer(order: Sequence[FoundLink]) -> None:
        gate.wait()
        with archive.write() as session:
            links.offer_links(session, desk.site_id, order, now=clock.now())

    threads = [threading.Thread(target=offer, args=(found,)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with archive.read() as session:
        found_due = links.due_links(session, [desk.site_id], now=clock.now(), limit=1000)
    assert len(found_due) == 500


def test_a_reader_sees_one_moment_while_others_write(archive: Archive, clock: ManualClock) -> None:
    desk = Desk(archive, clock)
    desk.see("a", "one")
    with archive.read() as session:
        before = session.scalar(select(func.count()).select_from(Revision))
        other = threading.Thread(target=desk.see, args=("b", "two"))
        other.start()
        other.join()
        assert session.scalar(select(func.count()).select_from(Revision)) == before


def test_a_writer_commits_together_what_waits_and_each_future_has_its_own_result(
    archive: Archive,
) -> None:
    batches: list[list[int]] = []

    def apply(_session: object, numbers: Sequence[int]) -> list[int]:
        batches.append(list(numbers))
        return [number * 2 for number in numbers]

    with Writer(archive, apply, batch=5) as writer:
        futures = [writer.submit(number) for number in range(40)]
        assert [future.result(60) for future in futures] == [number * 2 for number in range(40)]
    assert [number for batch in batches for number in batch] == list(range(40))
    assert max(map(len, batches)) <= 5


def test_one_bad_record_of_a_batch_fails_alone(archive: Archive, clock: ManualClock) -> None:
    desk = Desk(archive, clock)
    good = [desk.entry(desk.link(f"p{i}"), f"text {i}", article=NewArticle()) for i in range(3)]
    bad = desk.bare(desk.link("bad"), VisitOutcome.GONE, article=999_999)
    gate = threading.Event()

    def apply(session: object, entries: Sequence[object]) -> Sequence[object]:
        from db.archiving import ledger

        gate.wait(60)
        return ledger.archive_entries(session, entries, now=clock.now())  # type: ignore[arg-type]

    with Writer(archive, apply, batch=10) as writer:
        futures = [writer.submit(entry) for entry in (*good[:2], bad, good[2])]
        gate.set()
    failed = [future.exception(20) for future in futures]
    assert [error is None for error in failed] == [True, True, False, True]
    assert isinstance(failed[2], LookupError)
    with archive.read() as session:
        assert session.scalar(select(func.count()).select_from(Revision)) == 3


def test_closing_a_writer_commits_what_waits_and_takes_no_more(archive: Archive) -> None:
    done: list[int] = []

    def apply(_session: object, numbers: Sequence[int]) -> Sequence[int]:
        done.extend(numbers)
        return numbers

    writer = Writer(archive, apply)
    for number in range(30):
        writer.submit(number)
    writer.close()
    writer.close()
    assert done == list(range(30))
    with pytest.raises(RuntimeError, match="closed"):
        writer.submit(31)
