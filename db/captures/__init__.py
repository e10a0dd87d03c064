"""Keeps the bytes of bodies: each body once, and versions at the price of their difference."""

from db.captures.dropping import Dropped
from db.captures.errors import (
    CaptureDamaged,
    CaptureError,
    CaptureMissing,
    CapturePruned,
    CaptureTooLarge,
)
from db.captures.frames import FrameFaultError
from db.captures.rows import FrameRow
from db.captures.store import CaptureStore, NewBody, open_store

__all__ = [
    "CaptureDamaged",
    "CaptureError",
    "CaptureMissing",
    "CapturePruned",
    "CaptureStore",
    "CaptureTooLarge",
    "Dropped",
    "FrameFaultError",
    "FrameRow",
    "NewBody",
    "open_store",
]
