"""Which visits found their article gone, and on what evidence. Knows the ledger's words for it, not the rule."""

from http import HTTPStatus

from sqlalchemy import ColumnElement, and_, or_

from db.histories.removals import IN_QUARANTINE, Absence, Evidence
from db.models import Visit, VisitOutcome

LANDINGS = {
    "redirects to the front page": Evidence.FRONT_PAGE,
    "redirects to a section's front page": Evidence.SECTION_FRONT,
}
"""How the details of visits begin that were led elsewhere (pipeline.answer)."""


def found_gone() -> ColumnElement[bool]:
    """The condition that a visit found its article gone."""
    return or_(
        Visit.outcome == VisitOutcome.GONE.value,
        and_(
            Visit.outcome == VisitOutcome.QUARANTINED.value,
            Visit.detail.in_([evidence.value for evidence in IN_QUARANTINE]),
        ),
    )


def absence_of(*, status: int | None, detail: str | None) -> Absence:
    """What a visit that found its article gone had found in its place."""
    if status == HTTPStatus.GONE:
        return Absence(Evidence.GONE, detail)
    if detail in {evidence.value for evidence in IN_QUARANTINE}:
        return Absence(Evidence(detail), detail)
    landings = (found for words, found in LANDINGS.items() if (detail or "").startswith(words))
    return Absence(next(landings, Evidence.NOT_FOUND), detail)
