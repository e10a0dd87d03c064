"""Supersessions: what stands for a revision is a text of its article, and following them ends."""

from collections.abc import Iterator

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from db.histories.seen import stand_for
from db.models import Article, Revision, Supersession
from db.verify.check import Check, Step, Violation

_MOVED = ("merged", "split", "undone")
"""Reasons for which the text of another article may stand for a revision."""


def _kept(step: Step) -> Iterator[Violation]:
    old, new, home = aliased(Revision), aliased(Revision), aliased(Article)
    rows = step.session.execute(
        select(
            Supersession.id,
            old.article_id,
            old.number,
            old.recorded_at,
            new.article_id.label("by_article_id"),
            home.merged_into_id,
            Supersession.reason,
            Supersession.superseded_at,
            Supersession.restored_at,
        )
        .join(old, old.id == Supersession.revision_id)
        .join(home, home.id == old.article_id)
        .outerjoin(new, new.id == Supersession.by_revision_id)
        .where(Supersession.id.between(step.first, step.last))
        .order_by(Supersession.id)
    )
    for row in rows:
        what = f"supersession {row.id}"
        if row.restored_at is not None and row.restored_at < row.superseded_at:
            yield Violation("supersessions", what, "it ended before it began")
        is_strange = row.by_article_id not in (None, row.article_id, row.merged_into_id)
        if is_strange and row.reason not in _MOVED:
            detail = (
                f"revision {row.number} of article {row.article_id} gave way to a text of "
                f"article {row.by_article_id}"
            )
            yield Violation("supersessions", what, detail)


def _followed(step: Step) -> Iterator[Violation]:
    in_force = (
        select(Supersession.revision_id, func.count().label("times"))
        .where(
            Supersession.revision_id.between(step.first, step.last),
            Supersession.restored_at.is_(None),
        )
        .group_by(Supersession.revision_id)
        .order_by(Supersession.revision_id)
    )
    counts = {row.revision_id: row.times for row in step.session.execute(in_force)}
    ends = stand_for(step.session, counts)
    still = select(Supersession.revision_id).where(Supersession.restored_at.is_(None))
    circling = {
        revision_id
        for revision_id, end in ends.items()
        if end in counts or step.session.scalar(still.where(Supersession.revision_id == end))
    }
    for revision_id, count in counts.items():
        if count > 1:
            detail = f"{count} supersessions of it are in force"
            yield Violation("superseded_once", f"revision {revision_id}", detail)
        if revision_id in circling:
            detail = "what superseded it leads back to what no longer counts"
            yield Violation("superseded_once", f"revision {revision_id}", detail)


CHECKS = (
    Check(
        "supersessions",
        "what stands for a revision is a text of its article, or of the one that it was merged into",
        over=Supersession.id,
        find=_kept,
    ),
    Check(
        "superseded_once",
        "a revision is superseded once at a time, and following that ends at one that stands",
        over=Revision.id,
        find=_followed,
    ),
)
