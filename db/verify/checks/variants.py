"""Sets of variants: their members are texts of the article, and the visits that saw a variant are of a member."""

from collections.abc import Iterator

from sqlalchemy import exists, func, select

from db.histories.standing import is_standing
from db.models import Article, Revision, Supersession, Variant, Visit, VisitOutcome
from db.verify.check import Check, Step, Violation


def _members(step: Step) -> Iterator[Violation]:
    rows = step.session.execute(
        select(Variant.article_id, Variant.number, Revision.number, Revision.article_id)
        .join(Revision, Revision.id == Variant.revision_id)
        .where(
            Variant.id.between(step.first, step.last),
            Variant.withdrawn_at.is_(None),
            (Revision.article_id != Variant.article_id) | (Variant.to_at < Variant.from_at),
        )
        .order_by(Variant.id)
    )
    for article_id, number, revision, owner_id in rows:
        detail = f"set {number} ends before revision {revision} was seen in it"
        if owner_id != article_id:
            detail = f"set {number} has revision {revision} of article {owner_id}"
        yield Violation("variant_members", f"article {article_id}", detail)


def _sets(step: Step) -> Iterator[Violation]:
    """What was superseded since keeps its row, and counts no longer."""
    sets = (
        select(
            Variant.article_id,
            Variant.number,
            func.count().label("members"),
            func.count(Variant.to_at).label("ended"),
            func.min(Variant.to_at).label("first_end"),
            func.max(Variant.to_at).label("last_end"),
        )
        .join(Revision, Revision.id == Variant.revision_id)
        .where(
            Variant.article_id.between(step.first, step.last),
            Variant.withdrawn_at.is_(None),
            is_standing(),
        )
        .group_by(Variant.article_id, Variant.number)
        .order_by(Variant.article_id, Variant.number)
    )
    open_sets: dict[int, int] = {}
    for article_id, number, members, ended, first_end, last_end in step.session.execute(sets):
        what = f"article {article_id}"
        if ended not in (0, members) or first_end != last_end:
            detail = f"set {number} is settled for some of its members, or at several moments"
            yield Violation("variant_sets", what, detail)
        elif members < 2 and not _is_resettled(step, article_id):
            yield Violation("variant_sets", what, f"set {number} has one member alone")
        if not ended and open_sets.setdefault(article_id, number) != number:
            detail = f"sets {open_sets[article_id]} and {number} are both open"
            yield Violation("variant_sets", what, detail)


def _is_resettled(step: Step, article_id: int) -> bool:
    superseded = (
        select(Supersession.id)
        .join(Revision, Revision.id == Supersession.revision_id)
        .where(Revision.article_id == article_id)
    )
    return step.session.scalar(superseded.limit(1)) is not None


def _visits(step: Step) -> Iterator[Violation]:
    other = (
        select(Supersession.id)
        .join(Revision, Revision.id == Supersession.revision_id)
        .where(Revision.article_id == Article.id)
    )
    rows = step.session.execute(
        select(Visit.id, Revision.article_id, Revision.number)
        .outerjoin(Revision, Revision.id == Visit.revision_id)
        .outerjoin(Article, Article.id == Revision.article_id)
        .where(
            Visit.id.between(step.first, step.last),
            Visit.outcome == VisitOutcome.VARIANT.value,
            ~exists().where(Variant.revision_id == Visit.revision_id),
            ~exists(other.correlate(Article)),  # settled again since: visits say what was held then
        )
        .order_by(Visit.id)
    )
    for visit_id, article_id, number in rows:
        detail = f"it saw revision {number} of article {article_id} as a variant: no set has that"
        yield Violation("variant_visits", f"visit {visit_id}", detail)


CHECKS = (
    Check(
        "variant_members",
        "a set of variants has texts of its own article, seen before it settled",
        over=Variant.id,
        find=_members,
    ),
    Check(
        "variant_sets",
        "a set of variants has two members or more, settled at once; one at most is open",
        over=Article.id,
        find=_sets,
    ),
    Check(
        "variant_visits",
        "what a visit saw as a variant is a member of a set",
        over=Visit.id,
        find=_visits,
    ),
)
