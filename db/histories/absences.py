"""Which visits found their article gone. Knows the ledger's words for it; what follows is for db.histories.removals."""

from sqlalchemy import ColumnElement, and_, or_

from db.histories.removals import IN_QUARANTINE
from db.models import Visit, VisitOutcome


def found_gone() -> ColumnElement[bool]:
    """The condition that a visit found its article gone."""
    return or_(
        Visit.outcome == VisitOutcome.GONE.value,
        and_(
            Visit.outcome == VisitOutcome.QUARANTINED.value,
            Visit.detail.in_([evidence.value for evidence in IN_QUARANTINE]),
        ),
    )
