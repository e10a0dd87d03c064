"""What the documents of sources listed last, and the links that are missed in them. Takes a session, never commits.

Keeps lists as it is given them. Which links are missed is the crawler's to say.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import case, delete, literal, or_, select, update
from sqlalchemy.orm import Session

from db.archiving.looks import has_open_removal
from db.models import Link, SourceList
from db.statements import chunks, insert_or_ignore, table_of

MISSED: Final = "missed"
"""The `due_rule` of a link that is missed: pipeline.revisits.plan.DueRule."""

KEPT_FOR: Final = timedelta(days=90)
"""How long a document's list is kept that is read no more: sitemaps of a day or a month are followed by others."""


@dataclass(frozen=True, slots=True)
class KnownList:
    """What a document listed when it was read last."""

    read_at: datetime
    link_ids: tuple[int, ...]  # in its order
    left_count: float
    missed_count: float


def link_ids(session: Session, site_id: int, keys: Sequence[str]) -> list[int]:
    """The links of these keys that are known at the site, in the same order."""
    found: dict[str, int] = {}
    for chunk in chunks(list(keys)):
        rows = session.execute(
            select(Link.url_key, Link.id).where(Link.site_id == site_id, Link.url_key.in_(chunk))
        )
        found.update((row.url_key, row.id) for row in rows)
    return [found[key] for key in keys if key in found]


def load(session: Session, source_id: int, url: str) -> KnownList | None:
    """What this document of a source listed last; None where it was not read yet."""
    row = _row(session, source_id, url)
    if row is None:
        return None
    return KnownList(row.read_at, tuple(row.link_ids), row.left_count, row.missed_count)


def store(session: Session, source_id: int, url: str, listed: KnownList) -> None:
    """Keep what a document lists in the place of what it listed; the first time, forget what is read no more."""
    values = {
        "read_at": listed.read_at,
        "link_ids": list(listed.link_ids),
        "left_count": listed.left_count,
        "missed_count": listed.missed_count,
    }
    row = _row(session, source_id, url)
    if row is not None:
        session.execute(
            update(SourceList)
            .where(SourceList.id == row.id)
            .values(values)
            .execution_options(synchronize_session=False)
        )
        return
    session.execute(
        delete(SourceList).where(
            SourceList.source_id == source_id, SourceList.read_at < listed.read_at - KEPT_FOR
        )
    )
    insert_or_ignore(session, SourceList, [{"source_id": source_id, "url": url, **values}])


def look_for(session: Session, missed: Sequence[int], *, now: datetime) -> int:
    """Have these links looked at by the next crawl, each once in its life for this reason. Returns how many.

    A link that showed no article has none to lose; one whose article is known to be missing is watched already, and one
    that could not be read is tried again when its server is ready for it.
    """
    columns = table_of(Link).c
    due: list[int] = []
    for chunk in chunks(list(missed)):
        due += session.scalars(
            select(columns.id).where(
                columns.id.in_(chunk),
                columns.missed_at.is_(None),
                columns.article_id.is_not(None),
                columns.failure_count == 0,
                ~has_open_removal(columns.article_id),
            )
        )
    is_later = or_(Link.due_at.is_(None), Link.due_at > now)
    for chunk in chunks(due):
        session.execute(
            update(Link)
            .where(Link.id.in_(chunk))
            .values(
                missed_at=now,
                due_rule=MISSED,
                due_at=case((is_later, literal(now, Link.due_at.type)), else_=Link.due_at),
            )
            .execution_options(synchronize_session=False)
        )
    return len(due)


def _row(session: Session, source_id: int, url: str) -> Any | None:
    return session.execute(
        select(*table_of(SourceList).c).where(
            SourceList.source_id == source_id, SourceList.url == url
        )
    ).one_or_none()
