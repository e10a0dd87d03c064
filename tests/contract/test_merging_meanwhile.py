"""Merging and splitting while crawls archive looks at the same articles."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from config.clock import ManualClock
from db.archive import Archive, Session
from db.errors import ActionRefused
from db.identities import merging
from db.models import VisitOutcome
from db.verify import verify
from pipeline.fingerprint import shingles
from tests.contract.desk import Desk
from tests.contract.test_merging import doer, merge, number, split, texts, undo

LOOKS = 12


def test_two_crawls_meanwhile_lose_nothing_and_break_nothing(
    archive: Archive, clock: ManualClock
) -> None:
    desks = [Desk(archive, clock), Desk(archive, clock)]
    first = number(desks[0].see("a", "The ferry sails."))
    desks[0].wait(hours=1)
    second = number(desks[0].see("b", "The library opens."))
    desks[0].wait(hours=1)
    begun = threading.Barrier(3)
    failed: list[BaseException] = []

    def crawl(desk: Desk, path: str) -> None:
        try:
            stale = desk.link(path)  # as the crawl took it up: it says what was so then
            begun.wait()
            for look in range(LOOKS):
                entry = desk.entry(stale, f"Look {look} at {path}.", article=stale.article_id)
                desk.archive_all(entry)
        except BaseException as error:
            failed.append(error)
            raise

    threads = [threading.Thread(target=crawl, args=pair) for pair in zip(desks, "ab", strict=True)]
    for thread in threads:
        thread.start()
    begun.wait()
    undo(desks[0], merge(desks[0], first, second).action_id)
    merge(desks[0], first, second)
    other = split(desks[0], first, "b").other_id
    for thread in threads:
        thread.join()
    assert failed == []
    assert [str(violation) for violation in verify(archive)] == []
    assert set(texts(desks[0], first)) == {
        "The ferry sails.",
        *(f"Look {n} at a." for n in range(LOOKS)),
    }
    assert set(texts(desks[0], other)) == {
        "The library opens.",
        *(f"Look {n} at b." for n in range(LOOKS)),
    }


def two(desk: Desk) -> tuple[int, int]:
    """Two articles, seen at the paths "a" and "b"."""
    first = number(desk.see("a", "The ferry sails."))
    desk.wait(hours=1)
    second = number(desk.see("b", "The library opens."))
    desk.wait(hours=1)
    return first, second


def wait_until_queued(archive: Archive, count: int) -> None:
    """Until so many transactions wait for a lock; on SQLite writers queue by themselves."""
    if archive.engine.dialect.name != "postgresql":
        return
    waiting = text("select count(*) from pg_locks where not granted")
    deadline = time.monotonic() + 60
    with archive.engine.connect() as connection:
        while connection.execute(waiting).scalar_one() < count:
            assert time.monotonic() < deadline, "nobody waits"
            time.sleep(0.01)


def test_a_look_that_waited_for_a_merge_does_not_deadlock_with_the_one_behind_it(
    archive: Archive, clock: ManualClock
) -> None:
    desk = Desk(archive, clock)
    first, second = two(desk)
    late = desk.entry(desk.link("b"), "The library opens at ten.", article=second)

    with ThreadPoolExecutor(2) as others:
        with archive.write() as session:
            merge_in(session, desk, first, second)
            look = others.submit(desk.archive_all, late)  # waits for the second article
            wait_until_queued(archive, 1)
            again = others.submit(merge_alone, desk, first, second)  # waits for the first one
            wait_until_queued(archive, 2)
        (archived,) = look.result()
        with pytest.raises(ActionRefused, match="was merged"):
            again.result()
    assert archived.article_id == first
    assert "The library opens at ten." in texts(desk, first)
    assert [str(violation) for violation in verify(archive)] == []


def test_a_look_that_waited_for_an_undo_does_not_deadlock_with_the_merge_behind_it(
    archive: Archive, clock: ManualClock
) -> None:
    desk = Desk(archive, clock)
    first, second = two(desk)
    action = merge(desk, second, first).action_id  # the lower number is part of the higher
    link = desk.link("a")
    late = desk.bare(
        link,
        VisitOutcome.SAME_BYTES,
        status=304,
        article=second,
        seen_revision_id=link.revision_id,
    )

    with ThreadPoolExecutor(2) as others:
        with archive.write() as session:
            merging.undo(session, action, doer=doer(desk), shingles_of=shingles)
            look = others.submit(desk.archive_all, late)
            wait_until_queued(archive, 1)
            again = others.submit(merge_alone, desk, first, second)
            wait_until_queued(archive, 2)
        (archived,) = look.result()
        again.result()
    assert archived.article_id == first
    assert texts(desk, first) == ["The ferry sails.", "The library opens."]
    assert [str(violation) for violation in verify(archive)] == []


def merge_in(session: Session, desk: Desk, kept: int, other: int) -> merging.Done:
    return merging.merge(session, kept, other, doer=doer(desk), shingles_of=shingles)


def merge_alone(desk: Desk, kept: int, other: int) -> merging.Done:
    with desk.archive.write() as session:
        return merge_in(session, desk, kept, other)
