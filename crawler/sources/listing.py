"""What a document of a source lists, and which links are not there that should be. Values only.

A list of news loses its links at its old end. One that goes from elsewhere, while older ones stay, was probably taken
down or moved. What is certain is the order of the list itself: the moments that a source states are often those of
another clock than the one it is sorted and cut by, and many state none. They only tell which end is the old one.
"""

from bisect import bisect_left
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Final, Generic, TypeVar

from db.archiving.entries import FoundLink

LONGEST: Final = 2_000
"""Links of a document whose order is remembered: twice what a news sitemap may hold."""

SHARE: Final = 0.2
"""Of what could be missed, the most that is at once; and of all that leaves a list, the most that ever is.

News sites unpublish 1.5 % of their articles, and give a new address to some 3 %.
"""

TAKEN_FOR_GRANTED: Final = 20.0
"""Links of which it is supposed of any list that they left it at its end: so four may be missed of a new one."""

HALF_LIFE: Final = timedelta(days=7)
"""After so long what left a list counts half."""

_SORTED: Final = 0.8
_TELLING: Final = 3

Link = TypeVar("Link", bound=Hashable)


class Order(StrEnum):
    """Which end of a list is the old one."""

    NEWEST_FIRST = "newest first"
    OLDEST_FIRST = "oldest first"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Listing:
    """The links of one document, whoever wants them, in its order."""

    keys: tuple[str, ...]
    order: Order

    @classmethod
    def of(cls, links: Sequence[FoundLink]) -> "Listing":
        """The listing of all links that a document names."""
        return cls(tuple(link.url_key for link in links), order_of(links))


@dataclass(frozen=True, slots=True)
class Missed(Generic[Link]):
    """What became of the links that a document listed before."""

    links: tuple[Link, ...] = ()  # that should still be there
    left_count: int = 0  # that left it, wherever they stood
    missed_count: float = (
        0.0  # of them, not at its old end; another list counts as the most that could be missed
    )


@dataclass(frozen=True, slots=True)
class Past:
    """How many links have left a list, and how many of them were missed; both the older the less."""

    left: float = 0.0
    missed: float = 0.0

    def after(self, found: Missed[Link], since: timedelta) -> "Past":
        """With what one more reading told."""
        kept = 0.5 ** (max(since, timedelta(0)) / HALF_LIFE)
        return Past(self.left * kept + found.left_count, self.missed * kept + found.missed_count)

    @property
    def is_orderly(self) -> bool:
        """Whether links leave the list at its end, but for a few: only then is one that is missed worth a look."""
        return self.missed <= SHARE * (self.left + TAKEN_FOR_GRANTED)


def order_of(links: Sequence[FoundLink]) -> Order:
    """Which end is the old one, by the moments that the source states, if it is sorted by them."""
    stated: tuple[Callable[[FoundLink], datetime | None], ...] = (
        lambda link: link.published_at,
        lambda link: link.modified_at,
    )
    for moment_of in stated:
        moments = [moment for link in links if (moment := moment_of(link)) is not None]
        steps = [above > below for above, below in pairwise(moments) if above != below]
        if len(steps) < _TELLING:
            continue
        if sum(steps) >= _SORTED * len(steps):
            return Order.NEWEST_FIRST
        if sum(steps) <= (1 - _SORTED) * len(steps):
            return Order.OLDEST_FIRST
    return Order.UNKNOWN


def missed(before: Sequence[Link], now: Sequence[Link], *, order: Order) -> Missed[Link]:
    """The links of the list of before that left it, though it still holds others that were older.

    Those others must have stayed where they were among the rest: one that was edited and put on top again says nothing
    of those between. Where nobody knows which end is the old one, a link must have stood between two that stayed. Where
    too many are missing at once, or most have changed places, it is another list, and none is; nor where the two have
    nothing in common, as after a long rest.
    """
    places = {link: place for place, link in enumerate(now)}
    kept = [place for place, link in enumerate(before) if link in places]
    stayed = [kept[each] for each in _rising([places[before[place]] for place in kept])]
    if not kept:
        return Missed()
    if 2 * len(stayed) < len(kept):
        return Missed(missed_count=_most(len(before)))
    begin = 0 if order is Order.NEWEST_FIRST else stayed[0]
    end = len(before) if order is Order.OLDEST_FIRST else stayed[-1]
    span = before[begin:end]
    links = tuple(link for link in span if link not in places)
    if len(links) > _most(len(span)):
        return Missed(missed_count=_most(len(span)))
    return Missed(links, len(before) - len(kept), len(links))


def _most(length: int) -> float:
    """How many of so many may be missed at once."""
    return max(1.0, SHARE * length)


def _rising(numbers: Sequence[int]) -> list[int]:
    """The places of a longest rising part of these numbers, all different."""
    tails: list[int] = []  # the least number that ends a rising part of each length
    ends: list[int] = []  # and its place
    back: list[int] = []  # for each place, the one before it in its part
    for place, number in enumerate(numbers):
        length = bisect_left(tails, number)
        back.append(ends[length - 1] if length else -1)
        tails[length : length + 1] = [number]
        ends[length : length + 1] = [place]
    found: list[int] = []
    place = ends[-1] if ends else -1
    while place >= 0:
        found.append(place)
        place = back[place]
    return found[::-1]
