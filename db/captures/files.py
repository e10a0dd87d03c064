"""Frames' bytes in pack files of a folder, their rows in the database.

For archives whose database is to stay small. Bytes are on the disk before the row that names them
can be committed.
"""

from collections.abc import Sequence
from pathlib import Path

from db.captures.errors import CaptureDamaged, CaptureMissing
from db.captures.frames import FrameFaultError, FrameStore
from db.captures.packs import PackDamagedError, Packs
from db.captures.rows import FrameRow


class FileStore(FrameStore):
    """A capture store whose bytes are in files. Reads frames that are in the database, too."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._packs = Packs(folder)

    def close(self) -> None:
        """Let the pack that this process writes to be taken by another."""
        self._packs.close()

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
