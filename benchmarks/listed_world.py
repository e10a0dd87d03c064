"""A fictional site's list: what it names at an hour, when it is asked, and which articles are missed in it.

A feed holds the newest articles; on a front page each stays as long as an editor likes, which tells nothing. Asks,
compares and doubts by the functions that crawls use. Must not know any schedule of looks. Hours as in `edited_world`.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

from edited_world import WEEK, Newspaper, Written

from crawler import pace
from crawler.sources.listing import Order, Past, missed

MOVED_IN_A_WEEK = 0.0259
"""Articles that get a new address (GDELT): the old one leaves the feed, and a look at it finds no removal."""

_BEGAN = datetime(2026, 1, 5, tzinfo=UTC)
_WITHIN = timedelta(hours=6)


@dataclass(slots=True)
class Feed:
    """The newest articles of a site, without those that are gone; asked in hourly crawls, when it is due."""

    paper: Newspaper
    length: int
    drops: float = 1.0  # of the removed articles, those that leave the feed
    is_front: bool = False  # a front page
    polls: int = 0
    _moved: dict[int, float] = field(default_factory=dict)
    _stays: set[int] = field(default_factory=set)
    _until: dict[int, float] = field(default_factory=dict)
    _before: list[int] | None = None
    _asked: float = 0.0
    _due: float = 0.0
    _seen: int = 0
    _past: Past = field(default_factory=Past)
    _yield: pace.Yield = field(default_factory=pace.Yield)

    def __post_init__(self) -> None:
        dice = Random(f"{self.paper.name}/feed")
        for article in self.paper.articles:
            if dice.random() < MOVED_IN_A_WEEK:
                self._moved[article.number] = article.at + dice.uniform(0, WEEK)
            if dice.random() >= self.drops:
                self._stays.add(article.number)
            if self.is_front:
                self._until[article.number] = article.at + dice.uniform(2, 48)

    def ask(self, hour: float, *, every: float) -> tuple[int, ...]:
        """The numbers of the articles that are missed, if the feed is asked at this hour."""
        if hour < self._due:
            return ()
        self.polls += 1
        now, count = self._listed(hour)
        since = timedelta(hours=hour - self._asked)
        found: tuple[int, ...] = ()
        if self._before is not None:
            order = Order.UNKNOWN if self.is_front else Order.NEWEST_FIRST
            one = missed(self._before, now, order=order)
            self._past = self._past.after(one, since)
            found = one.links if self._past.is_orderly else ()
            self._yield = self._yield.after(count - self._seen, since)
        due_at, _ = pace.next_poll(
            self._yield,
            now=_BEGAN + timedelta(hours=hour),
            every=timedelta(hours=every),
            within=_WITHIN,
            link_count=len(now),
        )
        self._due = (due_at - _BEGAN) / timedelta(hours=1) if due_at else hour
        self._before, self._asked, self._seen = now, hour, count
        return tuple(number for number in found if number >= 0)

    def _listed(self, hour: float) -> tuple[list[int], int]:
        """What it lists, the newest first, and how many articles have come by then; a new address is below 0."""
        articles = self.paper.articles
        count = self._seen
        while count < len(articles) and articles[count].at <= hour:
            count += 1
        listed: list[int] = []
        for article in reversed(articles[:count]):
            if len(listed) == self.length:
                break
            if self._shows(article, hour):
                is_moved = self._moved.get(article.number, hour + 1) <= hour
                listed.append(-1 - article.number if is_moved else article.number)
        return listed, count

    def _shows(self, article: Written, hour: float) -> bool:
        is_gone = article.removed_at is not None and article.removed_at <= hour
        is_old = self._until.get(article.number, hour) < hour
        return not is_old and (not is_gone or article.number in self._stays)

    def lists_at(self, article: Written, hour: float) -> bool:
        """Whether the article was among the newest at this hour, whatever has become of it."""
        return sum(article.at < other.at <= hour for other in self.paper.articles) < self.length
