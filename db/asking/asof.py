"""The two times of a question: what publishers had said by then, and what the archive had learnt by then.

Knows when a revision stands and which of an article's is the newest. Asks for nothing itself.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from sqlalchemy import ColumnElement, SQLColumnExpression, and_, bindparam, func, or_, select, true
from sqlalchemy.orm import aliased

from db.histories.standing import is_standing
from db.models import Article, Revision, Supersession, Visit


@dataclass(frozen=True, slots=True)
class AsOf:
    """Up to when publishers are listened to, and up to when the archive had learnt what is told of them.

    Of None there is no end: all that was said, all that is known today.
    """

    said_at: datetime | None = None
    known_at: datetime | None = None

    @classmethod
    def moment(cls, moment: datetime) -> Self:
        """What the archive would have answered at that moment."""
        return cls(said_at=moment, known_at=moment)


NOW = AsOf()

_SAID: Any = bindparam("said_at")
_KNOWN: Any = bindparam("known_at")
_FORMS = {
    (is_said, is_known): AsOf(_SAID if is_said else None, _KNOWN if is_known else None)
    for is_said in (False, True)
    for is_known in (False, True)
}


def form(as_of: AsOf) -> AsOf:
    """The question without its moments, for which a statement is built once: parameters stand in their place.

    SQLAlchemy takes longer to put a statement together than the databases to answer it.
    """
    return _FORMS[as_of.said_at is not None, as_of.known_at is not None]


def moments(as_of: AsOf) -> dict[str, datetime]:
    """The parameters of `form`."""
    found = {"said_at": as_of.said_at, "known_at": as_of.known_at}
    return {name: moment for name, moment in found.items() if moment is not None}


def is_known(as_of: AsOf, revision: Any = Revision) -> ColumnElement[bool]:
    """The condition that a revision had been said and recorded, whether it still counts or not."""
    conditions: list[ColumnElement[bool]] = [true()]
    if as_of.said_at is not None:
        conditions.append(revision.first_seen_at <= as_of.said_at)
    if as_of.known_at is not None:
        conditions.append(revision.recorded_at <= as_of.known_at)
    return and_(*conditions)


def is_superseded(
    as_of: AsOf, supersession: type[Supersession] = Supersession
) -> ColumnElement[bool]:
    """The condition that a supersession was in force."""
    if as_of.known_at is None:
        return supersession.restored_at.is_(None)
    return and_(
        supersession.superseded_at <= as_of.known_at,
        or_(supersession.restored_at.is_(None), supersession.restored_at > as_of.known_at),
    )


def stands(as_of: AsOf, revision: Any = Revision) -> ColumnElement[bool]:
    """The condition that a revision counted then: said, recorded, and not superseded."""
    if as_of.known_at is None:
        return and_(is_known(as_of, revision), is_standing(revision))
    against = (
        select(Supersession.id)
        .where(Supersession.revision_id == revision.id, is_superseded(as_of))
        .correlate(revision)
    )
    return and_(is_known(as_of, revision), ~against.exists())


def is_newest(as_of: AsOf) -> ColumnElement[bool]:
    """The condition that a revision, joined with its article, was the last of those that stood then."""
    if as_of.said_at is None and as_of.known_at is None:
        return Revision.id == Article.revision_id
    last = (
        select(_later.id)
        .where(_later.article_id == Revision.article_id, stands(as_of, _later))
        .order_by(_later.first_seen_at.desc(), _later.number.desc())
        .limit(1)
        .correlate(Revision)
    )
    return Revision.id == last.scalar_subquery()


_later = aliased(Revision)


def counts(
    as_of: AsOf, row: Any, recorded_at: SQLColumnExpression[datetime]
) -> ColumnElement[bool]:
    """The condition that a row which can be withdrawn (a variant, a removal) was known, and counted."""
    if as_of.known_at is None:
        still: ColumnElement[bool] = row.withdrawn_at.is_(None)
        return still
    return and_(
        recorded_at <= as_of.known_at,
        or_(row.withdrawn_at.is_(None), row.withdrawn_at > as_of.known_at),
    )


def was_looked(as_of: AsOf) -> ColumnElement[bool]:
    """The condition that a visit had taken place and had been recorded."""
    conditions: list[ColumnElement[bool]] = [true()]
    if as_of.said_at is not None:
        conditions.append(Visit.visited_at <= as_of.said_at)
    if as_of.known_at is not None:
        conditions.append(func.coalesce(Visit.recorded_at, Visit.visited_at) <= as_of.known_at)
    return and_(*conditions)
