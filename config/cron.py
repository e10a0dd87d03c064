"""Cron expressions of five fields, as crontab(5) means them.

Knows wall time; must not know time zones. Where both day fields are restricted, a day that fits
either is meant; Sunday is 0 and 7. (APScheduler reads both otherwise, so it is not asked.)
"""

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_LONGEST_MONTHS = {2: 29, 4: 30, 6: 30, 9: 30, 11: 30}
_HORIZON_DAYS = 366 * 41
"""Long enough for every expression: each weekday has a 29 February within 40 years."""


@dataclass(frozen=True, slots=True)
class Cron:
    """When to run, field by field. `weekdays` counts Sunday as 0."""

    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    either_day: bool
    """Both day fields are restricted: a day fits that fits one of them."""

    def fits(self, day: date) -> bool:
        """Whether the expression runs on this day."""
        if day.month not in self.months:
            return False
        by_date, by_weekday = day.day in self.days, day.isoweekday() % 7 in self.weekdays
        return (by_date or by_weekday) if self.either_day else (by_date and by_weekday)

    def after(self, wall: datetime) -> Iterator[datetime]:
        """The wall times (naive) later than another, in order; ends after some 40 years."""
        day, first = wall.date(), True
        for _ in range(_HORIZON_DAYS):
            if day.month not in self.months:
                day = day.replace(day=monthrange(day.year, day.month)[1])
            elif self.fits(day):
                for hour in self.hours:
                    for minute in self.minutes:
                        moment = datetime.combine(day, time(hour, minute))
                        if not first or moment > wall:
                            yield moment
            if day >= date(9998, 1, 1):
                return
            day, first = day + timedelta(days=1), False


@lru_cache(maxsize=1024)
def parse(text: str) -> Cron:
    """Read an expression.

    Raises:
        ValueError: It is none, or no day ever fits; its words are for the user.
    """
    fields = text.split()
    if text.startswith("@"):
        raise ValueError(f"uses the short form {text}, which is not supported")
    if len(fields) != 5:
        raise ValueError(f"has {len(fields)} fields instead of five")
    minutes = _field(fields[0], "minute", 0, 59)
    hours = _field(fields[1], "hour", 0, 23)
    days = _field(fields[2], "day of the month", 1, 31)
    months = _field(fields[3], "month", 1, 12, names=_MONTHS)
    weekdays = {day % 7 for day in _field(fields[4], "weekday", 0, 7, names=_WEEKDAYS)}
    by_date, by_weekday = fields[2][0] != "*", fields[4][0] != "*"
    if not by_weekday and min(days) > max(_LONGEST_MONTHS.get(month, 31) for month in months):
        raise ValueError("never comes: no such day is in these months")
    return Cron(
        minutes=tuple(sorted(minutes)),
        hours=tuple(sorted(hours)),
        days=frozenset(days),
        months=frozenset(months),
        weekdays=frozenset(weekdays),
        either_day=by_date and by_weekday,
    )


def _field(text: str, what: str, low: int, high: int, *, names: tuple[str, ...] = ()) -> set[int]:
    values: set[int] = set()
    for part in text.lower().split(","):
        match = re.fullmatch(r"(\*|\w+)(?:-(\w+))?(?:/(\d{1,3}))?", part, re.ASCII)
        if match is None or (match[1] == "*" and match[2]):
            raise ValueError(f"has the {what} {part!r}, which means nothing")
        step = int(match[3] or 1)
        if step == 0:
            raise ValueError(f"has the {what} {part!r}: a step of nothing")
        if match[1] == "*":
            # a Sunday is both 0 and 7; a step over all weekdays must not count it twice
            start, end = low, high - (high == 7)
        else:
            start = _number(match[1], what, low, high, names=names)
            end = _number(match[2], what, low, high, names=names) if match[2] else start
            if match[3] and not match[2]:
                end = high
            if end == 0 and high == 7 and match[2]:
                end = 7
        if end < start:
            raise ValueError(f"has the {what} {part!r}, which ends before it begins")
        values.update(range(start, end + 1, step))
    return values


def _number(text: str, what: str, low: int, high: int, *, names: tuple[str, ...]) -> int:
    if text in names:
        return names.index(text) + low
    if not text.isdecimal() or not low <= int(text) <= high:
        raise ValueError(f"has the {what} {text!r}, which is not within {low}-{high}")
    return int(text)
