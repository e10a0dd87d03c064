"""Edits: each lies between revisions that were neighbours, and none is missing where changes were followed."""

from collections.abc import Iterator

from sqlalchemy import func, literal, or_, select, tuple_
from sqlalchemy.orm import aliased

from db.histories.standing import is_standing
from db.models import Change, Counter, Edit, Revision, Supersession
from db.verify.check import Check, Step, Violation


def _neighbours(step: Step) -> Iterator[Violation]:
    """A revision between two that were compared must have come later, or not have counted at some time."""
    new, old, between = aliased(Revision), aliased(Revision), aliased(Revision)
    later = tuple_(between.first_seen_at, between.number) > tuple_(old.first_seen_at, old.number)
    earlier = tuple_(between.first_seen_at, between.number) < tuple_(new.first_seen_at, new.number)
    always_between = (
        select(between.id)
        .where(
            between.article_id == new.article_id,
            later,
            earlier,
            or_(between.recorded_at <= new.recorded_at, between.recorded_at <= old.recorded_at),
            ~select(Supersession.id).where(Supersession.revision_id == between.id).exists(),
        )
        .correlate(new, old)
    )
    rows = step.session.execute(
        select(Edit.id, old.number, new.number, new.article_id)
        .join(new, new.id == Edit.revision_id)
        .join(old, old.id == Edit.previous_revision_id)
        .where(
            Edit.id.between(step.first, step.last),
            or_(
                tuple_(old.first_seen_at, old.number) >= tuple_(new.first_seen_at, new.number),
                always_between.exists(),
            ),
        )
        .order_by(Edit.id)
    )
    for edit_id, before, after, article_id in rows:
        detail = f"it lies between revisions {before} and {after} of article {article_id}, which were no neighbours"
        yield Violation("edit_neighbours", f"edit {edit_id}", detail)


def _found(step: Step) -> Iterator[Violation]:
    """Neighbours whose change was followed by a version of the comparison have edits of some version."""
    followed = (
        select(func.max(Counter.value))
        .where(Counter.name.like(literal("edits %")))
        .scalar_subquery()
    )
    learnt = (
        select(func.max(Change.id))
        .where(Change.article_id == Revision.article_id)
        .correlate(Revision)
        .scalar_subquery()
    )
    before = aliased(Revision)
    previous = (
        select(before.id)
        .where(
            before.article_id == Revision.article_id,
            is_standing(before),
            tuple_(before.first_seen_at, before.number)
            < tuple_(Revision.first_seen_at, Revision.number),
        )
        .order_by(before.first_seen_at.desc(), before.number.desc())
        .limit(1)
        .correlate(Revision)
        .scalar_subquery()
    )
    told = (
        select(Edit.id)
        .where(Edit.revision_id == Revision.id, Edit.previous_revision_id == previous)
        .correlate(Revision)
    )
    rows = step.session.execute(
        select(Revision.article_id, Revision.number)
        .where(
            Revision.id.between(step.first, step.last),
            is_standing(),
            previous.is_not(None),
            learnt <= followed,
            ~told.exists(),
        )
        .order_by(Revision.id)
    )
    for article_id, number in rows:
        detail = f"revision {number} was compared with the one before it, and no edit is kept"
        yield Violation("edits_found", f"article {article_id}", detail)


CHECKS = (
    Check(
        "edit_neighbours",
        "edits lie between revisions of one article that were neighbours",
        over=Edit.id,
        find=_neighbours,
    ),
    Check(
        "edits_found",
        "neighbouring revisions that were compared have their edits",
        over=Revision.id,
        find=_found,
    ),
)
