"""What an article's address says of its date: the day, only the month, only the year, or digits that may be a day.

Knows how publishers write dates into addresses. Must not know the page.
"""

import re
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit

_DAY = re.compile(
    r"(?<![\d])((?:19|20)\d\d)([/_.-]?)(1[0-2]|0[1-9]|(?<=[/_.-])[1-9])\2(3[01]|[0-2]\d|(?<=[/_.-])[1-9])(?!\d)"
)
_DAY_FIRST = re.compile(
    r"(?<!\d)(0[1-9]|[12]\d|3[01])([/_.-])(0[1-9]|1[0-2])\2((?:19|20)\d\d)(?!\d)"
)
_MONTH = re.compile(r"/((?:19|20)\d\d)[/-](0?[1-9]|1[0-2])(?:/|$|-(?!\d))")
_YEAR = re.compile(r"/((?:19|20)\d\d)/")
_NUMBER = re.compile(r"(?<!\d)((?:19|20)\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])\d{2,}")
_EARLIEST = date(1994, 1, 1)  # no page is older than the web


@dataclass(frozen=True, slots=True)
class AddressDate:
    """What an address says."""

    day: date | None = None
    month: tuple[int, int] | None = None
    year: int | None = None
    number: date | None = None  # the beginning of a longer number


def of(url: str, *, latest: date) -> AddressDate:
    """The date in an address; nothing later than `latest` is one."""
    try:
        path = urlsplit(url).path
    except ValueError:
        return AddressDate()
    day = _first(path, latest)
    if day:
        return AddressDate(day, (day.year, day.month), day.year)
    month, year, number = _MONTH.search(path), _YEAR.search(path), _NUMBER.search(path)
    return AddressDate(
        month=(int(month[1]), int(month[2])) if month else None,
        year=int(year[1]) if year else None,
        number=_day(int(number[1]), int(number[2]), int(number[3]), latest) if number else None,
    )


def _first(path: str, latest: date) -> date | None:
    for match in _DAY.finditer(path):
        if found := _day(int(match[1]), int(match[3]), int(match[4]), latest):
            return found
    for match in _DAY_FIRST.finditer(path):
        if found := _day(int(match[4]), int(match[3]), int(match[1]), latest):
            return found
    return None


def _day(year: int, month: int, day: int, latest: date) -> date | None:
    try:
        found = date(year, month, day)
    except ValueError:
        return None
    return found if _EARLIEST <= found <= latest else None
