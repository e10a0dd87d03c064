"""An archive in use is backed up, and what is restored answers the same; a kill leaves nothing that is half."""

import json
import shutil
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from config.clock import ManualClock
from db import engine as engines
from db import schema
from db.archive import Archive
from db.backups import kept, making, restoring
from db.backups.kept import MANIFEST
from db.backups.making import Made, Origin
from db.backups.restoring import Restored, Target
from db.errors import ArchiveMissing, ArchiveUnfinished, BackupRefused
from db.proving import pruning, seals
from db.proving.pruning import Selection
from db.verify import verify
from pipeline.fingerprint import shingles
from tests.contract.desk import Desk
from tests.contract.whole import answers, everything, fill
from tests.crash.forks import run_program

kinds = pytest.mark.parametrize(
    ("archive_url", "spec"),
    [
        pytest.param("sqlite", "database", id="sqlite"),
        pytest.param("sqlite", "files", id="files"),
        pytest.param("postgres", "database", id="postgres", marks=pytest.mark.postgres),
        pytest.param("postgres", "files", id="postgres-files", marks=pytest.mark.postgres),
    ],
    indirect=True,
)
files = pytest.mark.parametrize(
    ("archive_url", "spec"), [pytest.param("sqlite", "files", id="files")], indirect=True
)
sqlite = pytest.mark.parametrize(
    ("archive_url", "spec"), [pytest.param("sqlite", "database", id="sqlite")], indirect=True
)


@pytest.fixture
def archive(archive_url: str, spec: str, clock: ManualClock) -> Iterator[Archive]:
    with Archive.open(archive_url, clock=clock, captures=spec) as opened:
        yield opened


@pytest.fixture
def desk(archive: Archive, clock: ManualClock) -> Desk:
    made = fill(archive, clock)
    seals.seal(archive)
    return made


@pytest.fixture
def origin(archive_url: str, spec: str, clock: ManualClock) -> Origin:
    return Origin(archive_url, spec, clock, "0.1")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "backups"


def make(origin: Origin, place: Path, *, keep: int | None = None, **more: Any) -> Made:
    return making.make(origin, place, keep=keep, shingles_of=shingles, **more)


def target(folder: Path, clock: ManualClock, made: Made) -> Target:
    folder.mkdir(exist_ok=True)
    captures = f"files:{folder}/packs" if made.backup.manifest.packs else "database"
    return Target(f"sqlite:///{folder}/archive.sqlite3", captures, clock)


def restore(place: Path, there: Target, **more: Any) -> Restored:
    return restoring.restore(restoring.newest(place), there, shingles_of=shingles, **more)


@kinds
def test_what_is_restored_has_every_row_and_gives_the_same_answers(
    desk: Desk, archive: Archive, origin: Origin, place: Path, clock: ManualClock, tmp_path: Path
) -> None:
    made = make(origin, place)
    there = target(tmp_path / "again", clock, made)
    assert restore(place, there, is_full=True).violations == []
    with Archive.open(there.address, clock=clock, captures=there.captures) as restored:
        assert everything(restored) == everything(archive)
        assert answers(restored) == answers(archive)
        more = Desk(restored, clock)
        assert more.see("a", "The harbour was moved.").outcome == "revised"
        assert verify(restored) == []


@kinds
@pytest.mark.postgres
def test_a_backup_is_restored_to_postgres(
    desk: Desk,
    archive: Archive,
    origin: Origin,
    place: Path,
    clock: ManualClock,
    postgres_url: str,
) -> None:
    make(origin, place)
    there = Target(postgres_url, "database", clock)
    assert restore(place, there, is_full=True).violations == []
    with Archive.open(postgres_url, clock=clock) as restored:
        assert everything(restored) == everything(archive)
        assert answers(restored) == answers(archive)


@kinds
def test_a_backup_is_the_archive_as_of_its_beginning_whatever_is_written_meanwhile(
    desk: Desk, archive: Archive, origin: Origin, place: Path, clock: ManualClock, tmp_path: Path
) -> None:
    before = everything(archive)
    told = seen = 0

    def crawl(what: str, _done: int, _total: int) -> None:
        nonlocal told, seen
        told += 1
        if what != "copying packs" and told % 4 == 1:
            seen += 1
            desk.see("a", f"The harbour was moved {seen} times.")

    made = make(origin, place, tell=crawl)
    assert seen
    there = target(tmp_path / "again", clock, made)
    restore(place, there, is_full=True)
    with Archive.open(there.address, clock=clock, captures=there.captures) as restored:
        assert everything(restored) == before
    desk.see("b", "It goes on.")
    assert verify(archive) == []


@sqlite
def test_nobody_waits_for_a_backup_and_it_waits_for_nobody(
    desk: Desk, archive: Archive, origin: Origin, place: Path, clock: ManualClock, tmp_path: Path
) -> None:
    is_done = threading.Event()
    counts = []

    def write() -> None:
        while not is_done.is_set():
            counts.append(desk.see("busy", f"Text {len(counts)}.").outcome)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        made = [make(origin, place, keep=2) for _ in range(2)]
    finally:
        is_done.set()
        writer.join()
    assert counts
    there = target(tmp_path / "again", clock, made[-1])
    assert restore(place, there, is_full=True).violations == []


@files
def test_packs_that_have_not_changed_take_no_room_again(
    desk: Desk, archive: Archive, origin: Origin, place: Path
) -> None:
    first = make(origin, place)
    (pack,) = first.backup.manifest.packs
    second = make(origin, place)
    paths = [made.backup.folder / pack.path for made in (first, second)]
    assert paths[0].samefile(paths[1])
    assert first.copied_bytes - second.copied_bytes == pack.size
    desk.see("a", "The harbour was moved.")
    third = make(origin, place)
    assert not (third.backup.folder / pack.path).samefile(paths[0])
    assert [kept.read(made.backup.folder).manifest for made in (first, second)] == [
        made.backup.manifest for made in (first, second)
    ]


@files
def test_a_pack_that_is_pruned_away_meanwhile_makes_the_backup_begin_again(
    desk: Desk, archive: Archive, origin: Origin, place: Path, clock: ManualClock, tmp_path: Path
) -> None:
    for look in range(8):  # most of the pack goes
        desk.see(
            "same", "One text.", body=bytes(f"<html>{look}", "ascii") + look.to_bytes(8) * 4000
        )
    is_done = False

    def prune(what: str, _done: int, _total: int) -> None:
        nonlocal is_done
        if what == "copying packs" and not is_done:
            is_done = True
            chosen = Selection(site="lantern", has_proofs=True)
            assert pruning.prune(archive, chosen, actor="desk:1", reason="room").bodies
            archive.captures.close()
            assert archive.captures.reclaim(archive.write)

    made = make(origin, place, tell=prune)
    assert is_done
    there = target(tmp_path / "again", clock, made)
    restore(place, there)
    with Archive.open(there.address, clock=clock, captures=there.captures) as restored:
        assert verify(restored) == []
        assert everything(restored) == everything(archive)


@sqlite
def test_as_many_backups_are_kept_as_were_asked_for_whatever_the_clock_says(
    desk: Desk, archive: Archive, origin: Origin, place: Path, clock: ManualClock
) -> None:
    made = []
    for days in (0, 1, -2, 1, 5):
        clock.advance(timedelta(days=days))
        made.append(make(origin, place, keep=3).backup)
    found = kept.whole(place)
    assert [each.folder for each in found] == [each.folder for each in made[-3:]]
    assert [each.number for each in found] == [3, 4, 5]
    assert sorted(path.name for path in place.iterdir()) == [
        ".lock",
        *[each.folder.name for each in found],
    ]


def test_an_archive_of_an_earlier_release_is_backed_up_as_it_is(
    tmp_path: Path, clock: ManualClock, place: Path
) -> None:
    address = f"sqlite:///{tmp_path}/old.sqlite3"
    engine = engines.open_engine(engines.parse_address(address))
    with engines.writer(engine) as connection:
        schema.migrate(connection, "0001")
    engine.dispose()
    made = make(Origin(address, "database", clock, "0.1"), place)
    assert (made.backup.manifest.schema, made.backup.manifest.heads) == ("0001", "")
    there = target(tmp_path / "again", clock, made)
    restore(place, there)
    with Archive.open(there.address, clock=clock) as restored:
        assert verify(restored) == []


@sqlite
def test_what_is_no_archive_is_not_backed_up(
    tmp_path: Path, clock: ManualClock, place: Path, archive: Archive, origin: Origin
) -> None:
    with pytest.raises(ArchiveMissing):
        make(Origin(f"sqlite:///{tmp_path}/none.sqlite3", "database", clock, "0.1"), place)
    with archive.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = 'copying:x'"))
    with pytest.raises(ArchiveUnfinished):
        make(origin, place)
    assert kept.whole(place) == []


@files
def test_nothing_is_overwritten(
    desk: Desk, archive: Archive, origin: Origin, place: Path, clock: ManualClock, tmp_path: Path
) -> None:
    made = make(origin, place)
    there = target(tmp_path / "again", clock, made)
    with pytest.raises(BackupRefused, match="--captures files:packs"):
        restore(place, Target(there.address, "database", clock))
    restore(place, there)
    before = {path: path.read_bytes() for path in (tmp_path / "again").rglob("*") if path.is_file()}
    with pytest.raises(BackupRefused, match="nothing is overwritten"):
        restore(place, there)
    with pytest.raises(BackupRefused, match="packs is not empty: nothing is overwritten"):
        restore(place, Target(f"sqlite:///{tmp_path}/again/other.sqlite3", there.captures, clock))
    with pytest.raises(BackupRefused, match="create it first"):
        restore(place, Target(f"sqlite:///{tmp_path}/none/x.sqlite3", there.captures, clock))
    after = {path: path.read_bytes() for path in (tmp_path / "again").rglob("*") if path.is_file()}
    assert after.keys() - before.keys() <= {tmp_path / "again" / ".archive.sqlite3.restoring-lock",
                                            tmp_path / "again" / ".other.sqlite3.restoring-lock"}  # fmt: skip
    assert {path: after[path] for path in before} == before


def damage(path: Path) -> None:
    """Change one byte, leaving the size; a linked file is unlinked first."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


@files
@pytest.mark.parametrize("name", ["archive.sqlite3", "packs/000001.pack"])
def test_a_damaged_backup_is_refused_and_leaves_nothing_that_looks_whole(
    desk: Desk, origin: Origin, place: Path, clock: ManualClock, tmp_path: Path, name: str
) -> None:
    made = make(origin, place)
    damage(made.backup.folder / name)
    there = target(tmp_path / "again", clock, made)
    with pytest.raises(BackupRefused, match=f"is damaged: {name}"):
        restore(place, there)
    assert not there.database.exists()
    (made.backup.folder / name).unlink()
    with pytest.raises(BackupRefused, match="no whole backup"):
        restore(place, there)


@sqlite
def test_a_manifest_cannot_name_files_of_others(
    desk: Desk, origin: Origin, place: Path, clock: ManualClock, tmp_path: Path
) -> None:
    made = make(origin, place)
    path = made.backup.folder / MANIFEST
    told = json.loads(path.read_bytes())
    told["files"][0]["path"] = "../../archive.sqlite3"
    path.write_text(json.dumps(told))
    with pytest.raises(BackupRefused, match="is not in it"):
        kept.read(made.backup.folder)


@sqlite
def test_two_backups_at_once_are_one(desk: Desk, origin: Origin, place: Path) -> None:
    with kept.alone(place), pytest.raises(BackupRefused, match="another backup is being made"):
        make(origin, place)


@sqlite
def test_a_backup_may_be_read_from_a_folder_that_cannot_be_written(
    desk: Desk, archive: Archive, origin: Origin, place: Path, clock: ManualClock
) -> None:
    folder = make(origin, place).backup.folder
    before = sorted(path.name for path in folder.iterdir())
    with Archive.open(
        f"sqlite:///{folder}/archive.sqlite3", clock=clock, read_only=True
    ) as kept_one:
        assert answers(kept_one) == answers(archive)
        assert sorted(path.name for path in folder.iterdir()) == before


BACKUP_KILLED = [
    ("begin", "before", 1),
    ("begin", "after", 1),
    ("snapshot", "after", 1),
    ("_copy_rows", "after", 1),
    ("put", "after", 9),
    ("_copy_pack", "after", 1),
    ("_manifest", "before", 1),
    ("write_manifest", "before", 1),
    ("write_manifest", "after", 1),
    ("finish", "after", 1),
    ("remove", "before", 1),
    ("thin", "after", 1),
]
ONLY = {
    "begin": {"sqlite"},
    "thin": {"files"},
    "remove": {"files"},
    "snapshot": {"sqlite"},
    "_copy_pack": {"files"},
    "_copy_rows": {"postgres"},
    "put": {"postgres"},
    # files alone, whatever they are a backup of; killed on Postgres, too, in tests/crash/test_many_kills.py
    "write_manifest": {"sqlite", "files"},
    "finish": {"sqlite", "files"},
}


def child(*words: object) -> int:
    return run_program("tests.contract.backup_child", *words)


@pytest.mark.parametrize(
    ("archive_url", "spec", "step", "side", "count"),
    [
        pytest.param(
            "postgres" if kind == "postgres" else "sqlite",
            "files" if kind == "files" else "database",
            *killed,
            id=f"{kind}-{killed[1]}-{killed[0]}",
            marks=[pytest.mark.postgres] if kind == "postgres" else [],
        )
        for killed in BACKUP_KILLED
        for kind in ("sqlite", "files", "postgres")
        if kind in ONLY.get(killed[0], {kind})
    ],
    indirect=["archive_url", "spec"],
)
def test_a_backup_that_is_killed_leaves_the_earlier_ones_whole_and_is_made_by_the_next(
    desk: Desk,
    archive: Archive,
    origin: Origin,
    place: Path,
    clock: ManualClock,
    tmp_path: Path,
    step: str,
    side: str,
    count: int,
) -> None:
    earlier = [make(origin, place).backup for _ in range(2)]
    desk.see("a", "The harbour was moved.")
    assert child("backup", origin.address, origin.captures, place, step, side, count) == -9
    found = kept.whole(place)
    names = [each.folder for each in found]
    assert [each for each in names if each in {one.folder for one in earlier}] == (
        [one.folder for one in earlier] if step not in {"remove", "thin"} else [earlier[1].folder]
    )
    for each in found:
        for file in each.manifest.files:
            assert making.durable.digest_of(each.folder / file.path) == file.sha256
    made = make(origin, place, keep=2)
    assert not list(place.glob(".unfinished*"))
    there = target(tmp_path / "again", clock, made)
    restore(place, there)
    with Archive.open(there.address, clock=clock, captures=there.captures) as restored:
        assert everything(restored) == everything(archive)


RESTORE_KILLED = [
    ("copy_file", "before", 1),
    ("copy", "after", 1),
    ("copy_file", "after", 2),
    ("_check_database", "after", 1),
    ("place_packs", "before", 1),
    ("place_packs", "after", 1),
    ("place_database", "before", 1),
]


@pytest.mark.parametrize(
    ("archive_url", "spec", "step", "side", "count"),
    [
        pytest.param("sqlite", kind, *killed, id=f"{kind}-{killed[1]}-{killed[0]}")
        for killed in RESTORE_KILLED
        for kind in ("database", "files")
        if kind == "files" or (killed[0] != "place_packs" and killed[2] == 1)
    ],
    indirect=["archive_url", "spec"],
)
def test_a_restore_that_is_killed_leaves_no_archive_and_is_done_by_the_next(
    desk: Desk,
    archive: Archive,
    origin: Origin,
    place: Path,
    clock: ManualClock,
    tmp_path: Path,
    step: str,
    side: str,
    count: int,
) -> None:
    made = make(origin, place)
    there = target(tmp_path / "again", clock, made)
    assert child("restore", place, there.address, there.captures, step, side, count) == -9
    with pytest.raises(ArchiveMissing):
        Archive.open(there.address, clock=clock, upgrade="no")
    restore(place, there)
    with Archive.open(there.address, clock=clock, captures=there.captures) as restored:
        assert everything(restored) == everything(archive)
    left = {path.name for path in (tmp_path / "again").iterdir()}
    assert left <= {"archive.sqlite3", "archive.sqlite3-wal", "archive.sqlite3-shm", "packs"}


@files
def test_packs_of_an_archive_whose_database_was_moved_away_are_never_removed(
    desk: Desk, origin: Origin, place: Path, clock: ManualClock, tmp_path: Path
) -> None:
    made = make(origin, place)
    there = target(tmp_path / "again", clock, made)
    assert (
        child("restore", place, there.address, there.captures, "place_database", "after", 1) == -9
    )
    shutil.move(there.database, tmp_path / "moved.sqlite3")
    with pytest.raises(BackupRefused, match="packs is not empty"):
        restore(place, there)
    with Archive.open(
        f"sqlite:///{tmp_path}/moved.sqlite3", clock=clock, captures=there.captures
    ) as moved:
        assert verify(moved) == []


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("archive_url", "spec"), [pytest.param("sqlite", "database", id="sqlite")], indirect=True
)
def test_a_restore_to_postgres_that_is_killed_is_gone_on_with(
    desk: Desk, archive: Archive, origin: Origin, place: Path, clock: ManualClock, postgres_url: str
) -> None:
    make(origin, place)
    assert child("restore", place, postgres_url, "database", "put", "after", 12) == -9
    with pytest.raises(ArchiveUnfinished):
        Archive.open(postgres_url, clock=clock)
    restore(place, Target(postgres_url, "database", clock))
    with Archive.open(postgres_url, clock=clock) as restored:
        assert everything(restored) == everything(archive)


@sqlite
def test_a_disk_without_room_for_a_backup_leaves_the_earlier_ones_and_says_so(
    desk: Desk, origin: Origin, place: Path
) -> None:
    earlier = make(origin, place).backup

    def fill_up(_what: str, _done: int, _total: int) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(BackupRefused, match="No space left on device"):
        make(origin, place, tell=fill_up)
    assert [each.folder for each in kept.whole(place)] == [earlier.folder]
    assert not list(place.glob(".unfinished*"))


@sqlite
def test_a_backup_is_one_file_that_sqlite_itself_can_read(
    desk: Desk, archive: Archive, origin: Origin, place: Path
) -> None:
    folder = make(origin, place).backup.folder
    with closing(sqlite3.connect(folder / "archive.sqlite3")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)
