"""When a source is asked next: by how much new it yields, and by what its server and its feed say. Values only.

Three bounds, from below: the site's own schedule, in whose crawls sources are asked; what the server states
(`Cache-Control: max-age`) and the feed (`ttl`, `skipHours`, `skipDays`, `sy:updatePeriod`); the time after which a new
link is likely enough. From above: `schedule.poll_within`. Who answers with an error waits by itself, longer each time.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import exp, log
from typing import Any, Final

LIKELY: Final = 0.2
"""The chance of a new link for which a source is asked."""

HALF_LIFE: Final = timedelta(days=7)
"""After so long a link, and the time in which it came, count half."""

LONGEST_ERROR: Final = timedelta(days=1)
_LONGEST_GAP: Final = timedelta(days=2)
_SLACK: Final = 0.9
_HEAD: Final = 20_000
_HOUR: Final = timedelta(hours=1)
_PERIODS: Final = {
    "hourly": 1.0,
    "daily": 24.0,
    "weekly": 168.0,
    "monthly": 720.0,
    "yearly": 8760.0,
}
_DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MAX_AGE: Final = re.compile(r"(?:^|[\s,])(?:s-maxage|max-age)\s*=\s*\"?(\d{1,9})", re.IGNORECASE)
_NO_CACHE: Final = re.compile(r"no-cache|no-store|must-revalidate\s*,\s*max-age=0", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Stated:
    """How often a feed says that it may be asked."""

    pause_s: float = 0.0
    skip_hours: frozenset[int] = frozenset()  # UTC
    skip_days: frozenset[int] = frozenset()  # Monday is 0; UTC

    def content(self) -> dict[str, Any] | None:
        """As JSON; None where nothing is stated."""
        if self == Stated():
            return None
        return {
            "pause_s": self.pause_s,
            "skip_hours": sorted(self.skip_hours),
            "skip_days": sorted(self.skip_days),
        }

    @classmethod
    def of_content(cls, content: dict[str, Any] | None) -> "Stated":
        """From JSON."""
        if not content:
            return cls()
        return cls(
            content["pause_s"], frozenset(content["skip_hours"]), frozenset(content["skip_days"])
        )


@dataclass(frozen=True, slots=True)
class Yield:
    """New links of a source, and the time in which they came; both the older the less."""

    count: float = 0.0
    seconds: float = 0.0

    def after(self, new_count: int, since: timedelta) -> "Yield":
        """With one more look."""
        passed = min(max(since, timedelta(0)), _LONGEST_GAP)
        kept = exp(-log(2) * (passed / HALF_LIFE))
        return Yield(self.count * kept + new_count, self.seconds * kept + passed.total_seconds())

    def an_hour(self, *, every: timedelta) -> float:
        """The rate of new links; where nothing is known, one for each of its site's crawls, worth one of them."""
        return (self.count + 1.0) / ((self.seconds + every.total_seconds()) / 3600)


def stated_in(body: bytes) -> Stated:
    """What the head of an RSS or Atom document says of when to ask again. Never raises for any bytes."""
    head = re.split(rb"<(?:item|entry)[\s>]", body[:_HEAD], maxsplit=1)[0].decode(
        "utf-8", "replace"
    )
    minutes = _number(head, "ttl")
    period = re.search(r"<sy:updatePeriod[^>]*>\s*(\w+)", head)
    frequency = max(_number(head, "sy:updateFrequency"), 1.0)
    hours = _PERIODS.get(period[1].lower(), 0.0) / frequency if period else 0.0
    skipped = re.search(r"<skipHours[^>]*>(.*?)</skipHours>", head, re.DOTALL | re.IGNORECASE)
    skip_hours = (
        {int(each) % 24 for each in re.findall(r"\d{1,2}", skipped[1])} if skipped else set()
    )
    days = re.search(r"<skipDays[^>]*>(.*?)</skipDays>", head, re.DOTALL | re.IGNORECASE)
    words = re.findall(r"[a-z]+day", days[1].lower()) if days else []
    skip_days = {_DAYS.index(each) for each in words if each in _DAYS}
    return Stated(
        pause_s=max(minutes * 60, hours * 3600),
        skip_hours=frozenset(skip_hours) if len(skip_hours) < 24 else frozenset(),
        skip_days=frozenset(skip_days) if len(skip_days) < 7 else frozenset(),
    )


def max_age_of(cache_control: str | None) -> float:
    """Seconds for which a server says that its answer stays as it is; 0 where it says nothing."""
    if not cache_control or _NO_CACHE.search(cache_control):
        return 0.0
    found = _MAX_AGE.search(cache_control)
    return float(found[1]) if found else 0.0


def next_poll(
    known: Yield,
    *,
    now: datetime,
    every: timedelta,
    within: timedelta,
    link_count: int = 0,
    stated: Stated = Stated(),
    max_age_s: float = 0.0,
) -> tuple[datetime | None, str]:
    """When a source that answered is asked next, and why; None: in each of the site's crawls.

    Args:
        known: What it yielded.
        now: When it was asked.
        every: Between two crawls of its site.
        within: The longest pause.
        link_count: Links that it named at last: it is asked before half of them have been replaced.
        stated: What its feed says.
        max_age_s: What its server says.
    """
    rate = known.an_hour(every=every)
    pause = -log(1 - LIKELY) / rate * _HOUR
    because = f"{rate:.2g} new links an hour"
    if link_count:
        pause = min(pause, link_count / rate / 2 * _HOUR)
    for seconds, words in ((stated.pause_s, "its feed"), (max_age_s, "its server")):
        if seconds > pause.total_seconds():
            pause, because = (
                timedelta(seconds=min(seconds, 1e8)),
                f"{words} states {_span(seconds)}",
            )
    if pause > within:
        pause, because = within, f"{because}, but within {_span(within.total_seconds())}"
    at = now + (pause * _SLACK if pause > every else every)
    due_at = _awake(stated, at)
    if due_at != at:
        return due_at, f"{because}, and its feed skips {at:%A %H}h"
    return (due_at if pause > every else None), because


def after_failure(
    failure_count: int, *, now: datetime, every: timedelta, retry_after_s: int | None = None
) -> tuple[datetime | None, str]:
    """When a source that gave no usable answer is asked next, after so many failures in a row."""
    words = f"{failure_count} failures in a row"
    pause = timedelta(0)
    if failure_count > 1:
        pause = min(every * 2 ** min(failure_count - 1, 16), max(LONGEST_ERROR, every)) * _SLACK
    if retry_after_s is not None and retry_after_s > pause.total_seconds():
        pause, words = timedelta(seconds=min(retry_after_s, 30 * 86_400)), "its server asks for it"
    return (now + pause if pause > every else None), words


def _awake(stated: Stated, moment: datetime) -> datetime:
    """The first moment from this one on that the feed does not skip."""
    for _ in range(8 * 24):
        if moment.hour not in stated.skip_hours and moment.weekday() not in stated.skip_days:
            return moment
        moment = moment.replace(minute=0, second=0, microsecond=0) + _HOUR
    return moment


def _number(head: str, name: str) -> float:
    found = re.search(rf"<{name}[^>]*>\s*(\d{{1,7}})", head)
    return float(found[1]) if found else 0.0


def _span(seconds: float) -> str:
    return f"{seconds / 3600:.3g} h" if seconds >= 3600 else f"{seconds / 60:.3g} min"
