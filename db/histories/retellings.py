"""What pages told otherwise while their text stayed: contents that differ under one and the same revision.

A caption that is changed alone makes no revision, and its content is kept. Takes a read session and the looks at the
article (db.identities.belonging); compares nothing, writes nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.asking.asof import NOW, AsOf
from db.histories.edits import unpacked
from db.identities.belonging import Look
from db.models import Content, Extraction, Revision, Visit
from db.statements import chunks


@dataclass(frozen=True, slots=True)
class Retelling:
    """Two contents that follow each other at a link and are of one revision."""

    revision_id: int
    previous_seen_at: datetime  # last look that saw the earlier content
    first_seen_at: datetime  # first look that saw the later one
    before: bytes  # canonical JSON
    after: bytes


class _Read(NamedTuple):
    """What one look's page was read to say, and by whom."""

    content_sha256: bytes
    by: tuple[Any, ...]


class _Shown(NamedTuple):
    """What a link showed last of a revision."""

    at: datetime
    read: _Read


def retellings(session: Session, looks: Sequence[Look], *, as_of: AsOf = NOW) -> list[Retelling]:
    """Where the same reader read other things from a link's pages under the same revision, the first first.

    Args:
        session: A read session.
        looks: The looks at one article as of that moment, in their order.
        as_of: What was read later is not told.
    """
    reads = _reads(session, [look.visit_id for look in looks], as_of)
    shown: dict[tuple[int, int], _Shown] = {}  # by link and revision: variants take turns
    found: list[tuple[int, _Shown, _Shown]] = []
    for look in looks:
        if look.revision_id is None:
            continue
        key = (look.link_id, look.revision_id)
        before = shown.get(key)
        read = reads.get(look.visit_id) or (before.read if before is not None else None)
        if read is None:
            continue
        shown[key] = now = _Shown(look.visited_at, read)
        if before is not None and before.read != read and before.read.by == read.by:
            found.append((look.revision_id, before, now))
    contents = _contents(session, {one.read.content_sha256 for _, *pair in found for one in pair})
    return [
        Retelling(
            revision_id,
            before.at,
            now.at,
            contents[before.read.content_sha256],
            contents[now.read.content_sha256],
        )
        for revision_id, before, now in found
    ]


def _reads(session: Session, visit_ids: Sequence[int], as_of: AsOf) -> dict[int, _Read]:
    """What the pages of these visits were read to say, by the last reading that was known then."""
    found: dict[int, _Read] = {}
    for chunk in chunks(visit_ids):
        statement = (
            select(
                Visit.id,
                Extraction.content_sha256,
                Extraction.extractor,
                Extraction.rules_sha256,
                Extraction.profile_id,
            )
            .join(Extraction, Extraction.capture_id == Visit.capture_id)
            .where(Visit.id.in_(chunk), Extraction.verdict == "believed")
            .order_by(Extraction.read_at, Extraction.id)
        )
        if as_of.known_at is not None:
            statement = statement.where(Extraction.read_at <= as_of.known_at)
        for visit_id, content_sha256, *by in session.execute(statement):
            found[visit_id] = _Read(content_sha256, tuple(by))
    return found


def _contents(session: Session, digests: set[bytes]) -> dict[bytes, bytes]:
    found: dict[bytes, bytes] = {}
    for chunk in chunks(sorted(digests)):
        rows = session.execute(
            select(Content.sha256, Content.data, Revision.text)
            .outerjoin(Revision, Revision.id == Content.revision_id)
            .where(Content.sha256.in_(chunk))
        )
        found |= {sha256: unpacked(data, base or "") for sha256, data, base in rows}
    return found
