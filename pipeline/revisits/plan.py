"""When the next look at an article is worth its request: values in, a moment out. Cheap enough for every visit.

An article's edits are a Poisson process whose rate falls with age (`curves`), at a scale that is learnt for site,
section and age (`rhythm`) and unknown for the article itself: Gamma-distributed around that, so that an article that
has been edited is edited again sooner, and one that was looked at in vain waits longer. An edit brings further ones
for a while.

A look is due when the chance that it finds an edit, weighed by the article's newness, has risen to the price of a look.
With one price for all articles of a site no request could be spent better elsewhere (`docs/decisions/revisits.md`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from math import exp, log1p, sqrt
from typing import Final

from pipeline.revisits.curves import after_edit, exposure
from pipeline.revisits.rhythm import UNKNOWN, Rhythm

PRICE: Final = 0.02
"""The least chance of finding an edit for which a page is asked again, where no budget makes it dearer."""

SHAPE: Final = 0.5
"""Of the Gamma distribution of articles' rates: most are never edited, a few very often."""

LIVE_FACTOR: Final = 6.0
"""How much more a page that calls itself live is edited."""

UNTIL: Final = timedelta(days=14)
"""The age of the last look."""

SHORTEST_HOURS: Final = 1 / 12
"""Between two looks, whatever is expected."""

NEWNESS_HOURS: Final = 24.0
"""Age at which an edit is worth 71 % of one at the beginning; a week-old article's is worth 35 %."""

GUARD_HOURS: Final = 12.0
GUARD_AGES: Final = 2.0
"""An article is looked at after so many hours, or so many of its ages: removals and rare edits keep to no rate."""

_HOUR: Final = timedelta(hours=1)
_STEPS: Final = 12


class DueRule(StrEnum):
    """What set the moment of a link's next look."""

    RHYTHM = "rhythm"  # by then an edit is likely enough
    GUARD = "guard"  # not likely enough, but looked at all the same after so long
    LAST = "last"  # the last look, at the last age
    NEVER = "never"  # it has had that
    LADDER = "ladder"  # the site file's own steps
    LASTMOD = "lastmod"  # its source tells when it changes
    GONE = "gone"  # it was found gone, and may come back
    RETRY = "retry"  # it could not be read
    MISSED = "missed"  # its source lists it no more, and older ones still
    STATED = "stated"  # its source states a later change than was known at the last look
    WANTED = "wanted"  # a person named it, or a repair found it wanting
    ELSEWHERE = "elsewhere"  # its article was found gone at another of its URLs


@dataclass(frozen=True, slots=True)
class Subject:
    """An article as the plan sees it."""

    section: str
    born_at: datetime  # from when its age counts
    found_at: datetime  # from when it was watched
    edit_count: int = 0  # edits that were seen
    edited_at: datetime | None = None  # the last of them
    is_live: bool = False


@dataclass(frozen=True, slots=True)
class Policy:
    """By what a site's articles are looked at again."""

    rhythm: Rhythm = UNKNOWN
    price: float = PRICE


@dataclass(frozen=True, slots=True)
class Plan:
    """The next look, and why then."""

    due_at: datetime | None
    rule: DueRule
    chance: float  # of an edit by then that has not been seen; where there is no look, 0


@dataclass(frozen=True, slots=True)
class Expectation:
    """What is expected of one article from a look on."""

    age: float  # hours, at the look
    rates: tuple[float, ...]  # expected edits of a whole life, by band
    seen: float  # edits that were expected while it was watched
    edit_count: int
    since_edit: float | None  # hours, at the look

    def chance(self, hours: float) -> float:
        """Of an edit within so long after the look."""
        expected = exposure(self.age, self.age + hours, self.rates)
        known = SHAPE + self.seen
        none = exp(-(SHAPE + self.edit_count) * log1p(expected / known))
        if self.since_edit is not None:
            brought = after_edit(self.since_edit + hours) - after_edit(self.since_edit)
            none *= exp(-brought)
        return 1.0 - none

    def gain(self, hours: float) -> float:
        """The chance, weighed by how new the article is by then."""
        return self.chance(hours) * newness(self.age + hours)


def newness(age: float) -> float:
    """What an edit at an age, in hours, is worth."""
    return 1.0 / sqrt(1.0 + age / NEWNESS_HOURS)


def expectation(rhythm: Rhythm, subject: Subject, *, now: datetime) -> Expectation:
    """What is expected of an article that was looked at now."""
    age = max((now - subject.born_at) / _HOUR, 0.0)
    found = min(max((subject.found_at - subject.born_at) / _HOUR, 0.0), age)
    rates = rhythm.rates_in(subject.section)
    if subject.is_live:
        rates = tuple(rate * LIVE_FACTOR for rate in rates)
    return Expectation(
        age=age,
        rates=rates,
        seen=exposure(found, age, rates),
        edit_count=subject.edit_count,
        since_edit=max((now - subject.edited_at) / _HOUR, 0.0) if subject.edited_at else None,
    )


def next_look(rhythm: Rhythm, subject: Subject, *, now: datetime, price: float = PRICE) -> Plan:
    """When to look again at an article that was looked at now."""
    expected = expectation(rhythm, subject, now=now)
    hours, rule = _wait(expected.gain, expected.age, price=price)
    if hours is None:
        return Plan(None, rule, 0.0)
    return Plan(now + hours * _HOUR, rule, expected.chance(hours))


def count_looks(rates: tuple[float, ...], *, price: float) -> float:
    """Looks at an article of these rates after its first, over its life, by this price.

    Their expected number is near that of an article whose rate is exactly what was expected: looks come in proportion
    to a rate, and the estimate of a rate is right on average.
    """
    age, count = 0.0, 0.0
    while True:
        at = age

        def gain(hours: float, at: float = at) -> float:
            return (1.0 - exp(-exposure(at, at + hours, rates))) * newness(at + hours)

        hours, _ = _wait(gain, age, price=price)
        if hours is None:
            return count
        age += hours
        count += 1.0


def price_for(rhythm: Rhythm, *, looks_a_day: float) -> float:
    """The lowest price at which the site's articles want no more looks than there are: its water level.

    Looks are counted for the flow of new articles, each section with its own rates.
    """
    if rhythm.articles_a_day <= 0.0:
        return PRICE

    def wanted(price: float) -> float:
        return rhythm.articles_a_day * sum(
            share * count_looks(rhythm.rates_in(section), price=price)
            for section, share in rhythm.shares
        )

    if wanted(PRICE) <= looks_a_day:
        return PRICE
    low, high = PRICE, 1.0
    for _ in range(14):
        middle = sqrt(low * high)
        if wanted(middle) > looks_a_day:
            low = middle
        else:
            high = middle
    return high


def _wait(
    gain: Callable[[float], float], age: float, *, price: float
) -> tuple[float | None, DueRule]:
    """Hours until the next look at an article of this age, and what sets them; None for never again."""
    left = UNTIL / _HOUR - age
    if left < SHORTEST_HOURS:
        return None, DueRule.NEVER
    longest = max(GUARD_HOURS, GUARD_AGES * age)
    longest, rule = (left, DueRule.LAST) if longest > left * 0.75 else (longest, DueRule.GUARD)
    if gain(SHORTEST_HOURS) >= price:
        return min(SHORTEST_HOURS, longest), DueRule.RHYTHM
    high = _first_over(gain, longest, price)
    if high is None:
        return longest, rule
    low = SHORTEST_HOURS
    for _ in range(_STEPS):
        middle = sqrt(low * high)
        if gain(middle) >= price:
            high = middle
        else:
            low = middle
        if high < low * 1.05:
            break
    return high, DueRule.RHYTHM


def _first_over(gain: Callable[[float], float], longest: float, price: float) -> float | None:
    """Hours after which the gain is over the price, if ever: it rises, and falls slowly when edits have run out."""
    hours = longest
    while hours > SHORTEST_HOURS:
        if gain(hours) >= price:
            return hours
        if hours < longest / 30:
            return None
        hours /= 2.5
    return None
