"""An archive is moved between databases and capture stores, and says the same there."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text, update

from config.clock import ManualClock
from db import schema
from db.archive import Archive
from db.errors import ArchiveTooNew, ArchiveUnfinished
from db.identities.identity import overlap_candidates
from db.models import Frame, Revision
from db.moving import copying
from db.moving.copied_rows import all_tables
from db.moving.copying import CopyDiffersError, CopyProgress, CopyRefusedError
from db.proving import seals
from db.verify import verify
from pipeline.fingerprint import shingles
from tests.contract.desk import Desk
from tests.contract.whole import answers, everything, fill
from tests.crash.forks import run_program

moved = pytest.mark.parametrize(
    ("archive_url", "place"),
    [
        pytest.param("sqlite", "files", id="sqlite-files"),
        pytest.param("sqlite", "postgres", id="sqlite-postgres", marks=pytest.mark.postgres),
        pytest.param("postgres", "sqlite", id="postgres-sqlite", marks=pytest.mark.postgres),
    ],
    indirect=True,
)
"""From where to where."""
LONG = " ".join(f"word{n} of the story" for n in range(120))


@pytest.fixture
def desk(archive: Archive, clock: ManualClock) -> Desk:
    made = fill(archive, clock)
    seals.seal(archive)
    return made


@pytest.fixture
def place(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, str]:
    """The address and the capture store of a target that is not there, or is empty."""
    if request.param == "postgres":
        return request.getfixturevalue("postgres_url"), "database"
    spec = "database" if request.param == "sqlite" else f"files:{tmp_path}/target-packs"
    return f"sqlite:///{tmp_path}/target.sqlite3", spec


@pytest.fixture
def target(place: tuple[str, str], clock: ManualClock) -> Iterator[Archive]:
    address, spec = place
    with Archive.open(address, clock=clock, captures=spec, upgrade="copy") as opened:
        yield opened


def copy(source: Archive, target: Archive, **more: Any) -> copying.CopyReport:
    return copying.copy(source, target, shingles_of=shingles, **more)


def test_every_table_has_a_row_to_be_moved(desk: Desk, archive: Archive) -> None:
    with archive.read() as session:
        assert [rows.name for rows in all_tables() if rows.is_empty(session)] == []


@moved
def test_a_copy_has_every_row_and_gives_the_same_answers(
    desk: Desk, archive: Archive, target: Archive
) -> None:
    desk.see("long", LONG)
    told: list[CopyProgress] = []
    report = copy(archive, target, progress=told.append)
    assert report.lost_count == 0
    assert everything(target) == everything(archive)
    assert answers(target) == answers(archive)
    assert verify(target) == []
    assert [step.done for step in told if step.step == "comparing"][-1] == told[-1].total


@moved
def test_a_copy_can_be_gone_on_writing_to(desk: Desk, archive: Archive, target: Archive) -> None:
    copy(archive, target)
    more = Desk(target, desk.clock)
    seen = more.see("a", "The harbour was moved.")
    assert (seen.article_id, seen.outcome) == (1, "revised")
    more.see("new", "A new story.")
    seals.seal(target)
    assert verify(target) == []


@moved
def test_copies_of_stories_are_found_in_a_copy_by_their_shingles(
    desk: Desk, archive: Archive, target: Archive
) -> None:
    seen = desk.see("long", LONG)
    copy(archive, target)
    with target.read() as session:
        (found,) = overlap_candidates(session, shingles(LONG), exclude_site=None)
    assert found.article_id == seen.article_id


@pytest.mark.postgres
def test_there_and_back_again_nothing_has_changed(
    desk: Desk, archive: Archive, postgres_url: str, clock: ManualClock, tmp_path: Path
) -> None:
    with (
        Archive.open(postgres_url, clock=clock, upgrade="copy") as there,
        Archive.open(f"sqlite:///{tmp_path}/back.sqlite3", clock=clock, upgrade="copy") as back,
    ):
        copy(archive, there)
        copy(there, back)
        assert everything(back) == everything(archive)
        assert answers(back) == answers(archive)


@moved
def test_a_target_with_rows_is_refused(desk: Desk, archive: Archive, target: Archive) -> None:
    Desk(target, desk.clock)
    with pytest.raises(CopyRefusedError, match="is not empty"):
        copy(archive, target)


@moved
def test_a_half_copy_of_another_archive_is_refused(
    desk: Desk, archive: Archive, target: Archive, clock: ManualClock, tmp_path: Path
) -> None:
    stopped_after(archive, target, chunks=3)
    with Archive.open(f"sqlite:///{tmp_path}/other.sqlite3", clock=clock) as other:
        Desk(other, clock).see("a", "one")
        with pytest.raises(CopyRefusedError, match="copy of another archive"):
            copy(other, target)


def stopped_after(source: Archive, target: Archive, *, chunks: int) -> None:
    count = 0

    def stop(_: CopyProgress) -> None:
        nonlocal count
        count += 1
        if count == chunks:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        copy(source, target, progress=stop)


@moved
def test_nobody_opens_a_half_copy(
    desk: Desk, archive: Archive, target: Archive, place: tuple[str, str], clock: ManualClock
) -> None:
    stopped_after(archive, target, chunks=9)
    for is_read_only in (False, True):
        with pytest.raises(ArchiveUnfinished, match="run the same `morgue copy` again"):
            Archive.open(place[0], clock=clock, read_only=is_read_only)


@moved
def test_what_the_source_did_since_is_in_the_copy_that_is_gone_on_with(
    desk: Desk, archive: Archive, target: Archive
) -> None:
    stopped_after(archive, target, chunks=30)
    desk.see("a", "The harbour was moved.")
    desk.see("new", "A new story.")
    desk.see_gone("b")
    report = copy(archive, target)
    assert report.is_resumed
    assert 0 < report.written_count < sum(report.rows.values())
    assert everything(target) == everything(archive)
    assert verify(target) == []


@moved
def test_what_the_source_does_meanwhile_is_not_in_the_copy(
    desk: Desk, archive: Archive, target: Archive
) -> None:
    before = everything(archive)
    is_done = False

    def crawl(_: CopyProgress) -> None:
        nonlocal is_done
        if not is_done:
            is_done = True
            desk.see("a", "The harbour was moved.")

    copy(archive, target, progress=crawl)
    assert everything(target) == before
    assert verify(target) == []


@moved
def test_a_row_that_arrived_otherwise_is_told(
    desk: Desk, archive: Archive, target: Archive
) -> None:
    is_done = False

    def spoil(step: CopyProgress) -> None:
        nonlocal is_done
        if step.step == "comparing" and not is_done:
            is_done = True
            with target.write() as session:
                session.execute(update(Revision).values(section="spoilt"))

    with pytest.raises(CopyDiffersError, match="table revision"):
        copy(archive, target, progress=spoil)


@moved
def test_a_body_that_is_lost_stops_nothing(
    archive: Archive, target: Archive, clock: ManualClock, archive_url: str, tmp_path: Path
) -> None:
    packs = tmp_path / "packs"
    with Archive.open(archive_url, clock=clock, captures=f"files:{packs}") as source:
        fill(source, clock)
        with source.write() as session:
            frame = session.scalars(select(Frame).where(Frame.position == 0).limit(1)).one()
            frame.pack_offset = 1
        assert copy(source, target).lost_count == 1
        before = {(each.promise, each.what) for each in verify(source)}
    assert before
    assert {(each.promise, each.what) for each in verify(target)} == before


KILLED = [
    ("mark_copy", 1),
    ("put", 1),
    ("put", 14),
    ("index_revisions", 1),
    ("read", 20),
    ("mark_copy", 2),
]


@pytest.mark.parametrize(("step", "count"), KILLED)
@moved
def test_a_copy_that_is_killed_is_gone_on_with(
    desk: Desk,
    archive: Archive,
    archive_url: str,
    place: tuple[str, str],
    clock: ManualClock,
    step: str,
    count: int,
) -> None:
    address, spec = place
    child = ("tests.contract.copy_child", archive_url, address, spec)
    assert run_program(*child, step, count) == -9
    assert run_program(*child) == 0
    with Archive.open(address, clock=clock, captures=spec) as target:
        assert everything(target) == everything(archive)
        assert verify(target) == []


@moved
def test_the_mark_of_a_copy_is_one_that_older_releases_refuse(
    desk: Desk, archive: Archive, target: Archive
) -> None:
    stopped_after(archive, target, chunks=1)
    with target.read() as session:
        mark = session.scalar(text("SELECT version_num FROM alembic_version"))
    assert mark > schema.HEAD
    assert len(mark) <= 32


def test_an_archive_of_a_newer_release_is_refused_in_words(
    archive: Archive, archive_url: str, clock: ManualClock
) -> None:
    with archive.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '0999'"))
    for is_read_only in (False, True):
        with pytest.raises(ArchiveTooNew, match="is at schema 0999; this release knows up to"):
            Archive.open(archive_url, clock=clock, read_only=is_read_only)
