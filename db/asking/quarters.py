"""Parts of days in ledgers: which rows are of a time, and of which quarter of a day. Knows moments and row numbers."""

from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, String, and_, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from db.statements import is_postgres

QUARTER: Final = timedelta(hours=6)

_STRAGGLING: Final = timedelta(hours=8)
"""By how much rows may be later in a ledger than their moment: a crawl's last pages."""


def quarter_at(at: datetime) -> int:
    """The quarter of a moment, 0 to 3."""
    return at.astimezone(UTC).hour // 6


def quarter_of(hour: str) -> int:
    """The quarter of an hour as `hour_of` writes it."""
    return int(hour) // 6


def hour_of(session: Session, moment: InstrumentedAttribute[datetime]) -> ColumnElement[str]:
    """The hour of a moment in UTC, as two digits."""
    if is_postgres(session):
        return func.to_char(func.timezone("UTC", moment), "HH24", type_=String)
    return func.substr(moment, 12, 2, type_=String)


def between(
    session: Session,
    number: InstrumentedAttribute[int],
    moment: InstrumentedAttribute[datetime],
    begins: datetime,
    ends: datetime,
) -> ColumnElement[bool]:
    """The condition that a row of a ledger is of that time."""
    first = first_number(session, number, moment, begins - _STRAGGLING)
    last = first_number(session, number, moment, ends + _STRAGGLING)
    return and_(number >= first, number < last, moment >= begins, moment < ends)


def first_number(
    session: Session,
    number: InstrumentedAttribute[int],
    moment: InstrumentedAttribute[datetime],
    at: datetime,
) -> int:
    """The number from which on a ledger's rows are of that moment or later, by bisection."""
    low, high = 0, (session.scalar(select(func.max(number))) or 0) + 1
    while low < high:
        middle = (low + high) // 2
        found = session.execute(
            select(number, moment).where(number >= middle).order_by(number).limit(1)
        ).first()
        if found is None or found[1] >= at:
            high = middle
        else:
            low = found[0] + 1
    return low
