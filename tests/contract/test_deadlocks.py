"""Writers that wait for rows of each other: one is ended by Postgres, and does its work again."""

import threading

import pytest
from sqlalchemy import select, update

from config.clock import ManualClock
from db.archive import ATTEMPTS, Archive, Session
from db.errors import ArchiveBusy, Deadlocked
from db.models import Link
from db.writer import Writer
from tests.contract.desk import Desk


def note(session: Session, path_id: int, words: str) -> None:
    session.execute(update(Link).where(Link.id == path_id).values(title=Link.title + words))


def test_two_that_wait_for_each_other_both_get_done(archive: Archive, clock: ManualClock) -> None:
    desk = Desk(archive, clock)
    ids = [desk.link(path, title=path).id for path in "ab"]
    both_hold_one = threading.Barrier(2, timeout=10)
    tries: list[str] = []

    def work(words: str, first: int, second: int) -> None:
        def write(session: Session) -> None:
            tries.append(words)
            note(session, first, words)
            if tries.count(words) == 1 and archive.engine.dialect.name == "postgresql":
                both_hold_one.wait()  # on SQLite there is one writer at a time
            note(session, second, words)

        archive.transact(write)

    other = threading.Thread(target=work, args=("2", *reversed(ids)))
    other.start()
    work("1", *ids)
    other.join()
    with archive.read() as session:
        titles = session.scalars(select(Link.title).order_by(Link.id)).all()
    assert [sorted(title or "") for title in titles] == [["1", "2", "a"], ["1", "2", "b"]]
    assert len(tries) == (3 if archive.engine.dialect.name == "postgresql" else 2)


def test_the_records_of_a_writer_that_was_ended_are_written(
    archive: Archive, clock: ManualClock
) -> None:
    desk = Desk(archive, clock)
    link_id = desk.link("a", title="a").id
    tries = 0

    def apply(session: Session, records: "list[str]") -> "list[str]":
        nonlocal tries
        tries += 1
        for words in records:
            note(session, link_id, words)
        if tries == 1:
            raise Deadlocked
        return records

    with Writer[str, str](archive, apply) as writer:  # type: ignore[arg-type]
        assert writer.submit("b").result(timeout=60) == "b"
    with archive.read() as session:
        assert session.scalars(select(Link.title)).all() == ["ab"]


def test_who_is_ended_each_time_is_told(archive: Archive, clock: ManualClock) -> None:
    tries = 0

    def never(session: Session) -> None:
        nonlocal tries
        tries += 1
        raise Deadlocked("another process was writing the same rows")

    with pytest.raises(ArchiveBusy, match="the same rows"):
        archive.transact(never)
    assert tries == ATTEMPTS
