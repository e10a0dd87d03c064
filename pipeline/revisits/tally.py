"""What looks have told of how often articles change, counted so that it can be added to and forgotten: values only.

An interval between two looks tells *whether* an article changed, never how often. So intervals without a change are
kept as their sum, which is all that a Poisson process needs of them, and those with one by their length.
"""

from dataclasses import dataclass, field
from math import exp, expm1, log2
from typing import Any, Final

from pipeline.revisits.curves import BANDS, parts

HALF_LIFE_DAYS: Final = 45.0
"""After so long an observation counts half: newsrooms change their habits."""

MAX_SECTIONS: Final = 40
_FINEST: Final = 2.0**-12
_SECONDS_A_DAY: Final = 86_400


@dataclass(slots=True)
class Changes:
    """Intervals of one group: their length in shares of a life's edits."""

    length: float = 0.0  # of all
    changed: dict[int, list[float]] = field(default_factory=dict)  # log2 of length -> count, sum

    def add(self, length: float, *, has_changed: bool) -> None:
        """One interval."""
        self.length += length
        if has_changed:
            place = round(log2(max(length, _FINEST)))
            count_and_sum = self.changed.setdefault(place, [0.0, 0.0])
            count_and_sum[0] += 1.0
            count_and_sum[1] += max(length, _FINEST)

    def fade(self, factor: float) -> None:
        """Let what is known count less."""
        self.length *= factor
        for count_and_sum in self.changed.values():
            count_and_sum[0] *= factor
            count_and_sum[1] *= factor

    @property
    def count(self) -> float:
        """Intervals with a change."""
        return sum(count for count, _ in self.changed.values())

    def rate(self, *, expected: float, strength: float) -> float:
        """Edits of a whole life: the Gamma-Poisson estimate, given what is expected and how much that counts.

        Several edits in one interval look like one. Where an interval has changed, the expected number of its edits
        is `x / (1 - exp(-x))` at `x = rate * length`; put in the place of the unknown count, over and over, it leads
        to the maximum of the posterior (EM). For intervals of one length and no prior that is the estimator
        `-log(share unchanged)` of Cho and Garcia-Molina (2003), section 4; for others their section 5.

        Args:
            expected: The rate where nothing is known.
            strength: How many expected edits that is worth.
        """
        prior = strength / expected
        rate = expected
        for _ in range(60):
            edits = 0.0
            for count, total in self.changed.values():
                if count > 0.0:
                    mean = rate * total / count
                    edits += count * (mean / -expm1(-mean) if mean > 1e-9 else 1.0)
            better = (strength + edits) / (prior + self.length)
            if abs(better - rate) < 1e-6 * rate:
                return better
            rate = better
        return rate

    def content(self) -> list[Any]:
        """As JSON."""
        return [self.length, {str(place): both for place, both in sorted(self.changed.items())}]

    @classmethod
    def of_content(cls, content: list[Any]) -> "Changes":
        """From JSON."""
        length, changed = content
        return cls(length, {int(place): list(both) for place, both in changed.items()})


@dataclass(slots=True)
class Tally:
    """All that was counted of a site, in a few hundred numbers."""

    bands: list[Changes] = field(default_factory=lambda: [Changes() for _ in BANDS[1:]])
    sections: dict[str, list[Changes]] = field(default_factory=dict)  # each by band
    articles: dict[str, float] = field(default_factory=dict)  # new ones, by section
    watched_s: float = 0.0  # in which they came; faded as they are

    def pass_time(self, seconds: float) -> None:
        """So much time has passed since the last observation."""
        factor = exp(-max(seconds, 0.0) / (_SECONDS_A_DAY * HALF_LIFE_DAYS) * 0.6931471805599453)
        for group in (self.bands, *self.sections.values()):
            for changes in group:
                changes.fade(factor)
        self.articles = {name: count * factor for name, count in self.articles.items()}
        self.watched_s = self.watched_s * factor + max(seconds, 0.0)

    def meet(self, section: str) -> None:
        """A new article."""
        if section in self.articles or len(self.articles) < MAX_SECTIONS:
            self.articles[section] = self.articles.get(section, 0.0) + 1.0

    def look(self, section: str, *, start: float, end: float, has_changed: bool) -> None:
        """An article was looked at at two ages, in hours, and had or had not changed between them."""
        if end <= start:
            return
        groups = [self.bands]
        if section in self.sections or len(self.sections) < MAX_SECTIONS:
            groups.append(self.sections.setdefault(section, [Changes() for _ in self.bands]))
        pieces = parts(start, end)
        if has_changed:  # it is not known in which band: the one in which that is likeliest
            band, _ = max(pieces, key=lambda piece: piece[1])
            pieces = [(band, sum(length for _, length in pieces))]
        for group in groups:
            for band, length in pieces:
                group[band].add(length, has_changed=has_changed)

    @property
    def articles_a_day(self) -> float:
        """New articles."""
        days = max(self.watched_s / _SECONDS_A_DAY, 1.0)
        return sum(self.articles.values()) / days

    def content(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "bands": [changes.content() for changes in self.bands],
            "sections": {
                name: [changes.content() for changes in group]
                for name, group in sorted(self.sections.items())
            },
            "articles": dict(sorted(self.articles.items())),
            "watched_s": self.watched_s,
        }

    @classmethod
    def of_content(cls, content: dict[str, Any]) -> "Tally":
        """From JSON."""
        return cls(
            bands=[Changes.of_content(each) for each in content["bands"]],
            sections={
                name: [Changes.of_content(each) for each in group]
                for name, group in content["sections"].items()
            },
            articles=dict(content["articles"]),
            watched_s=content["watched_s"],
        )
