"""Frames' bytes in the frame table itself: one file, one transaction. The default."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager

from sqlalchemy.orm import Session

from db.captures.errors import CaptureMissing
from db.captures.frames import FrameFaultError, FrameStore
from db.captures.rows import FrameRow


class DatabaseStore(FrameStore):
    """A capture store that needs nothing but the database."""

    def _keep(self, frames: Sequence[FrameRow]) -> Sequence[FrameRow]:
        return frames

    def _fetch(self, frame: FrameRow) -> bytes:
        detail = f"its bytes are in pack file {frame.pack}: open the archive with files:FOLDER"
        raise FrameFaultError(frame.sha256, detail, error=CaptureMissing)

    def reclaim(self, transaction: Callable[[], AbstractContextManager[Session]]) -> int:
        """See `CaptureStore.reclaim`: the database itself uses its room again."""
        del transaction
        return 0
