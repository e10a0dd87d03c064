"""The backups of a folder: what each says of itself, which are whole, which are kept. Knows no database.

A backup is a folder whose name does not begin with a dot, with a manifest that was written last. What was
begun and not finished, and what is being removed, has a name that begins with a dot.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from db.backups import durable
from db.errors import BackupRefused

FORM = 1
"""The form of the manifest; a higher one was written by a newer release."""

DATABASE = "archive.sqlite3"
PACKS = "packs"
MANIFEST = "manifest.json"

_BEGUN = ".unfinished-"
_LOCK = ".lock"


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file of a backup."""

    path: str  # within the backup
    size: int
    sha256: str
    origin: tuple[int, int, int] | None = None  # inode, size and mtime (ns) of the pack it is of


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself."""

    made_at: str
    release: str
    source: str  # the archive's name, without a password
    schema: str
    heads: str  # of its hash trees; empty where it has none
    files: tuple[KeptFile, ...]
    form: int = FORM

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files)

    @property
    def packs(self) -> list[KeptFile]:
        """The pack files."""
        return [file for file in self.files if file.path != DATABASE]

    def as_json(self) -> bytes:
        """As it stands in the backup."""
        return json.dumps(asdict(self), indent=1, ensure_ascii=False).encode() + b"\n"


@dataclass(frozen=True, slots=True)
class Backup:
    """A whole backup."""

    folder: Path
    manifest: Manifest

    @property
    def made_at(self) -> datetime:
        """When it was made, by the clock of its archive."""
        return datetime.fromisoformat(self.manifest.made_at)

    @property
    def number(self) -> int:
        """Its place among the backups of its folder: no clock can change it."""
        return int(self.folder.name.partition("-")[0])


def read(folder: Path) -> Backup:
    """The backup in this folder.

    Raises:
        BackupRefused: There is none, or not one that is whole, or a newer release made it.
    """
    try:
        told: dict[str, Any] = json.loads((folder / MANIFEST).read_bytes())
        if told["form"] > FORM:
            raise BackupRefused(f"{folder} was made by a newer release: restore it with that one")
        files = tuple(
            KeptFile(
                str(each["path"]),
                int(each["size"]),
                str(each["sha256"]),
                tuple(each["origin"]) if each["origin"] else None,
            )
            for each in told.pop("files")
        )
        manifest = Manifest(**told, files=files)
        datetime.fromisoformat(manifest.made_at)
    except FileNotFoundError as error:
        raise BackupRefused(f"{folder} is no backup: it has no {MANIFEST}") from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BackupRefused(f"the manifest of {folder} cannot be read: {error}") from error
    for file in manifest.files:
        path = folder / file.path
        # a manifest is a stranger's word: it names files of its own folder alone
        if not path.resolve().is_relative_to(folder.resolve()):
            raise BackupRefused(f"the manifest of {folder} names {file.path}, which is not in it")
        if not path.is_file() or path.stat().st_size != file.size:
            raise BackupRefused(
                f"the backup {folder} is damaged: {file.path} is not there, or not {file.size} bytes"
            )
    return Backup(folder, manifest)


def whole(place: Path) -> list[Backup]:
    """The whole backups of a folder, the oldest first; what is damaged or something else is passed over."""
    found = []
    for folder in place.glob("[0-9]*-*") if place.is_dir() else ():
        try:
            backup = read(folder)
            found.append((backup.number, backup))
        except (BackupRefused, ValueError):
            continue
    return [backup for _, backup in sorted(found, key=lambda each: each[0])]


@contextmanager
def alone(place: Path) -> Iterator[None]:
    """Be the only one who makes backups in a folder, which is made where it is not there.

    Raises:
        BackupRefused: Somebody makes one at this moment.
    """
    place.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(place / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BackupRefused(f"another backup is being made in {place}: wait for it") from error
        yield
    finally:
        os.close(descriptor)


def begin(place: Path, now: datetime) -> Path:
    """A folder for a backup that is not finished; what others left unfinished goes. Call it within `alone`."""
    for left in place.glob(f"{_BEGUN}*"):
        durable.remove_folder(left)
    numbers = [
        int(number)
        for folder in place.glob("[0-9]*-*")
        if (number := folder.name.partition("-")[0]).isdecimal()
    ]
    stamp = now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    folder = place / f"{_BEGUN}{max(numbers, default=0) + 1:05}-{stamp}"
    folder.mkdir()
    return folder


def finish(folder: Path, manifest: Manifest) -> Backup:
    """Write the manifest of a backup whose files are all there, and give it its name."""
    write_manifest(folder, manifest)
    for each in (folder / PACKS, folder):
        if each.is_dir():
            durable.sync(each)
    name = folder.with_name(folder.name.removeprefix(_BEGUN))
    folder.rename(name)
    durable.sync(name.parent)
    return Backup(name, manifest)


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """The last file of a backup."""
    durable.write(folder / MANIFEST, manifest.as_json())


def thin(place: Path, *, keep: int, newest: Backup) -> list[Path]:
    """Remove all but the newest whole backups; those that were removed. The one just made always stays."""
    old = [backup for backup in whole(place) if backup.number < newest.number]
    removed = old[: max(0, len(old) - (keep - 1))]
    for backup in removed:
        hidden = backup.folder.with_name(_BEGUN + backup.folder.name)
        backup.folder.rename(hidden)  # at once: a half of it must not look whole
        remove(hidden)
    return [backup.folder for backup in removed]


def remove(hidden: Path) -> None:
    """Remove what has no name of a backup any more."""
    durable.remove_folder(hidden)
