"""Merging and splitting while crawls archive looks at the same articles."""

import threading

from config.clock import ManualClock
from db.archive import Archive
from db.verify import verify
from tests.contract.desk import Desk
from tests.contract.test_merging import merge, number, split, texts, undo

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
