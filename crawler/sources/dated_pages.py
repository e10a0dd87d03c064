"""Pages that list the articles of a day, a month or a year, one after the other. Pure.

Knows how the pattern of a site file becomes addresses. Must not know what stands on the pages.
"""

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Final

MAX_PAGES: Final = 200
"""Pages that are asked for of one day, month or year; calendars and archives may have no end."""

_PLACE: Final = re.compile(r"\{(yyyy|mm|m|dd|d|page)\}")


def addresses(pattern: str, *, first: date, last: date) -> Iterator[str]:
    """The first page of each day (month, year) of a period, the latest first, each once."""
    places = set(_PLACE.findall(pattern))
    step = _step(places)
    day = last
    while day >= first:
        yield _filled(pattern, day, page=1)
        if step is None:
            return
        day = step(day)


def next_page(pattern: str, address: str) -> str | None:
    """The page behind this one; None where the pattern has no pages, or enough were read."""
    if "{page}" not in pattern:
        return None
    found = _reader(pattern).fullmatch(address)
    if found is None or int(found["page"]) >= MAX_PAGES:
        return None
    start, end = found.span("page")
    return f"{address[:start]}{int(found['page']) + 1}{address[end:]}"


def _step(places: set[str]) -> Callable[[date], date] | None:
    """From a day to the last one of the list before it; None where the pattern names no date."""
    if places & {"dd", "d"}:
        return lambda day: day - timedelta(days=1)
    if places & {"mm", "m"}:
        return lambda day: day.replace(day=1) - timedelta(days=1)
    if "yyyy" in places:
        return lambda day: day.replace(month=1, day=1) - timedelta(days=1)
    return None


def _filled(pattern: str, day: date, *, page: int) -> str:
    values = {
        "yyyy": f"{day.year:04}",
        "mm": f"{day.month:02}",
        "m": str(day.month),
        "dd": f"{day.day:02}",
        "d": str(day.day),
        "page": str(page),
    }
    return _PLACE.sub(lambda place: values[place[1]], pattern)


def _reader(pattern: str) -> re.Pattern[str]:
    """What an address of the pattern looks like."""
    parts: list[str] = []
    end = 0
    for place in _PLACE.finditer(pattern):
        parts.append(re.escape(pattern[end : place.start()]))
        is_first_page = place[1] == "page" and not any("(?P<page>" in part for part in parts)
        parts.append(r"(?P<page>\d{1,6})" if is_first_page else r"\d+")
        end = place.end()
    return re.compile("".join([*parts, re.escape(pattern[end:])]))
