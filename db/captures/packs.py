r"""Append-only files of records. Knows no database: who appends remembers pack and offset.

A pack is written by one process at a time, which holds its lock. What a killed process left half
written at its end is never cut off and never built upon: such a pack is left as it is and another
begun, so nothing here can destroy a byte that a row may name.

Pack: b"morgue pack 1\n", then records. Record, little-endian: b"rec1", payload length (4 bytes),
CRC-32 of the payload (4), SHA-256 of the body (32), payload, record length (4), b"end1".
"""

import fcntl
import os
import struct
import threading
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from db.errors import ArchiveUnwritable

PACK_LIMIT = 256 << 20
"""Bytes after which a pack is not appended to any more."""

_MAGIC = b"morgue pack 1\n"
_HEAD = struct.Struct("<4sII32s")
_TAIL = struct.Struct("<I4s")


class Place(NamedTuple):
    """Where a record begins."""

    pack: int
    offset: int


class PackDamagedError(Exception):
    """The bytes at a place are not the record that should be there."""


class Packs:
    """The packs of one folder, which is made when first written to. May be shared by threads."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._own: _OwnPack | None = None

    def append(self, records: Sequence[tuple[bytes, bytes]]) -> list[Place]:
        """Write records of (SHA-256 of the body, payload) and wait until they are on the disk.

        Raises:
            ArchiveUnwritable: They cannot be written; nothing of them is left behind.
        """
        with self._lock:
            try:
                return self._append(records)
            except OSError as error:
                self._let_go()
                raise ArchiveUnwritable(
                    f"captures cannot be written to {self._folder}: {error.strerror}. "
                    "Make room or check the folder's permissions, then run the same command again"
                ) from error

    def read(self, pack: int, *, offset: int, size: int, sha256: bytes) -> bytes:
        """The payload of the record at a place.

        Raises:
            FileNotFoundError: There is no such pack.
            PackDamagedError: The record there is not whole, or not of this body and size.
        """
        path = self._path(pack)
        with path.open("rb", buffering=0) as file:
            record = os.pread(file.fileno(), _HEAD.size + size, offset)
        if len(record) != _HEAD.size + size:
            raise PackDamagedError(f"{path} ends within its record at byte {offset}")
        payload = record[_HEAD.size :]
        if record[: _HEAD.size] != _HEAD.pack(b"rec1", size, zlib.crc32(payload), sha256):
            raise PackDamagedError(f"{path} has another record at byte {offset}, or a damaged one")
        return payload

    def numbers(self) -> list[int]:
        """The packs that there are, oldest first."""
        return sorted(int(path.stem) for path in self._folder.glob("[0-9]*.pack"))

    @contextmanager
    def alone(self, pack: int) -> Iterator[int | None]:
        """Hold a pack so that nobody appends to it; its bytes, None where somebody does."""
        with self._lock:
            if self._own is not None and self._own.number == pack:
                self._let_go()  # what is appended meanwhile goes to another
        descriptor = os.open(self._path(pack), os.O_RDWR | os.O_CLOEXEC)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield None
            else:
                yield os.fstat(descriptor).st_size
        finally:
            os.close(descriptor)

    def remove(self, pack: int) -> None:
        """Remove a pack that no row names, while `alone` holds it."""
        self._path(pack).unlink()
        _sync_folder(self._folder)

    @staticmethod
    def file_name(pack: int) -> str:
        """The name of a pack's file in its folder."""
        return f"{pack:06}.pack"

    @staticmethod
    def size_of(payloads: Sequence[int]) -> int:
        """The bytes of a pack with payloads of these sizes."""
        return len(_MAGIC) + sum(_HEAD.size + size + _TAIL.size for size in payloads)

    def close(self) -> None:
        """Let go of the pack that this process writes to. Harmless the second time."""
        with self._lock:
            self._let_go()

    def _append(self, records: Sequence[tuple[bytes, bytes]]) -> list[Place]:
        # a forked child has its parent's lock: it must not write beside it
        if self._own is not None and (self._own.end >= PACK_LIMIT or self._own.pid != os.getpid()):
            self._let_go()
        if self._own is None:
            self._own = self._take()
        own = self._own
        places: list[Place] = []
        parts: list[bytes] = []
        end = own.end
        for sha256, payload in records:
            places.append(Place(own.number, end))
            head = _HEAD.pack(b"rec1", len(payload), zlib.crc32(payload), sha256)
            length = len(head) + len(payload) + _TAIL.size
            parts += (head, payload, _TAIL.pack(length, b"end1"))
            end += length
        own.write(b"".join(parts))
        return places

    def _take(self) -> "_OwnPack":
        """A pack that no other process holds and that ends with a whole record; else a new one."""
        if not self._folder.is_dir():
            self._folder.mkdir(parents=True)
            _sync_folder(self._folder.parent)
        numbers = self.numbers()
        for number in reversed(numbers):
            own = _OwnPack.take(self._path(number), number=number)
            if own is not None:
                return own
        number = numbers[-1] if numbers else 0
        while True:
            number += 1
            own = _OwnPack.begin(self._path(number), number=number)
            if own is not None:
                _sync_folder(self._folder)
                return own

    def _let_go(self) -> None:
        if self._own is not None:
            self._own.close()
            self._own = None

    def _path(self, pack: int) -> Path:
        return self._folder / self.file_name(pack)


class _OwnPack:
    """A pack that this process has the lock of."""

    def __init__(self, descriptor: int, *, number: int, end: int) -> None:
        self._descriptor = descriptor
        self.number = number
        self.end = end
        self.pid = os.getpid()

    @classmethod
    def take(cls, path: Path, *, number: int) -> "_OwnPack | None":
        """This pack, unless it is full, another process writes to it, or its end is torn."""
        descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            end = os.fstat(descriptor).st_size
            if end < PACK_LIMIT and _is_whole(descriptor, end=end):
                return cls(descriptor, number=number, end=end)
        except BlockingIOError:
            pass
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)
        return None

    @classmethod
    def begin(cls, path: Path, *, number: int) -> "_OwnPack | None":
        """A new pack, unless another process has begun it meanwhile."""
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
        except FileExistsError:
            return None
        own = cls(descriptor, number=number, end=0)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            own.write(_MAGIC)
        except BlockingIOError:  # another process saw the file before it was ours
            own.close()
            return None
        except BaseException:
            own.close()
            raise
        return own

    def write(self, data: bytes) -> None:
        """Append bytes and wait for the disk; after an error the pack is as it was."""
        try:
            written = 0
            while written < len(data):
                written += os.pwrite(self._descriptor, data[written:], self.end + written)
            os.fsync(self._descriptor)
        except BaseException:
            os.ftruncate(self._descriptor, self.end)  # our own bytes: no row names them yet
            raise
        self.end += len(data)

    def close(self) -> None:
        """Give the lock back."""
        os.close(self._descriptor)


def _is_whole(descriptor: int, *, end: int) -> bool:
    """Whether a pack ends with a whole record, or has none."""
    if os.pread(descriptor, len(_MAGIC), 0) != _MAGIC:
        return False
    if end == len(_MAGIC):
        return True
    tail = os.pread(descriptor, _TAIL.size, end - _TAIL.size)
    if len(tail) != _TAIL.size:
        return False
    length, magic = _TAIL.unpack(tail)
    start = end - length
    if magic != b"end1" or start < len(_MAGIC):
        return False
    record = os.pread(descriptor, length, start)
    head, payload = record[: _HEAD.size], record[_HEAD.size : -_TAIL.size]
    if len(head) != _HEAD.size:
        return False
    name, size, checksum, _ = _HEAD.unpack(head)
    return bool(name == b"rec1" and size == len(payload) and checksum == zlib.crc32(payload))


def _sync_folder(folder: Path) -> None:
    """Have a new name in a folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
