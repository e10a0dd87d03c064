"""Crawls that do not begin, and crawls that do not end. Pure: moments in, words out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import zip_longest
from math import log
from statistics import median

_SHORTEST = timedelta(minutes=10)
_LONGEST = timedelta(days=1)
_LEAST_RUNS = 5
_LEAST_PAUSES = 2
_FAR = 5.0  # deviations from the usual; chance hardly ever reaches that
_LEAST_DEVIATION = 0.35  # of the logarithm of a crawl's length


def is_late(*, due_at: datetime, last: datetime | None, now: datetime) -> bool:
    """Whether a crawl is later than the whole pause that its schedule makes between two."""
    pause = due_at - last if last else _SHORTEST
    return now - due_at > min(max(pause, _SHORTEST), _LONGEST)


@dataclass(frozen=True, slots=True)
class Rest:
    """A time in which no crawl of any site began by schedule."""

    began_at: datetime  # the last crawl before it
    ended_at: datetime | None  # the first one after it; None: it goes on


def last_rest(begun: Sequence[datetime], *, now: datetime) -> Rest | None:
    """The last pause of more than a day that is twice as long as those before it; None where there was none.

    Args:
        begun: When crawls began by schedule, the earliest first.
        now: Up to when the last of them is followed.
    """
    longest, found = _LONGEST / 2, None
    for count, (began_at, ended_at) in enumerate(zip_longest(begun, begun[1:])):
        pause = (ended_at or now) - began_at
        if pause > 2 * longest and count >= _LEAST_PAUSES:
            found = Rest(began_at, ended_at)
        else:
            longest = max(longest, pause)
    return found


def is_too_long(lasts: timedelta, *, past: Sequence[timedelta], limit: timedelta) -> bool:
    """Whether a crawl lasts longer than the site's own past explains; without a past: than the limit allows."""
    if lasts > limit:
        return True
    if len(past) < _LEAST_RUNS or lasts < _SHORTEST:
        return False
    logs = [log(max(each.total_seconds(), 1.0)) for each in past]
    usual = median(logs)
    deviation = 1.48 * median(abs(each - usual) for each in logs)
    return log(lasts.total_seconds()) - usual > _FAR * max(deviation, _LEAST_DEVIATION)
