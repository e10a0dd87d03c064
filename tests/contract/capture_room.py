"""How the tests of captures keep, read and look at bodies."""

from collections.abc import Sequence

from sqlalchemy import select

from db.archive import Archive
from db.captures import CaptureStore
from db.models import Frame


def keep(
    room: Archive, store: CaptureStore, body: bytes, *, near: Sequence[bytes] = (), site_id: int = 1
) -> bytes:
    with room.write() as session:
        return store.put(session, body, near=near, site_id=site_id)


def body_of(room: Archive, store: CaptureStore, sha256: bytes) -> bytes:
    with room.read() as session:
        return store.get(session, sha256)


def frame_of(room: Archive, sha256: bytes) -> Frame:
    with room.read() as session:
        return session.scalars(select(Frame).where(Frame.sha256 == sha256)).one()
