"""Writes when an article's texts were served side by side, and when it was gone, as its looks tell it now.

Takes a write session in which the article is locked, and never commits. Knows rows; what they should say is
`settling`'s. No row is changed or deleted: one that says something else is withdrawn, so that old answers stay.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.histories.changes import ChangeKind
from db.histories.removals import Said, Suspicion
from db.histories.settling import Plan
from db.models import Article, Removal, Variant
from db.statements import insert_rows


def write_sets(
    session: Session, article_id: int, plan: Plan, revision_ids: Sequence[int], *, now: datetime
) -> list[ChangeKind]:
    """Make the sets of variants those of the plan. A second time it writes nothing.

    The rows of revisions that no longer stand are left: they count as little as those.

    Returns:
        What the stream is told.
    """
    wanted = {
        (each.number, revision_ids[place]): (from_at, each.to_at)
        for each in plan.sets
        for place, from_at in each.from_at.items()
    }
    rows = session.scalars(
        select(Variant).where(Variant.article_id == article_id, Variant.withdrawn_at.is_(None))
    )
    standing = set(revision_ids)
    is_changed = False
    for row in rows.all():
        key = (row.number, row.revision_id)
        if row.revision_id not in standing:
            continue
        if wanted.get(key) == (row.from_at, row.to_at):
            del wanted[key]
            continue
        row.withdrawn_at, is_changed = now, True
    session.flush()
    fresh = [
        {
            "article_id": article_id,
            "number": number,
            "revision_id": revision_id,
            "from_at": from_at,
            "to_at": to_at,
            "recorded_at": now,
        }
        for (number, revision_id), (from_at, to_at) in wanted.items()
    ]
    insert_rows(session, Variant, fresh)
    return [ChangeKind.VARIANT] if is_changed or fresh else []


def write_removals(
    session: Session, article_id: int, removals: Sequence[Suspicion], *, now: datetime
) -> list[ChangeKind]:
    """Make the article's removals these, and let it say whether it is gone. A second time it writes nothing.

    Returns:
        What the stream is told.
    """
    wanted = [each.said for each in removals]
    rows = session.scalars(
        select(Removal)
        .where(Removal.article_id == article_id, Removal.withdrawn_at.is_(None))
        .order_by(Removal.id)
    ).all()
    is_changed = False
    for row in rows:
        if (said := said_of(row)) in wanted:
            wanted.remove(said)
            continue
        row.withdrawn_at, is_changed = now, True
    session.flush()
    fresh = [{"article_id": article_id, "recorded_at": now} | said._asdict() for said in wanted]
    insert_rows(session, Removal, fresh)
    if not is_changed and not fresh:
        return []
    return _note_gone(session, article_id, removals)


def said_of(row: Removal) -> Said:
    """What a row says."""
    return Said(row.evidence, row.detail, row.suspected_at, row.confirmed_at, row.returned_at)


def _note_gone(
    session: Session, article_id: int, removals: Sequence[Suspicion]
) -> list[ChangeKind]:
    article = session.get_one(Article, article_id, populate_existing=True)
    last = removals[-1] if removals else None
    is_gone = last is not None and last.confirmed_at is not None and last.returned_at is None
    was_gone = article.gone_at is not None
    article.gone_at = last.suspected_at if last is not None and is_gone else None
    session.flush()
    if is_gone == was_gone:
        return []
    return [ChangeKind.GONE if is_gone else ChangeKind.BACK]
