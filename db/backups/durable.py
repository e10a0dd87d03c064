"""Files that are whole or not there: copied with their digest, forced to the disk. Knows no archive."""

import os
import shutil
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

CHUNK = 1 << 20


def copy(
    source: Path, target: Path, *, tell: Callable[[int], None] = lambda _count: None
) -> tuple[int, str]:
    """Copy a file to a new one and wait for the disk; its size and SHA-256.

    A file that grows meanwhile is copied up to the size that it had at the beginning.
    """
    digest = sha256()
    size = 0
    with source.open("rb") as read, target.open("xb") as written:
        end = os.fstat(read.fileno()).st_size
        while chunk := read.read(min(CHUNK, end - size)):
            written.write(chunk)
            digest.update(chunk)
            size += len(chunk)
            tell(len(chunk))
        written.flush()
        os.fsync(written.fileno())
    return size, digest.hexdigest()


def link_or_copy(source: Path, target: Path) -> None:
    """A second name of a file that nobody changes any more; a copy where the disk knows no second names."""
    try:
        os.link(source, target)
    except OSError:
        copy(source, target)


def digest_of(path: Path, *, tell: Callable[[int], None] = lambda _count: None) -> str:
    """The SHA-256 of a file."""
    digest = sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
            tell(len(chunk))
    return digest.hexdigest()


def write(path: Path, content: bytes) -> None:
    """A new file with this content, on the disk."""
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def sync(path: Path) -> None:
    """Wait until a file's bytes, or a folder's names, are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def name_once(made: Path, name: Path) -> None:
    """Give a finished file its name, unless something has that name.

    Raises:
        FileExistsError: Something has it.
    """
    try:
        os.link(made, name)
    except FileExistsError:
        raise
    except OSError:  # a disk that knows no second names
        if name.exists():
            raise FileExistsError(str(name)) from None
        made.rename(name)
    else:
        made.unlink()
    sync(name.parent)


def remove_folder(folder: Path) -> None:
    """Remove a folder that nobody needs; harmless where it is not there."""
    if folder.is_dir():
        shutil.rmtree(folder)
