"""Hours of the day in which a site is left alone: "23:00-06:30", on its own clocks.

Knows wall time; must not know time zones. Hours that end before they begin go over midnight.
"""

import re
from collections.abc import Iterable
from datetime import datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple

_SPELLING = re.compile(r"(\d{1,2}):(\d\d)\s*-\s*(\d{1,2}):(\d\d)")
_DAY = timedelta(days=1)


class Hours(NamedTuple):
    """From a time of day up to another, which is not in it."""

    begin: time
    end: time

    def end_of(self, wall: datetime) -> datetime | None:
        """The wall time (naive) at which these hours end, where another is within them."""
        begin = datetime.combine(wall.date(), self.begin)
        end = datetime.combine(wall.date(), self.end)
        if self.begin < self.end:
            return end if begin <= wall < end else None
        if wall >= begin:
            return end + _DAY
        return end if wall < end else None


@lru_cache(maxsize=1024)
def parse(text: str) -> Hours:
    """Read hours as they are written.

    Raises:
        ValueError: The text names none; its words are for the user.
    """
    match = _SPELLING.fullmatch(text.strip())
    if match is None:
        raise ValueError("names no hours")
    hour, minute, last_hour, last_minute = map(int, match.groups())
    if max(hour, last_hour) > 24 or max(minute, last_minute) > 59:
        raise ValueError("has a time that no clock shows")
    if (hour == 24 and minute) or (last_hour == 24 and last_minute):
        raise ValueError("has a time that no clock shows")
    hours = Hours(time(hour % 24, minute), time(last_hour % 24, last_minute))
    if hours.begin == hours.end:
        raise ValueError("begins when it ends")
    return hours


def end_of(quiet: Iterable[Hours], wall: datetime) -> datetime:
    """The first wall time from another on that is in none of the hours.

    Raises:
        ValueError: There is none: the hours fill the day.
    """
    asked = wall
    hours = list(quiet)
    while later := next((end for each in hours if (end := each.end_of(wall))), None):
        wall = later
        if wall - asked > _DAY:
            raise ValueError("leave no time of the day")
    return wall
