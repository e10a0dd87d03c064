"""Makes a backup of an archive that is in use. Knows the order of it: the database first, then the packs.

Bytes of captures are on the disk before the row that names them, and packs are only appended to. So packs that
are copied after the database have whatever its rows name. A pack that `prune` has moved to another meanwhile is
noticed, and the backup is begun again.
"""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import URL

from config.clock import Clock
from db import engine as engines
from db import schema
from db.archive import Archive, require_file
from db.backups import durable, kept
from db.backups.kept import DATABASE, PACKS, Backup, KeptFile, Manifest
from db.captures.packs import PackDamagedError, Packs
from db.errors import BackupRefused
from db.moving import copying

Tell = Callable[[str, int, int], None]
"""Told what is being done, how much of it is, and of how much."""

_PAGES = 2_000
"""Pages of a database that are copied before it is told how far it is."""

_ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class Made:
    """A backup that was made, and what went for it."""

    backup: Backup
    copied_bytes: int  # the others are second names of files of the backup before
    removed: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Origin:
    """The archive that is backed up."""

    address: str
    captures: str  # "database" or "files:FOLDER"
    clock: Clock
    release: str

    @property
    def url(self) -> URL:
        """The address, checked."""
        return engines.parse_address(self.address)

    @property
    def packs(self) -> Path | None:
        """The folder of its packs, if it has any."""
        kind, _, folder = self.captures.partition(":")
        return Path(folder) if kind == "files" else None


class _PackGoneError(Exception):
    """A pack is not any more what the rows say: bodies were pruned meanwhile."""


def make(
    origin: Origin,
    place: Path,
    *,
    keep: int | None,
    shingles_of: copying.Shingles,
    tell: Tell = lambda _what, _done, _total: None,
) -> Made:
    """Make a backup in a folder of backups.

    Args:
        origin: The archive; it may be in use, and of an earlier release where it is SQLite's.
        place: The folder of backups, made where it is not there.
        keep: How many whole backups stay, this one among them; None: all.
        shingles_of: As for `copying.copy`.
        tell: Told how far it is.

    Raises:
        ArchiveError: The archive cannot be read, or the backup not be written; nothing half looks whole.
    """
    try:
        with kept.alone(place):
            for attempt in range(1, _ATTEMPTS + 1):
                try:
                    made = _make(origin, place, shingles_of=shingles_of, tell=tell)
                    break
                except _PackGoneError as error:
                    if attempt == _ATTEMPTS:
                        raise BackupRefused(
                            f"packs of {origin.packs} are being removed: back up again when `morgue prune` "
                            f"has finished ({error})"
                        ) from error
            removed = kept.thin(place, keep=keep, newest=made.backup) if keep else []
    except (OSError, sqlite3.Error) as error:
        words = error.strerror if isinstance(error, OSError) else None
        raise BackupRefused(
            f"the backup cannot be written to {place}: {words or error}. Make room or check the "
            "folder's permissions; earlier backups are untouched"
        ) from error
    return Made(made.backup, made.copied_bytes, tuple(removed))


def _make(origin: Origin, place: Path, *, shingles_of: copying.Shingles, tell: Tell) -> Made:
    now = origin.clock.now()
    before = kept.whole(place)
    folder = kept.begin(place, now)
    try:
        if origin.url.get_backend_name() == "sqlite":
            version = snapshot(origin.url, folder / DATABASE, tell=tell)
        else:
            version = _copy_rows(origin, folder / DATABASE, shingles_of=shingles_of, tell=tell)
        files = [_described(folder / DATABASE)]
        copied = files[0].size
        if origin.packs is not None and origin.url.get_backend_name() == "sqlite":
            earlier = (
                {file.path: (before[-1].folder, file) for file in before[-1].manifest.packs}
                if before
                else {}
            )
            packs, bytes_copied = _copy_packs(origin.packs, folder, earlier=earlier, tell=tell)
            files += packs
            copied += bytes_copied
        manifest = _manifest(origin, folder, files, version=version, now=now)
        return Made(kept.finish(folder, manifest), copied, ())
    except BaseException:
        durable.remove_folder(folder)
        raise


def snapshot(url: URL, target: Path, *, tell: Tell) -> str:
    """Copy a SQLite database as it is at one moment, while others write to it; the version of its schema.

    One reading transaction is held meanwhile: nobody waits for it, but the -wal file grows while it lasts.
    What it writes is one file without a -wal, which may be read from a folder that cannot be written.
    """
    require_file(url, may_create=False)
    engine = engines.open_engine(url, read_only=True)
    try:
        with engines.in_words(url), engine.connect() as connection:
            version = schema.require_known(connection)
            connection.exec_driver_sql("SELECT count(*) FROM sqlite_master")
            source: Any = connection.connection.driver_connection
            with closing(sqlite3.connect(target, isolation_level=None)) as copy:
                _told_of(target, lambda: _copy_pages(source, copy, tell=tell))
    finally:
        engine.dispose()
    durable.sync(target)
    return version


def _copy_pages(source: sqlite3.Connection, copy: sqlite3.Connection, *, tell: Tell) -> None:
    copy.execute("PRAGMA synchronous = OFF")  # the whole file is forced to the disk at the end

    def hear(_status: int, remaining: int, total: int) -> None:
        tell("copying pages", total - remaining, total)

    source.backup(copy, pages=_PAGES, progress=hear)
    copy.execute("PRAGMA journal_mode = DELETE").fetchone()


def _told_of(target: Path, act: Callable[[], None]) -> None:
    """What SQLite complains of while it writes the copy is not the archive's fault."""
    try:
        act()
    except sqlite3.Error as error:
        url = URL.create("sqlite", database=str(target))
        raise engines.explain(error, url) or BackupRefused(str(error)) from error


def _copy_rows(origin: Origin, target: Path, *, shingles_of: copying.Shingles, tell: Tell) -> str:
    """Copy a Postgres archive into a SQLite file, bodies included; the version of its schema."""
    address = f"sqlite:///{target}"
    with (
        Archive.open(
            origin.address, clock=origin.clock, captures=origin.captures, read_only=True
        ) as source,
        Archive.open(address, clock=origin.clock, upgrade="copy") as copy,
    ):
        copying.copy(
            source,
            copy,
            shingles_of=shingles_of,
            progress=lambda step: tell(f"{step.step} {step.table}", step.done, step.total),
        )
    with closing(sqlite3.connect(target, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE").fetchone()
    durable.sync(target)
    return schema.HEAD


def _copy_packs(
    packs: Path, folder: Path, *, earlier: dict[str, tuple[Path, KeptFile]], tell: Tell
) -> tuple[list[KeptFile], int]:
    """Copy the packs that rows of the copied database name; those, and how many bytes were written for it.

    A pack that has not changed since the backup before gets a second name there instead.
    """
    last = _last_records(folder / DATABASE)
    (folder / PACKS).mkdir()
    files, copied = [], 0
    for done, (number, record) in enumerate(sorted(last.items())):
        tell("copying packs", done, len(last))
        file, count = _copy_pack(packs, number, folder, earlier=earlier)
        files.append(file)
        copied += count
        _require_record(Packs(folder / PACKS), number, record)
    tell("copying packs", len(last), len(last))
    return files, copied


def _copy_pack(
    packs: Path, number: int, folder: Path, *, earlier: dict[str, tuple[Path, KeptFile]]
) -> tuple[KeptFile, int]:
    path = f"{PACKS}/{Packs.file_name(number)}"
    source, target = packs / Packs.file_name(number), folder / path
    try:
        state = source.stat()
        origin = (state.st_ino, state.st_size, state.st_mtime_ns)
        known = earlier.get(path)
        if known is not None and known[1].origin == origin:
            durable.link_or_copy(known[0] / path, target)
            return KeptFile(path, known[1].size, known[1].sha256, origin), 0
        size, digest = durable.copy(source, target)
    except FileNotFoundError as error:
        if error.filename and Path(error.filename) == source:
            raise _PackGoneError(f"{source} is gone") from error
        raise
    return KeptFile(path, size, digest, origin), size


def _last_records(database: Path) -> dict[int, tuple[int, int, bytes]]:
    """Of each pack that rows name, the record furthest back: its offset, size and the body's SHA-256."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        rows = connection.execute(
            "SELECT pack, max(pack_offset), stored_size, sha256 FROM frame WHERE pack IS NOT NULL GROUP BY pack"
        )
        return {pack: (offset, size, digest) for pack, offset, size, digest in rows}


def _require_record(packs: Packs, number: int, record: tuple[int, int, bytes]) -> None:
    offset, size, digest = record
    try:
        packs.read(number, offset=offset, size=size, sha256=digest)
    except PackDamagedError as error:
        raise _PackGoneError(str(error)) from error


def _described(path: Path) -> KeptFile:
    return KeptFile(path.name, path.stat().st_size, durable.digest_of(path))


def _manifest(
    origin: Origin, folder: Path, files: Sequence[KeptFile], *, version: str, now: datetime
) -> Manifest:
    return Manifest(
        made_at=now.isoformat(timespec="seconds"),
        release=origin.release,
        source=engines.name_of(origin.url),
        schema=version,
        heads=heads_of(folder / DATABASE),
        files=tuple(files),
    )


def heads_of(database: Path) -> str:
    """The heads of the hash trees of a SQLite archive at rest, as `seals.head_text` writes them; of an old one none."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        if not _has_table(connection, "tree_head"):
            return ""
        rows: Iterable[tuple[str, int, bytes]] = connection.execute(
            "SELECT tree, max(size), root FROM tree_head GROUP BY tree ORDER BY tree"
        )
        return ",".join(f"{tree}:{size}:{root.hex()}" for tree, size, root in rows)


def _has_table(connection: sqlite3.Connection, name: str) -> bool:
    found = connection.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (name,))
    return found.fetchone() is not None
