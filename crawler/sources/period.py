"""What addresses and dates say of a period of a site's past. Pure: values in, values out.

Knows how lists of articles are named by their dates. Must not know what is in them.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

from db.archiving.entries import FoundLink
from pipeline.dating import dateurls

SLACK: Final = timedelta(days=1)
"""By which a list's or a source's day may differ from the publisher's: clocks of other zones."""

_YEAR: Final = r"(?<!\d)((?:19|20)\d\d)"
_MONTH: Final = r"(1[0-2]|0[1-9])"
_DAY: Final = r"(3[01]|[12]\d|0[1-9])"
_COMPACT: Final = re.compile(rf"{_YEAR}{_MONTH}{_DAY}(?!\d)")
_FULL: Final = re.compile(rf"{_YEAR}([-_/.]){_MONTH}\2{_DAY}(?!\d)")
_PART: Final = re.compile(rf"{_YEAR}([-_/.]){_MONTH}\2\d(?!\d)")
_OF_MONTH: Final = re.compile(rf"{_YEAR}[-_/.]?{_MONTH}(?!\d)")
_OF_YEAR: Final = re.compile(rf"{_YEAR}(?!\d)")


@dataclass(frozen=True, slots=True)
class Span:
    """Days, the last one included."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Period:
    """The days of a publisher's calendar that a back-fill wants."""

    first: date
    last: date
    zone: ZoneInfo

    def meets(self, span: Span) -> bool:
        """Whether articles of the period may be among those of these days."""
        return span.first <= self.last + SLACK and span.last >= self.first - SLACK

    def has(self, moment: datetime) -> bool:
        """Whether a publisher's moment lies in it, by its own clocks."""
        return self.first <= moment.astimezone(self.zone).date() <= self.last


def spans_named(addresses: Collection[str]) -> dict[str, Span]:
    """The days of which the lists at these addresses are, for those whose address says so.

    Where the lists of a month are numbered (2026-05-1, 2026-05-2), what looks like a day is a number.
    """
    has_parts = any(_PART.search(_spoken(address)) for address in addresses)
    named = {address: span_named(address, has_parts=has_parts) for address in addresses}
    return {address: span for address, span in named.items() if span is not None}


def span_named(address: str, *, has_parts: bool = False) -> Span | None:
    """The days that an address names: a day, a month or a year; None where it names none."""
    words = _spoken(address)
    if span := _asked(address):
        return span
    if days := [day for found in _COMPACT.findall(words) if (day := _date(*found))]:
        return Span(min(days), max(days))
    days = [day for y, _, m, d in _FULL.findall(words) if (day := _date(y, m, d))]
    if days and has_parts:
        return Span(_month(min(days)).first, _month(max(days)).last)
    if days:
        return Span(min(days), max(days))
    if months := [date(int(y), int(m), 1) for y, m in _OF_MONTH.findall(words)]:
        return Span(min(months), _month(max(months)).last)
    if years := [int(year) for year in _OF_YEAR.findall(words)]:
        return Span(date(min(years), 1, 1), date(max(years), 12, 31))
    return None


def why_not(changed_at: datetime | None, *, span: Span | None, period: Period) -> str:
    """Why a list needs not be read; "" where it does.

    A list that was changed after the period may still be of it; one that was last changed before it is not.
    """
    if span is not None and not period.meets(span):
        days = f"{span.first}" if span.first == span.last else f"{span.first} to {span.last}"
        return f"its address says that it is of {days}"
    if changed_at is not None and _day(changed_at, period) < period.first - SLACK:
        return f"it was last changed on {_day(changed_at, period)}"
    return ""


def is_outside(found: FoundLink, *, period: Period, today: date) -> bool:
    """Whether what is said of a page says that it is of other days. Nothing said: it may be of these."""
    if found.published_at is not None:
        day = _day(found.published_at, period)
        return not period.meets(Span(day, day))
    if (named := dateurls.of(found.url, latest=today + SLACK)).day is not None:
        return not period.meets(Span(named.day, named.day))
    if named.month is not None and not period.meets(_month(date(*named.month, 1))):
        return True
    return found.modified_at is not None and _day(found.modified_at, period) < period.first - SLACK


def _spoken(address: str) -> str:
    """The part of an address that may name days: its path and query."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return f"{parts.path}?{parts.query}"


def _asked(address: str) -> Span | None:
    """The days that the parameters of an address ask for: ?yyyy=2026&mm=05&dd=12."""
    try:
        query = {name.lower(): each[-1] for name, each in parse_qs(urlsplit(address).query).items()}
    except ValueError:
        return None
    year = next((query[name] for name in ("yyyy", "year") if query.get(name)), "")
    month = next((query[name] for name in ("mm", "month") if query.get(name)), "")
    day = next((query[name] for name in ("dd", "day") if query.get(name)), "")
    if not (year.isdecimal() and len(year) == 4):
        return None
    if not (month.isdecimal() and len(month) < 3):
        return Span(date(int(year), 1, 1), date(int(year), 12, 31)) if int(year) else None
    if day.isdecimal() and len(day) < 3:
        found = _date(year, month, day)
        return Span(found, found) if found else None
    first = _date(year, month, "1")
    return _month(first) if first else None


def _date(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def _month(day: date) -> Span:
    first = day.replace(day=1)
    return Span(first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1))


def _day(moment: datetime, period: Period) -> date:
    return moment.astimezone(period.zone).date()
