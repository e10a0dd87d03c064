"""How often a site's articles change, learnt from what looks told: rates by age and section, and the price of a look.

Values only. A `Rhythm` is made from a `Tally` and says the same whenever it is made again.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final
from urllib.parse import urlsplit

from pipeline.revisits.curves import BANDS, EXCITATION
from pipeline.revisits.tally import Changes, Tally

LEARNER_VERSION: Final = "1"

EXPECTED_EDITS: Final = 0.35
"""Edits in an article's life where nothing is known of its site: one in five articles changes within a week."""

STRENGTH: Final = 3.0
"""So many edits must be seen at a site, in a band or section, before they count as much as what was expected."""

_NO_SECTION = re.compile(r"^\d+$|\.|^(amp|www|news|article|articles|story|p|id|index|content)$")


@dataclass(frozen=True, slots=True)
class Rhythm:
    """What is known of a site's edits."""

    rates: tuple[float, ...] = (EXPECTED_EDITS / (1 + EXCITATION),) * (len(BANDS) - 1)
    factors: tuple[tuple[str, float], ...] = ()  # of sections, against the site
    articles_a_day: float = 0.0
    shares: tuple[tuple[str, float], ...] = ()  # of sections, of new articles

    def factor(self, section: str) -> float:
        """How much more, or less, a section's articles change than the site's."""
        return dict(self.factors).get(section, 1.0)

    def rates_in(self, section: str) -> tuple[float, ...]:
        """The rates by band of a section's articles."""
        factor = self.factor(section)
        return tuple(rate * factor for rate in self.rates)


UNKNOWN: Final = Rhythm()
"""A site of which nothing was learnt yet."""


def learn(tally: Tally) -> Rhythm:
    """What a tally comes to, each level drawn towards the one above it by how little was seen of it."""
    whole = _together(tally.bands)
    site = whole.rate(expected=EXPECTED_EDITS, strength=STRENGTH)
    bands = [changes.rate(expected=site, strength=STRENGTH) for changes in tally.bands]
    factors = {}
    for name, group in tally.sections.items():
        scaled = _together([_scaled(each, rate) for each, rate in zip(group, bands, strict=True)])
        factors[name] = scaled.rate(expected=1.0, strength=STRENGTH)
    count = sum(tally.articles.values()) or 1.0
    return Rhythm(
        rates=tuple(rate / (1 + EXCITATION) for rate in bands),
        factors=tuple(sorted(factors.items())),
        articles_a_day=tally.articles_a_day,
        shares=tuple((name, each / count) for name, each in sorted(tally.articles.items())),
    )


@lru_cache(maxsize=4096)
def section_of(url: str, source_id: int | None) -> str:
    """The part of its site that a page belongs to: the first folder of its address, else the source that named it."""
    folders = [part for part in urlsplit(url).path.lower().split("/")[:-1] if part]
    named = next((part for part in folders[:2] if not _NO_SECTION.search(part)), None)
    if named is not None:
        return named[:40]
    return f"source {source_id}" if source_id is not None else ""


def content_of(rhythm: Rhythm) -> dict[str, Any]:
    """As JSON."""
    return {
        "rates": list(rhythm.rates),
        "factors": dict(rhythm.factors),
        "articles_a_day": rhythm.articles_a_day,
        "shares": dict(rhythm.shares),
    }


def of_content(content: dict[str, Any]) -> Rhythm:
    """From JSON."""
    return Rhythm(
        rates=tuple(content["rates"]),
        factors=tuple(sorted(content["factors"].items())),
        articles_a_day=content["articles_a_day"],
        shares=tuple(sorted(content["shares"].items())),
    )


def _together(groups: list[Changes]) -> Changes:
    total = Changes()
    for changes in groups:
        total.length += changes.length
        for place, (count, length) in changes.changed.items():
            both = total.changed.setdefault(place, [0.0, 0.0])
            both[0] += count
            both[1] += length
    return total


def _scaled(changes: Changes, rate: float) -> Changes:
    """The same intervals, measured in expected edits. Those that changed stay in their places: only sums are used."""
    return Changes(
        changes.length * rate, {k: [n, s * rate] for k, (n, s) in changes.changed.items()}
    )
