"""Frames' bytes in pack files of a folder, their rows in the database.

For archives whose database is to stay small. Bytes are on the disk before the row that names them
can be committed.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from sqlalchemy.orm import Session

from db.captures import rows
from db.captures.errors import CaptureDamaged, CaptureMissing
from db.captures.frames import FrameFaultError, FrameStore
from db.captures.packs import PackDamagedError, Packs
from db.captures.rows import FrameRow

_MOVED = 200
"""Frames that are moved to another pack in one transaction."""


class FileStore(FrameStore):
    """A capture store whose bytes are in files. Reads frames that are in the database, too."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._packs = Packs(folder)

    def close(self) -> None:
        """Let the pack that this process writes to be taken by another."""
        self._packs.close()

    def reclaim(self, transaction: Callable[[], AbstractContextManager[Session]]) -> int:
        """See `CaptureStore.reclaim`: packs with much waste are written anew, those without a frame removed.

        Killed at any point, every frame is where its row says: its new place is on the disk before the
        row names it, and a pack is removed only when no committed row names it. A pack that another
        process writes to is left alone.
        """
        freed = 0
        for pack in self._packs.numbers():
            with self._packs.alone(pack) as size:
                if size is None:
                    continue
                with transaction() as session:
                    frames = rows.in_pack(session, pack)
                if self._packs.size_of([row.stored_size for row in frames]) * 4 > size * 3:
                    continue
                moved = 0
                for start in range(0, len(frames), _MOVED):
                    with transaction() as session:
                        moved += self._move(session, frames[start : start + _MOVED])
                if moved == len(frames):
                    self._packs.remove(pack)
                    freed += size - self._packs.size_of([row.stored_size for row in frames])
        return freed

    def _move(self, session: Session, frames: Sequence[FrameRow]) -> int:
        """Write frames to the pack of this process; the number of those that could be read."""
        sound = []
        for frame in frames:
            try:
                sound.append(frame._replace(data=self._fetch(frame)))
            except FrameFaultError:
                continue
        for row in self._keep(sound):
            rows.rewrite(session, row)
        return len(sound)

    def _keep(self, frames: Sequence[FrameRow]) -> Sequence[FrameRow]:
        places = self._packs.append([(frame.sha256, frame.data or b"") for frame in frames])
        return [
            frame._replace(pack=place.pack, pack_offset=place.offset, data=None)
            for frame, place in zip(frames, places, strict=True)
        ]

    def _fetch(self, frame: FrameRow) -> bytes:
        if frame.pack is None or frame.pack_offset is None:
            raise FrameFaultError(frame.sha256, "its bytes are nowhere", error=CaptureMissing)
        try:
            return self._packs.read(
                frame.pack, offset=frame.pack_offset, size=frame.stored_size, sha256=frame.sha256
            )
        except FileNotFoundError as error:
            detail = f"there is no pack file {error.filename}"
            raise FrameFaultError(frame.sha256, detail, error=CaptureMissing) from error
        except PackDamagedError as error:
            raise FrameFaultError(frame.sha256, str(error), error=CaptureDamaged) from error
