"""Back-fills in the archive: begun, gone on with, ended. Takes a session and never commits.

Knows rows alone. What a back-fill reads is in `backfill_lists`.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from db.models import (
    Backfill,
    BackfillDocument,
    BackfillLink,
    BackfillState,
    DocumentState,
    Link,
    Revision,
    Site,
)


@dataclass(frozen=True, slots=True)
class KnownBackfill:
    """A back-fill as the archive knows it."""

    id: int
    site_id: int
    site: str
    first: date
    last: date
    state: BackfillState
    asked_at: datetime
    due_at: datetime | None
    ended_at: datetime | None
    failure_count: int
    detail: str | None
    counts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a back-fill has come."""

    documents: int
    documents_waiting: int
    links: int
    links_waiting: int


def begin(
    session: Session, site_id: int, first: date, last: date, *, now: datetime
) -> tuple[KnownBackfill, bool]:
    """The back-fill of this period: the open or stopped one gone on with, or a new one.

    Returns:
        The back-fill, and whether it is new and has no list yet.
    """
    known = session.scalar(
        select(Backfill)
        .where(
            Backfill.site_id == site_id,
            Backfill.from_on == first.isoformat(),
            Backfill.to_on == last.isoformat(),
            Backfill.state != BackfillState.COMPLETE.value,
        )
        .order_by(Backfill.id)
        .limit(1)
    )
    is_new = known is None
    if known is None:
        known = Backfill(
            site_id=site_id,
            from_on=first.isoformat(),
            to_on=last.isoformat(),
            asked_at=now,
            failure_count=0,
            counts={},
        )
        session.add(known)
    known.state, known.due_at, known.ended_at = BackfillState.OPEN.value, None, None
    session.flush()
    return load(session, known.id), is_new


def load(session: Session, backfill_id: int) -> KnownBackfill:
    """The back-fill of this number.

    Raises:
        LookupError: There is none.
    """
    found = _known(session, Backfill.id == backfill_id)
    if not found:
        raise LookupError(f"there is no back-fill {backfill_id}")
    return found[0]


def listed(session: Session, *, site: str | None = None) -> list[KnownBackfill]:
    """All back-fills, the latest first."""
    conditions = [Site.name == site] if site else []
    return _known(session, *conditions)[::-1]


def open_of(session: Session, site_id: int) -> KnownBackfill | None:
    """The site's oldest back-fill that is not ended."""
    found = _known(session, Backfill.site_id == site_id, Backfill.state == BackfillState.OPEN.value)
    return found[0] if found else None


def due(session: Session, *, now: datetime) -> list[str]:
    """The sites with a back-fill that may go on, the one that waits longest first; none that is paused."""
    rows = session.execute(
        select(Site.name, func.min(func.coalesce(Backfill.due_at, Backfill.asked_at)).label("at"))
        .join(Site, Site.id == Backfill.site_id)
        .where(
            Backfill.state == BackfillState.OPEN.value,
            or_(Backfill.due_at.is_(None), Backfill.due_at <= now),
            Site.paused_at.is_(None),
        )
        .group_by(Site.name)
        .order_by("at", Site.name)
    )
    return [row.name for row in rows]


def progress(session: Session, backfill_id: int) -> Progress:
    """How far a back-fill has come."""
    waiting = _count(
        session, BackfillDocument, backfill_id, BackfillDocument.state == DocumentState.WAITING
    )
    unlooked = session.scalar(
        select(func.count())
        .select_from(BackfillLink)
        .join(Link, Link.id == BackfillLink.link_id)
        .where(BackfillLink.backfill_id == backfill_id, Link.visited_at.is_(None))
    )
    return Progress(
        documents=_count(session, BackfillDocument, backfill_id),
        documents_waiting=waiting,
        links=_count(session, BackfillLink, backfill_id),
        links_waiting=unlooked or 0,
    )


def end_slice(
    session: Session,
    backfill: KnownBackfill,
    *,
    now: datetime,
    due_at: datetime,
    error: str | None,
) -> BackfillState:
    """A slice of the work is over: the back-fill is complete, or goes on when it is due again."""
    row = session.get_one(Backfill, backfill.id)
    if row.state != BackfillState.OPEN.value:
        return BackfillState(row.state)
    row.detail = error
    row.failure_count = row.failure_count + 1 if error else 0
    row.due_at = due_at
    at = progress(session, backfill.id)
    if not (at.documents_waiting or at.links_waiting):
        row.state, row.ended_at, row.due_at = BackfillState.COMPLETE.value, now, None
        row.counts = outcome(session, backfill)
    session.flush()
    return BackfillState(row.state)


def stop(session: Session, backfill_id: int, *, now: datetime) -> bool:
    """End a back-fill where it stands. False where it had ended already.

    Raises:
        LookupError: There is none of this number.
    """
    known = load(session, backfill_id)
    row = session.get_one(Backfill, backfill_id)
    if row.state != BackfillState.OPEN.value:
        return False
    row.state, row.ended_at = BackfillState.STOPPED.value, now
    row.counts = outcome(session, known)
    return True


def outcome(session: Session, backfill: KnownBackfill) -> dict[str, int]:
    """What a back-fill came to, in numbers; an article's own date decides of which days it is."""
    states = {
        f"lists_{state}": number
        for state, number in session.execute(
            select(BackfillDocument.state, func.count())
            .where(BackfillDocument.backfill_id == backfill.id)
            .group_by(BackfillDocument.state)
        )
    }
    sums = session.execute(
        select(
            func.coalesce(func.sum(BackfillDocument.link_count), 0),
            func.coalesce(func.sum(BackfillDocument.outside_count), 0),
        ).where(BackfillDocument.backfill_id == backfill.id)
    ).one()
    return {
        **states,
        "promised": int(sums[0]),
        "outside_by_list": int(sums[1]),
        **_pages(session, backfill),
    }


def _pages(session: Session, backfill: KnownBackfill) -> dict[str, int]:
    """Its pages: articles of the period, of other days, of no stated day; and those that brought none."""
    rows = session.execute(
        select(Link.visited_at, Link.article_id, Revision.published)
        .join(BackfillLink, BackfillLink.link_id == Link.id)
        .outerjoin(
            Revision, and_(Revision.article_id == Link.article_id, Revision.id == Link.revision_id)
        )
        .where(BackfillLink.backfill_id == backfill.id)
    )
    first, last = backfill.first.isoformat(), backfill.last.isoformat()
    counts: Counter[str] = Counter(pages=0, articles_in_period=0, no_article=0)
    for visited_at, article_id, published in rows:
        counts["pages"] += 1
        if visited_at is None:
            counts["not_looked_at"] += 1
        elif article_id is None:
            counts["no_article"] += 1
        elif published is None:
            counts["articles_undated"] += 1
        else:
            is_within = first <= published[:10] <= last
            counts["articles_in_period" if is_within else "articles_of_other_days"] += 1
    return dict(counts)


def _known(session: Session, *conditions: Any) -> list[KnownBackfill]:
    rows = session.execute(
        select(Backfill, Site.name)
        .join(Site, Site.id == Backfill.site_id)
        .where(*conditions)
        .order_by(Backfill.id)
    )
    return [
        KnownBackfill(
            id=row.id,
            site_id=row.site_id,
            site=name,
            first=date.fromisoformat(row.from_on),
            last=date.fromisoformat(row.to_on),
            state=BackfillState(row.state),
            asked_at=row.asked_at,
            due_at=row.due_at,
            ended_at=row.ended_at,
            failure_count=row.failure_count,
            detail=row.detail,
            counts=row.counts,
        )
        for row, name in rows
    ]


def _count(session: Session, model: Any, backfill_id: int, *conditions: Any) -> int:
    number = session.scalar(
        select(func.count()).select_from(model).where(model.backfill_id == backfill_id, *conditions)
    )
    return number or 0
