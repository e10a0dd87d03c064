"""What a capture store promises, and which store a setting names. Knows no coding."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from sqlalchemy.orm import Session

from db.captures.database import DatabaseStore
from db.captures.dropping import Dropped
from db.captures.files import FileStore
from db.captures.frames import NewBody
from db.captures.rows import FrameRow

__all__ = ["CaptureStore", "NewBody", "open_store"]


class CaptureStore(Protocol):
    """Keeps bodies by their SHA-256. A body that is there already costs nothing.

    May be shared by threads, each with a session of its own. Never commits: what was put is there
    when the session's transaction is committed, and not if it is rolled back.
    """

    def put(
        self, session: Session, body: bytes, *, near: Sequence[bytes] = (), site_id: int
    ) -> bytes:
        """Keep a body and return its SHA-256.

        Args:
            session: In a transaction that may write.
            body: The bytes as received.
            near: Digests of kept bodies that this one is probably like, best first: the previous
                capture of the same link. Those that are not there are passed over.
            site_id: Whose earlier pages it is probably like.

        Raises:
            CaptureTooLarge: The body is beyond `codec.MAX_BODY`.
            ArchiveUnwritable: The files of the store cannot be written.
        """
        ...

    def put_many(self, session: Session, bodies: Sequence[NewBody]) -> list[bytes]:
        """Keep bodies in few statements (and one wait for the disk); their digests, in order.

        A body's `near` may name one before it in the same call.
        """
        ...

    def get(self, session: Session, sha256: bytes) -> bytes:
        """The body of this digest, checked against it.

        Raises:
            CaptureMissing: It was never put, or what it is compressed against is gone.
            CaptureDamaged: The bytes that come out are not those that were put.
        """
        ...

    def drop(self, session: Session, digests: Sequence[bytes]) -> Dropped:
        """Take bodies away for good; those that rest on them are written anew first.

        The caller must be the only writer of frames (`db.proving.pruning`). A body is kept where a dictionary
        in use is made of it, or where what rests on it cannot be read.
        """
        ...

    def reclaim(self, transaction: Callable[[], AbstractContextManager[Session]]) -> int:
        """Give room back to the disk that dropped bodies took outside of the database; bytes given back."""
        ...

    def fetch(self, frame: FrameRow) -> bytes:
        """The bytes of a frame as they are kept, wherever they are: not decoded, not checked.

        Raises:
            FrameFaultError: They are not there, or not whole.
        """
        ...

    def adopt(self, frames: Sequence[FrameRow]) -> Sequence[FrameRow]:
        """Put the bytes of frames, which are in their `data`, where this store has them; the rows to be written."""
        ...

    def stat(self, session: Session) -> dict[str, int]:
        """Counts of `frames` and `dictionaries`, `stored_bytes`, and `body_bytes` (decoded)."""
        ...

    def close(self) -> None:
        """Let go of files and locks. Harmless the second time; a later call takes them again."""
        ...


def open_store(spec: str, *, home: Path | None = None) -> CaptureStore:
    """The store that a setting names.

    Args:
        spec: "database", or "files:FOLDER".
        home: What a relative folder is relative to. None: the working directory.

    Raises:
        ValueError: The setting names no store.
    """
    if spec == "database":
        return DatabaseStore()
    kind, _, folder = spec.partition(":")
    if kind == "files" and folder:
        return FileStore((home or Path()) / folder)
    raise ValueError(f'there is no capture store "{spec}": use database, or files:FOLDER')
