"""When a site is due and when an article is: the shape of `schedule:` and its meaning.

Pure: moments in, moments out. Must not know a scheduler.
"""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Annotated, Self
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field, model_validator

from config import cron, quiet
from config.rules import Strict
from config.values import CronText, Duration, HoursText, at_least, listed, mistake

DEFAULT_REVISIT = {"3h": "30m", "1d": "2h", "3d": "8h", "14d": "1d"}
"""The ladder. Most edits come early: of first edits to headlines 33 % within one hour, 97 % within 25."""

_REVISIT_WORDS = ("learnt", "ladder")

LONGEST_PAUSE = timedelta(days=1)
"""Between two crawls of a site that cannot be reached, unless its own schedule is wider."""

SHORTEST_LIMIT = timedelta(minutes=2)
"""Of a crawl: time for two requests that hang, even where a schedule is closer."""

_SECOND = timedelta(seconds=1)


class RevisitStep(Strict):
    """Up to an age, look at an article again after an interval."""

    up_to_age: Annotated[Duration, at_least(_SECOND)]
    every: Annotated[Duration, at_least(_SECOND)]


class Revisit(Strict):
    """How often a known article is looked at again: as was learnt of its site, or by its age. Without steps: never."""

    steps: tuple[RevisitStep, ...] = ()
    is_learnt: bool = False

    @model_validator(mode="before")
    @classmethod
    def _from_mapping(cls, value: object) -> object:
        """From the written forms: `learnt`, `ladder`, or steps as `{AGE: INTERVAL}`."""
        if value is None:
            return {}
        if isinstance(value, str):
            if value not in _REVISIT_WORDS:
                raise mistake(
                    f'is "{value}"',
                    remedy="Write learnt, ladder, or AGE: INTERVAL pairs as in 3h: 30m.",
                )
            if value == "learnt":
                return {"is_learnt": True}
            value = DEFAULT_REVISIT
        if not isinstance(value, dict) or not value.keys().isdisjoint({"steps", "is_learnt"}):
            return value
        return {"steps": [{"up_to_age": age, "every": every} for age, every in value.items()]}

    @model_validator(mode="after")
    def _rises(self) -> Self:
        for number, step in enumerate(self.steps):
            if step.every > step.up_to_age:
                raise mistake(
                    "has an interval longer than its age",
                    remedy="Write the age first and the interval behind it, as in 3h: 30m.",
                    at=("steps", number),
                )
            if number and step.up_to_age <= self.steps[number - 1].up_to_age:
                raise mistake(
                    "has an age that is not above the one before it",
                    remedy="Order the lines by age, the youngest first.",
                    at=("steps", number, "up_to_age"),
                )
        return self


LADDER = Revisit.model_validate("ladder")
"""The steps that hold where a site's file names none and nothing is to be learnt."""


class Schedule(Strict):
    """When a site is crawled, and when its articles are looked at again."""

    every: Annotated[Duration, at_least(_SECOND)] | None = Field(
        default=None,
        description="Crawl again this long after the last crawl began; 1h without cron.",
    )
    cron: CronText | None = Field(
        default=None,
        description="Crawl at these times of the site's own clocks: minute hour day month weekday.",
    )
    jitter: Duration = Field(
        default=timedelta(0),
        description="Up to this much later, differently each time, so that crawls do not begin at once.",
    )
    quiet: Annotated[
        tuple[HoursText, ...],
        BeforeValidator(listed, json_schema_input_type=tuple[HoursText, ...] | HoursText),
    ] = Field(
        default=(),
        description="Hours of the site's own clocks in which no crawl begins by schedule.",
    )
    revisit: Revisit = Field(
        default_factory=lambda: Revisit.model_validate("learnt"),
        description="When articles are looked at again: learnt, as their site was seen to edit; ladder; "
        "or AGE: INTERVAL pairs, youngest first; after the last age: never again.",
    )
    poll_within: Annotated[Duration, at_least(_SECOND)] = Field(
        default=timedelta(hours=6),
        description="Ask each source at least this often, however little it yields.",
    )
    trust_lastmod: bool = Field(
        default=False,
        description="Ask for a known article again only when its source says that it has changed.",
    )

    @model_validator(mode="before")
    @classmethod
    def _default_interval(cls, value: object) -> object:
        if isinstance(value, dict) and value.get("every") is None and value.get("cron") is None:
            return value | {"every": "1h"}
        return value

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if self.every is not None and self.cron is not None:
            raise mistake("stands beside every", remedy="Keep one of them.", at=("cron",))
        return self

    @model_validator(mode="after")
    def _is_sometimes_awake(self) -> Self:
        try:
            quiet.end_of(map(quiet.parse, self.quiet), datetime(2026, 1, 1))  # noqa: DTZ001 - wall time
        except ValueError:
            raise mistake(
                "leave no time of the day",
                remedy="Shorten them, or remove the site.",
                at=("quiet",),
            ) from None
        return self


def next_crawl(
    schedule: Schedule,
    *,
    last: datetime | None,
    now: datetime,
    time_zone: str,
    name: str = "",
    failure_count: int = 0,
) -> datetime:
    """When a site is due; a moment not after `now` means that it is due already.

    However many times were missed, one crawl makes up for them. A wall-clock time that does not
    exist (clocks go forward) comes at the next moment that does; one that exists twice comes once.

    Args:
        schedule: The site's schedule.
        last: When its last crawl began; None for a site that was never crawled, which is due now.
        now: The present moment. A `last` after it (the clock was wrong) counts as now.
        time_zone: The site's IANA time zone, in which cron expressions and quiet hours are meant.
        name: The site's, by which its jitter differs from that of others.
        failure_count: Crawls in a row that reached nothing: with each after the first the pause
            doubles, up to LONGEST_PAUSE.
    """
    zone = ZoneInfo(time_zone)
    if last is None:
        return awake(schedule, now, zone)
    last = min(last, now)
    due = _after(schedule, last, zone)
    if failure_count > 1:
        pause = max(min((due - last) * 2 ** min(failure_count - 1, 16), LONGEST_PAUSE), due - last)
        due = _after(schedule, last + pause - _SECOND, zone) if schedule.cron else last + pause
    return awake(schedule, due + schedule.jitter * _share(name, due), zone)


def longest_crawl(schedule: Schedule, *, now: datetime, time_zone: str) -> timedelta:
    """How long a crawl that begins now may take, so that the next begins one interval late at most."""
    zone = ZoneInfo(time_zone)
    first = _after(schedule, now, zone)
    return max(_after(schedule, first, zone) - now, SHORTEST_LIMIT)


def awake(schedule: Schedule, moment: datetime, zone: ZoneInfo) -> datetime:
    """The first moment from this one on that is in none of the schedule's quiet hours."""
    if not schedule.quiet:
        return moment
    wall = moment.astimezone(zone).replace(tzinfo=None, fold=0)
    end = quiet.end_of(map(quiet.parse, schedule.quiet), wall)
    return moment if end == wall else _moment_of(end, zone)


def _after(schedule: Schedule, last: datetime, zone: ZoneInfo) -> datetime:
    """When the schedule comes next after a moment."""
    if schedule.cron is None:
        return last + (schedule.every or timedelta(hours=1))
    wall = last.astimezone(zone).replace(tzinfo=None, fold=0)
    for candidate in cron.parse(schedule.cron).after(wall):
        moment = _moment_of(candidate, zone)
        if moment > last:
            return moment
    raise AssertionError("an expression that never comes is refused when it is parsed")


def _share(name: str, due: datetime) -> float:
    """A number from 0 up to 1 that is as good as chance, and the same whenever it is asked for."""
    digest = hashlib.sha256(f"{name} {due.astimezone(UTC).isoformat()}".encode()).digest()
    return int.from_bytes(digest[:6]) / 2**48


def next_look(revisit: Revisit, *, first_seen: datetime, now: datetime) -> datetime | None:
    """When to look again at an article that was looked at now; None for never again.

    The last look is at the last age itself, unless less than half an interval is left until then.
    """
    age = now - first_seen
    step = next((step for step in revisit.steps if age < step.up_to_age), None)
    if step is None:
        return None
    last_look = first_seen + revisit.steps[-1].up_to_age
    if last_look - now < step.every / 2:
        return None
    return min(now + step.every, last_look)


def _moment_of(wall: datetime, zone: ZoneInfo) -> datetime:
    """The first moment at which a zone's clocks show a (naive) wall time or a later one, in UTC."""
    moment = wall.replace(tzinfo=zone).astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) == wall:
        return moment
    # The clocks skip it: they do so between the two readings of PEP 495.
    before = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    while moment - before > _SECOND:
        middle = before + (moment - before) / 2
        if middle.astimezone(zone).replace(tzinfo=None) < wall:
            before = middle
        else:
            moment = middle
    return moment.replace(microsecond=0)
