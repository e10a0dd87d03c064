"""What one day of one site came to, as the detectors take it. Knows no table and no statistics."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

QUARTERS = 4
"""Parts of a day, of six hours: enough to tell morning from night, few enough to be learnt in weeks."""

FIELDS = ("title", "authors", "published", "standfirst", "section", "language")
"""Fields of an article of which a site has a usual share."""


@dataclass(frozen=True, slots=True)
class Spell:
    """Looks in a row that ended alike."""

    kind: (
        str  # "" where all was well; else what failed: tls, dns, timeout, connection, blocked, http
    )
    began_at: datetime
    ended_at: datetime  # the last of the looks
    count: int
    words: str = ""


Counts = tuple[int, ...]
"""One number for each quarter of a day."""

NONE: Counts = (0,) * QUARTERS


@dataclass(frozen=True, slots=True)
class SourceDay:
    """What one source of the site came to."""

    new: Counts = NONE  # links that it was the first to name
    asked: Counts = NONE  # in so many crawls that brought the site new links
    stirred: Counts = NONE  # in so many of them it had other bytes than before
    spells: tuple[Spell, ...] = ()


@dataclass(frozen=True, slots=True)
class Day:
    """One day of UTC, by quarters. Today's is what it came to so far."""

    day: date
    articles: Counts = NONE  # first seen
    covered: tuple[float, ...] = (0.0,) * QUARTERS  # the part of each quarter that crawls looked at
    looks: Counts = NONE  # at pages, whatever they came to
    blocked: Counts = NONE  # looks that were answered by a wall, or by 401, 403, 429, 451
    fields: Mapping[str, Counts] = field(default_factory=dict)  # articles that have it
    doubted: Counts = NONE  # pages not believed for how they are built
    lengths: tuple[tuple[int, float, float], ...] = (
        (0, 0.0, 0.0),
    ) * QUARTERS  # of bodies: how many, mean and deviation of logarithms
    again: Counts = NONE  # known pages whose new bytes the same reader read
    poorer: Counts = NONE  # of them, those that lost a field or half of their text, or belief
    lost: Mapping[str, int] = field(default_factory=dict)  # what they lost, and how many did
    spells: tuple[Spell, ...] = ()  # of crawls of the site
    sources: Mapping[str, SourceDay] = field(default_factory=dict)  # by number

    @property
    def read(self) -> int:
        """New articles."""
        return sum(self.articles)

    @property
    def new_links(self) -> Counts:
        """Links that any source named first."""
        return tuple(
            map(sum, zip(NONE, *(each.new for each in self.sources.values()), strict=True))
        )


def from_counts(day: str, counts: Mapping[str, Any]) -> Day:
    """A day as db.asking.site_days counts and keeps it."""
    sources = {
        number: SourceDay(
            new=_counts(each, "new"),
            asked=_counts(each, "asked"),
            stirred=_counts(each, "stirred"),
            spells=_spells(day, each.get("spells", ())),
        )
        for number, each in counts.get("sources", {}).items()
    }
    return Day(
        day=date.fromisoformat(day),
        articles=_counts(counts, "articles"),
        covered=tuple(counts.get("covered", NONE)),
        looks=_counts(counts, "looks"),
        blocked=_counts(counts, "blocked"),
        fields={name: tuple(each) for name, each in counts.get("fields", {}).items()},
        doubted=_counts(counts, "doubted"),
        lengths=tuple(
            (int(count), float(mean), float(deviation))
            for count, mean, deviation in counts.get("lengths", ((0, 0, 0),) * QUARTERS)
        ),
        again=_counts(counts, "again"),
        poorer=_counts(counts, "poorer"),
        lost=counts.get("lost", {}),
        spells=_spells(day, counts.get("spells", ())),
        sources=sources,
    )


def _counts(counts: Mapping[str, Any], name: str) -> Counts:
    return tuple(counts.get(name, NONE))


def _spells(day: str, kept: Sequence[Sequence[Any]]) -> tuple[Spell, ...]:
    midnight = datetime.fromisoformat(f"{day}T00:00:00+00:00")
    return tuple(
        Spell(
            kind=kind,
            began_at=midnight + timedelta(minutes=began),
            ended_at=midnight + timedelta(minutes=ended),
            count=count,
            words=words,
        )
        for kind, began, ended, count, words in kept
    )
