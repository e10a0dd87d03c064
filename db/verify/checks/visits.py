"""Visits: one that saw a text names it."""

from collections.abc import Iterator

from sqlalchemy import select

from db.models import Revision, Visit, VisitOutcome
from db.verify.check import Check, Step, Violation

_SAW = (
    VisitOutcome.NEW,
    VisitOutcome.REVISED,
    VisitOutcome.SAME_TEXT,
    VisitOutcome.VARIANT,
)


def _revisions(step: Step) -> Iterator[Violation]:
    rows = step.session.execute(
        select(Visit.id, Visit.link_id)
        .outerjoin(Revision, Revision.id == Visit.revision_id)
        .where(
            Visit.id.between(step.first, step.last),
            Visit.outcome.in_([outcome.value for outcome in _SAW]),
            Revision.id.is_(None),
        )
        .order_by(Visit.id)
    )
    for visit_id, link_id in rows:
        detail = f"it saw a text at link {link_id}, but names no revision"
        yield Violation("visit_revision", f"visit {visit_id}", detail)


CHECKS = (
    Check(
        "visit_revision",
        "a visit that saw a text names its revision",
        over=Visit.id,
        find=_revisions,
    ),
)
