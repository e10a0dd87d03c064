"""Fictional sites whose articles are edited at published rates: what a schedule of looks is tried on.

Knows when articles come, change and go. Must not know any schedule. Times are hours since the world began.

Published: of one week's articles 6.06 % change title and 17.85 % body, 1.5 % are deleted, 81 % of the edits come
within a day (GDELT); of first edits to 5,300 headlines 33 % come within one hour, 48 % within two, 72 % within seven,
97 % within twenty-five (BBC home page). How sites and sections differ is not published: factors with a spread of e^0.6
and e^0.5.
"""

import gzip
import json
from bisect import bisect_right
from dataclasses import dataclass, field
from itertools import pairwise
from math import exp, log
from pathlib import Path
from random import Random

WEEK = 168.0
EDITED_IN_A_WEEK = 0.21
LATE = 0.17  # of first edits come after the day of the quantiles below
REMOVED_IN_A_WEEK = 0.015
LIVE = 0.01
FIRST_EDITS = ((0.0, 0.0), (0.33, 1.0), (0.48, 2.0), (0.72, 7.0), (0.97, 25.0), (1.0, 36.0))


@dataclass(slots=True)
class Written:
    """One article: what its publisher does with it, and what one who looks at it can see."""

    number: int
    section: str
    at: float
    edits: list[float]
    removed_at: float | None
    is_live: bool

    def version_at(self, hour: float) -> int:
        """How often it was edited by then."""
        return bisect_right(self.edits, hour)


@dataclass(slots=True)
class Newspaper:
    """A site: its articles in the order in which they come."""

    name: str
    articles: list[Written] = field(default_factory=list)


def newspapers(
    *, count: int, days: int, seed: int, lives: list[list[float]] | None = None
) -> list[Newspaper]:
    """So many sites, over so many days. The same seed gives the same world."""
    return [_newspaper(f"site{n}", Random(f"{seed}/{n}"), days, lives) for n in range(count)]


def read_lives(path: Path) -> list[list[float]]:
    """The hours after which real headlines were edited into one they had not had; those that were, within a week."""
    found = []
    with gzip.open(path) as lines:
        for line in lines:
            states = sorted(json.loads(line)["v"], key=lambda state: state[0])
            seen, edits = {states[0][3]}, []
            for first_s, _, _, headline in states[1:]:
                if headline not in seen and first_s < WEEK * 3600:
                    seen.add(headline)
                    edits.append(max(first_s / 3600 - 1 / 6, 0.01))  # captured every 20 minutes
            if edits:
                found.append(edits)
    return found


def _newspaper(name: str, dice: Random, days: int, lives: list[list[float]] | None) -> Newspaper:
    a_day = exp(dice.uniform(log(8), log(60)))
    share = EDITED_IN_A_WEEK * exp(dice.gauss(-0.18, 0.6))
    sections = {f"s{n}": exp(dice.gauss(-0.125, 0.5)) for n in range(dice.randint(2, 6))}
    weights = [dice.uniform(0.5, 2.0) for _ in sections]
    paper = Newspaper(name)
    hour = 0.0
    while True:
        hour += dice.expovariate(a_day / 24 * (1.6 if 6 <= hour % 24 < 20 else 0.2))
        if hour >= days * 24:
            return paper
        section = dice.choices(list(sections), weights)[0]
        is_live = dice.random() < LIVE
        edits: list[float] = []
        if is_live:
            edits = _live(dice)
        elif dice.random() < min(share * sections[section], 0.9):
            edits = dice.choice(lives) if lives else _edits(dice)
        removed = dice.random() < REMOVED_IN_A_WEEK
        paper.articles.append(
            Written(
                number=len(paper.articles),
                section=section,
                at=hour,
                edits=[hour + each for each in edits],
                removed_at=hour + dice.uniform(0, WEEK) if removed else None,
                is_live=is_live,
            )
        )


def _edits(dice: Random) -> list[float]:
    """The hours of an edited article's edits: 1.8 of them on average, each after the one before."""
    hours = [_delay(dice)]
    while dice.random() < 0.45 and len(hours) < 12:
        hours.append(hours[-1] + _delay(dice) * 0.7)
    return [hour for hour in hours if hour < WEEK]


def _delay(dice: Random) -> float:
    if dice.random() < LATE:
        return exp(dice.uniform(log(25), log(WEEK)))
    at = dice.random()
    for (low, start), (high, end) in pairwise(FIRST_EDITS):
        if at <= high:
            return start + (end - start) * (at - low) / (high - low)
    raise AssertionError


def _live(dice: Random) -> list[float]:
    hours, hour = [], 0.0
    length = dice.uniform(3, 10)
    while (hour := hour + dice.expovariate(2.5)) < length:
        hours.append(hour)
    return hours
