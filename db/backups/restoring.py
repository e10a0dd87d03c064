"""Makes an archive of a backup again. Overwrites nothing; until it was checked, nothing has the archive's name.

Packs get their place before the database does: without its database, nobody takes packs for an archive. What a
killed restore leaves behind has names of its own, and the same call begins again.
"""

import fcntl
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from config.clock import Clock
from db import engine as engines
from db import schema
from db.archive import Archive
from db.backups import durable, kept
from db.backups.kept import DATABASE, PACKS, Backup
from db.backups.making import Tell, heads_of
from db.errors import BackupRefused
from db.moving import copying
from db.verify import Violation
from db.verify import verify as violations_of

_MARK = ".restoring"
"""A file in a folder of packs whose database has not its place yet."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where the archive is to be."""

    address: str
    captures: str  # "database" or "files:FOLDER"
    clock: Clock

    @property
    def is_sqlite(self) -> bool:
        """Whether it is a file of this machine."""
        return engines.parse_address(self.address).get_backend_name() == "sqlite"

    @property
    def database(self) -> Path:
        """The file of a SQLite archive."""
        return Path(str(engines.parse_address(self.address).database))

    @property
    def packs(self) -> Path | None:
        """The folder of its packs, if it is to have any."""
        kind, _, folder = self.captures.partition(":")
        return Path(folder) if kind == "files" else None


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore came to."""

    backup: Backup
    name: str  # of the archive
    violations: list[Violation]


def newest(place: Path) -> Backup:
    """The backup in a folder, or the newest of a folder of backups.

    Raises:
        BackupRefused: There is none.
    """
    if (place / kept.MANIFEST).exists():
        return kept.read(place)
    found = kept.whole(place)
    if not found:
        raise BackupRefused(f"there is no whole backup in {place}")
    return found[-1]


def restore(
    backup: Backup,
    target: Target,
    *,
    is_full: bool = False,
    shingles_of: copying.Shingles,
    tell: Tell = lambda _what, _done, _total: None,
) -> Restored:
    """Make an archive of a backup.

    Every file is compared with its digest, the database checked by SQLite, its heads with those that the
    manifest tells. In Postgres, where rows are copied, every row is compared instead.

    Args:
        backup: Which.
        target: Where; nothing may be there.
        is_full: Check everything that `morgue verify` does.
        shingles_of: As for `copying.copy`.
        tell: Told how far it is.

    Raises:
        ArchiveError: Something is there already, the backup is damaged, or the archive cannot be written.
    """
    try:
        if target.is_sqlite:
            violations = _restore_files(backup, target, is_full=is_full, tell=tell)
        else:
            violations = _restore_rows(
                backup, target, is_full=is_full, shingles_of=shingles_of, tell=tell
            )
    except (OSError, sqlite3.Error) as error:
        words = error.strerror if isinstance(error, OSError) else None
        raise BackupRefused(
            f"the archive cannot be restored to {target.database if target.is_sqlite else target.captures}: "
            f"{words or error}. Make room or check the folder's permissions, then restore again"
        ) from error
    name = engines.name_of(engines.parse_address(target.address))
    return Restored(backup, name, violations)


def _restore_files(backup: Backup, target: Target, *, is_full: bool, tell: Tell) -> list[Violation]:
    database, packs = target.database, target.packs
    if backup.manifest.packs and packs is None:
        raise BackupRefused(
            f"{backup.folder} has pack files: say where they are to be, as in --captures files:packs"
        )
    if not database.parent.is_dir():
        raise BackupRefused(f"there is no folder {database.parent}: create it first")
    with _alone(database):
        unfinished = database.with_name(f".{database.name}.restoring")
        _require_nothing(database, packs, is_begun=unfinished.exists())
        unfinished_packs = packs.with_name(f".{packs.name}.restoring") if packs else None
        _clear(unfinished, unfinished_packs, packs)
        _copy_files(backup, unfinished, unfinished_packs, tell=tell)
        _check_database(backup, unfinished, tell=tell)
        violations = _check(unfinished, unfinished_packs, target, tell=tell) if is_full else []
        if packs is not None and unfinished_packs is not None:
            place_packs(unfinished_packs, packs)
        place_database(unfinished, database)
        if packs is not None:
            (packs / _MARK).unlink()
            durable.sync(packs)
    return violations


@contextmanager
def _alone(database: Path) -> Iterator[None]:
    path = database.with_name(f".{database.name}.restoring-lock")
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
        path.unlink()
    except BlockingIOError as error:
        raise BackupRefused(f"{database} is being restored by another process") from error
    finally:
        os.close(descriptor)


def _require_nothing(database: Path, packs: Path | None, *, is_begun: bool) -> None:
    """Refuse to overwrite. Marked packs are a killed restore's only while its database has no place yet."""
    for path in (database, *(database.with_name(database.name + end) for end in ("-wal", "-shm"))):
        if path.exists():
            raise BackupRefused(
                f"{path} is there: nothing is overwritten. Move it away, or restore elsewhere"
            )
    is_ours = is_begun and packs is not None and (packs / _MARK).exists()
    if packs is not None and packs.exists() and not is_ours and any(packs.iterdir()):
        raise BackupRefused(
            f"{packs} is not empty: nothing is overwritten. Move it away, or name another folder"
        )


def _clear(unfinished: Path, unfinished_packs: Path | None, packs: Path | None) -> None:
    """Remove what a killed restore left behind."""
    for folder in (unfinished_packs, packs):
        if folder is not None:
            durable.remove_folder(folder)
    for end in (
        "-wal",
        "-shm",
        "-journal",
        "",
    ):  # the file that says whose the packs were goes last
        unfinished.with_name(unfinished.name + end).unlink(missing_ok=True)


def _copy_files(backup: Backup, database: Path, packs: Path | None, *, tell: Tell) -> None:
    done, total = 0, backup.manifest.size

    def hear(count: int) -> None:
        nonlocal done
        done += count
        tell("copying bytes", done, total)

    if packs is not None:
        packs.mkdir(parents=True)
        durable.write(packs / _MARK, b"")
    for file in backup.manifest.files:
        if file.path == DATABASE:
            target = database
        else:
            assert packs is not None
            target = packs / Path(file.path).name
        copy_file(backup, file, target, tell=hear)
    if packs is not None:
        durable.sync(packs)


def copy_file(
    backup: Backup, file: kept.KeptFile, target: Path, *, tell: Callable[[int], None]
) -> None:
    """Copy a file of a backup and compare it with its digest."""
    if durable.copy(backup.folder / file.path, target, tell=tell) != (file.size, file.sha256):
        raise BackupRefused(
            f"the backup {backup.folder} is damaged: {file.path} is not what its manifest says. "
            "Restore another one"
        )


def _check_database(backup: Backup, database: Path, *, tell: Tell) -> None:
    tell("checking the database", 0, 1)
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        try:
            found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        except sqlite3.DatabaseError as error:
            found = str(error)
        if found != "ok":
            raise BackupRefused(f"the backup {backup.folder} is damaged: SQLite finds {found}")
        if heads_of(database) != backup.manifest.heads:
            raise BackupRefused(
                f"the backup {backup.folder} is damaged: its hash trees are not those of its manifest"
            )
        connection.execute("PRAGMA journal_mode = WAL").fetchone()
    durable.sync(database)


def _check(database: Path, packs: Path | None, target: Target, *, tell: Tell) -> list[Violation]:
    captures = f"files:{packs}" if packs else "database"
    address = f"sqlite:///{database}"
    with Archive.open(address, clock=target.clock, captures=captures, upgrade="no") as archive:
        return violations_of(
            archive, progress=lambda step: tell(step.promise, step.done, step.total)
        )


def place_packs(unfinished: Path, packs: Path) -> None:
    """Give the packs their place; the mark in them says that the database has not its own yet."""
    if packs.is_dir():
        packs.rmdir()
    unfinished.rename(packs)
    durable.sync(packs.parent)


def place_database(unfinished: Path, database: Path) -> None:
    """Give the database its place: from here on there is an archive."""
    try:
        durable.name_once(unfinished, database)
    except FileExistsError as error:
        raise BackupRefused(f"{database} came meanwhile: nothing is overwritten") from error


def _restore_rows(
    backup: Backup,
    target: Target,
    *,
    is_full: bool,
    shingles_of: copying.Shingles,
    tell: Tell,
) -> list[Violation]:
    if backup.manifest.schema != schema.HEAD:
        raise BackupRefused(
            f"{backup.folder} is at schema {backup.manifest.schema}, and rows are copied at {schema.HEAD}: "
            "restore it to a SQLite file, run `morgue db upgrade` there, then `morgue copy`"
        )
    for done, file in enumerate(backup.manifest.files):
        tell("comparing files", done, len(backup.manifest.files))
        if durable.digest_of(backup.folder / file.path) != file.sha256:
            raise BackupRefused(
                f"the backup {backup.folder} is damaged: {file.path} is not what its manifest says"
            )
    captures = f"files:{backup.folder / PACKS}" if backup.manifest.packs else "database"
    with (
        Archive.open(
            f"sqlite:///{backup.folder / DATABASE}",
            clock=target.clock,
            captures=captures,
            read_only=True,
        ) as source,
        Archive.open(
            target.address, clock=target.clock, captures=target.captures, upgrade="copy"
        ) as arrived,
    ):
        copying.copy(
            source,
            arrived,
            shingles_of=shingles_of,
            progress=lambda step: tell(f"{step.step} {step.table}", step.done, step.total),
        )
        return violations_of(arrived) if is_full else []
