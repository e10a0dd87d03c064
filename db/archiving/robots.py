"""robots.txt files as hosts gave them, for as long as they need not be asked for again. Never commits.

Knows rows and ages. Must not know what a file allows.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import RobotsFile

FRESH: Final = timedelta(hours=24)
"""RFC 9309, 2.4: a cached version should not be used for more than 24 hours."""

LARGEST: Final = 64 * 1024
"""Bytes; a larger file is asked for in every crawl instead of being kept."""

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class KnownRobots:
    """What a host said."""

    status: int
    body: bytes


def fresh(session: Session, origins: Iterable[str], *, now: datetime) -> dict[str, KnownRobots]:
    """The files of these origins (scheme://host) that may still be gone by. One from a clock ahead of ours may not."""
    asked = list(dict.fromkeys(origins))
    found = {}
    for start in range(0, len(asked), _AT_ONCE):
        rows = session.execute(
            select(RobotsFile.origin, RobotsFile.status, RobotsFile.body).where(
                RobotsFile.origin.in_(asked[start : start + _AT_ONCE]),
                RobotsFile.asked_at > now - FRESH,
                RobotsFile.asked_at <= now,
            )
        )
        found.update({row.origin: KnownRobots(row.status, row.body) for row in rows})
    return found


def keep(session: Session, origin: str, *, status: int, body: bytes, now: datetime) -> None:
    """Keep what an origin said, in place of what it said before."""
    row = session.scalar(select(RobotsFile).where(RobotsFile.origin == origin))
    if row is None:
        row = RobotsFile(origin=origin)
        session.add(row)
    row.asked_at, row.status, row.body = now, status, body
    session.flush()
