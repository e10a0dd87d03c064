"""Invented sites that live for years, day by day, and what befalls them: for benchmarks/bench_health.py.

Rates, weeks, feasts, growth, bursts, wire days, drifting fields, passing outages. Knows no detector.
"""

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from morgue.health.days import FIELDS, Day, SourceDay, Spell

FAULTS = (
    "layout: nothing is read",
    "layout: some fields are lost",
    "layout: bodies are cut",
    "layout: one template of two",
    "dead feed: frozen",
    "dead feed: 404",
    "block: pages",
    "block: everything",
    "certificate",
    "dns",
)
FAULT_DAYS = 3


@dataclass(frozen=True, slots=True)
class Fault:
    """What befalls a site, and when."""

    name: str
    began_at: datetime
    ended_at: datetime

    def is_on(self, at: datetime) -> bool:
        return self.began_at <= at < self.ended_at


@dataclass(slots=True)
class _Article:
    at: datetime
    fields: tuple[str, ...]
    length: float  # logarithm
    is_doubted: bool
    source: int | None  # that named it first


@dataclass
class Life:
    """One site."""

    seed: int
    began: date
    days: int
    faults: list[Fault] = field(default_factory=list)

    def __post_init__(self) -> None:
        dice = self.dice = random.Random(self.seed)
        self.rate = math.exp(dice.uniform(math.log(5), math.log(250)))
        weekend = dice.uniform(0.25, 1.0)
        self.week = [1.0, 1.05, 1.05, 1.05, 1.0, weekend, weekend * dice.uniform(0.9, 1.1)]
        self.growth = dice.uniform(-0.3, 0.5)
        self.noise = dice.uniform(0.08, 0.35)
        self.peak = dice.uniform(6, 18)
        self.usual = {
            "title": 0.999,
            "authors": dice.choice((0.0, dice.uniform(0.4, 0.99))),
            "published": dice.uniform(0.9, 1.0),
            "standfirst": dice.choice((0.0, dice.uniform(0.3, 0.97))),
            "section": dice.choice((0.0, dice.uniform(0.6, 1.0))),
            "language": 0.998,
        }
        self.doubted = dice.choice((0.0, dice.uniform(0, 0.08)))
        self.blocked = dice.choice((0.0, dice.uniform(0, 0.02)))
        self.length = dice.uniform(7.0, 8.5)
        count = dice.choice((1, 2, 2, 3, 4))
        weights = [dice.uniform(0.1, 1) for _ in range(count)]
        self.sources = [weight / sum(weights) for weight in weights]
        self.every = timedelta(minutes=dice.choice((15, 30, 30, 60)))
        self.outages_a_year = dice.uniform(3, 25)
        feasts = dice.sample(range(self.days), k=max(1, round(9 * self.days / 365)))
        self.feasts = {n: dice.uniform(0.25, 0.7) for n in feasts}
        self.crawled_at = datetime.combine(self.began, datetime.min.time(), UTC)
        self.failed = 0
        self.outage_until = self.crawled_at

    def plan(self, *, first: int, gap: int) -> None:
        """Faults of every kind that can befall this site, one after the other, `gap` days apart."""
        kinds = [f for f in FAULTS if not ("frozen" in f and len(self.sources) < 2)]
        kinds = [f for f in kinds if not ("404" in f and len(self.sources) < 2)]
        at = datetime.combine(self.began, datetime.min.time(), UTC) + timedelta(days=first)
        end = at + timedelta(days=self.days - first - FAULT_DAYS - 3)
        while at < end:
            self.dice.shuffle(kinds)
            for kind in kinds:
                begins = at + timedelta(hours=self.dice.uniform(0, 24 * gap / 2))
                if begins < end:
                    ends = begins + timedelta(days=FAULT_DAYS)
                    self.faults.append(Fault(kind, begins, ends))
                at += timedelta(days=gap)

    def fault_at(self, at: datetime) -> str:
        return next((fault.name for fault in self.faults if fault.is_on(at)), "")

    def live(self, hours: tuple[int, ...]) -> Iterator[tuple[datetime, Day, bool]]:
        """Each day at these hours as far as it came, and whole at its end."""
        for number in range(self.days):
            day = self.began + timedelta(days=number)
            midnight = datetime.combine(day, datetime.min.time(), UTC)
            articles = list(self._articles(number, midnight))
            crawls = list(self._crawls(midnight + timedelta(days=1)))
            for hour in (*hours, 24):
                now = midnight + timedelta(hours=hour)
                yield now, self._day(day, articles, crawls, now), hour == 24

    def _articles(self, number: int, midnight: datetime) -> Iterator[_Article]:
        dice = self.dice
        mean = self.rate * self.week[midnight.weekday()]
        mean *= (1 + self.growth) ** (number / 365) * self.feasts.get(number, 1.0)
        mean *= dice.gammavariate(1 / self.noise**2, self.noise**2)
        if dice.random() < 0.01:
            mean *= dice.uniform(1.5, 3)  # a burst
        wire = dice.uniform(0.2, 0.6) if dice.random() < 0.03 else 0.0
        shift = dice.gauss(0, 0.08)
        odd = (
            dice.uniform(0.1, 0.4) if dice.random() < 0.01 else 0.0
        )  # a day of quizzes and tickers
        shares = {
            name: dice.betavariate(share * 60 + 0.01, (1 - share) * 60 + 0.01)
            if 0 < share < 1
            else share
            for name, share in self.usual.items()
        }
        for _ in range(_poisson(dice, mean)):
            hour = (dice.gauss(self.peak, 4.5)) % 24
            at = midnight + timedelta(hours=hour)
            is_wire = dice.random() < wire
            fields = tuple(
                name
                for name in FIELDS
                if dice.random() < shares[name] and not (is_wire and name == "authors")
            )
            article = _Article(
                at=at,
                fields=fields,
                length=dice.gauss(self.length + shift, 0.6),
                is_doubted=dice.random() < self.doubted + odd,
                source=dice.choices(range(len(self.sources)), self.sources)[0],
            )
            yield from self._befallen(article)

    def _befallen(self, article: _Article) -> Iterator[_Article]:
        fault = self.fault_at(article.at)
        dice = self.dice
        match fault:
            case "layout: nothing is read":
                article.is_doubted = dice.random() < 0.97
            case "layout: some fields are lost":
                lost = [
                    n
                    for n in ("authors", "published", "standfirst", "section")
                    if self.usual[n] > 0.3
                ]
                article.fields = tuple(n for n in article.fields if n not in lost[:2])
            case "layout: bodies are cut":
                article.length -= 1.6
                article.fields = tuple(n for n in article.fields if n != "standfirst")
            case "layout: one template of two":
                article.is_doubted = article.is_doubted or dice.random() < 0.55
            case "dead feed: frozen" | "dead feed: 404" if article.source == 0:
                if dice.random() < 0.5:
                    return  # nobody names it
                article.source = dice.randrange(1, len(self.sources))
            case "block: everything" | "certificate" | "dns":
                return
        yield article

    def _crawls(self, until: datetime) -> Iterator[tuple[datetime, str]]:
        """When the site was asked, and what failed."""
        dice = self.dice
        while self.crawled_at < until:
            at = self.crawled_at
            fault = self.fault_at(at)
            begins = dice.random() < self.outages_a_year * (self.every / timedelta(days=365))
            if at >= self.outage_until and begins:
                hours = min(math.exp(dice.gauss(math.log(0.6), 0.9)), 4.0)
                self.outage_until = at + timedelta(hours=hours)
            kind = "timeout" if at < self.outage_until else ""
            kind = {"block: everything": "blocked", "certificate": "tls", "dns": "dns"}.get(
                fault, kind
            )
            yield at, kind
            self.failed = self.failed + 1 if kind else 0
            wait = self.every * 2 ** min(self.failed, 10) if kind else self.every
            self.crawled_at = at + min(wait, timedelta(days=1)) * dice.uniform(1.0, 1.05)

    def _day(
        self, day: date, articles: list[_Article], crawls: list[tuple[datetime, str]], now: datetime
    ) -> Day:
        midnight = datetime.combine(day, datetime.min.time(), UTC)
        asked = [(at, kind) for at, kind in crawls if at <= now]
        well = [at for at, kind in asked if not kind]
        seen_until = max(well, default=midnight)
        seen = [each for each in articles if each.at <= seen_until]
        believed = [each for each in seen if not each.is_doubted]
        looks = tuple(4 * n for n in _quarters(seen))
        dice = random.Random(f"{self.seed} {day}")
        blocked = [sum(dice.random() < self.blocked for _ in range(n)) for n in looks]
        if self.fault_at(now) == "block: pages":
            hit = [each for each in believed if self.fault_at(each.at)]
            blocked = [n + 4 * m for n, m in zip(blocked, _quarters(hit), strict=True)]
            believed = [each for each in believed if each not in hit]
        return Day(
            day=day,
            articles=_quarters(believed),
            covered=_covered(midnight, well, now),
            looks=looks,
            blocked=tuple(map(min, blocked, looks)),
            fields={
                name: _quarters([each for each in believed if name in each.fields])
                for name in FIELDS
            },
            doubted=_quarters([each for each in seen if each.is_doubted]),
            lengths=tuple(_lengths(believed, quarter) for quarter in range(4)),
            spells=tuple(_spells(asked)),
            sources={
                str(number): SourceDay(
                    new=_quarters([each for each in seen if each.source == number]),
                    spells=tuple(_spells(self._source_looks(asked, number))),
                )
                for number in range(len(self.sources))
            },
        )

    def _source_looks(
        self, asked: list[tuple[datetime, str]], number: int
    ) -> list[tuple[datetime, str]]:
        return [
            (at, "http" if number == 0 and self.fault_at(at) == "dead feed: 404" else kind)
            for at, kind in asked
        ]


def _quarters(articles: list[_Article]) -> tuple[int, ...]:
    counts = [0, 0, 0, 0]
    for each in articles:
        counts[each.at.hour // 6] += 1
    return tuple(counts)


def _lengths(articles: list[_Article], quarter: int) -> tuple[int, float, float]:
    lengths = [each.length for each in articles if each.at.hour // 6 == quarter]
    if not lengths:
        return 0, 0.0, 0.0
    mean = sum(lengths) / len(lengths)
    return len(lengths), mean, (sum((x - mean) ** 2 for x in lengths) / len(lengths)) ** 0.5


def _covered(midnight: datetime, well: list[datetime], now: datetime) -> tuple[float, ...]:
    covered = []
    for quarter in range(4):
        begins = midnight + timedelta(hours=6 * quarter)
        looks = [at for at in well if begins <= at < begins + timedelta(hours=6)]
        is_over = now >= begins + timedelta(hours=6)
        part = 1.0 if is_over else (max(looks, default=begins) - begins) / timedelta(hours=6)
        covered.append(part if looks else 0.0)
    return tuple(covered)


def _spells(looks: list[tuple[datetime, str]]) -> Iterator[Spell]:
    spell: Spell | None = None
    for at, kind in looks:
        if spell and spell.kind == kind:
            spell = Spell(kind, spell.began_at, at, spell.count + 1)
            continue
        if spell:
            yield spell
        spell = Spell(kind, at, at, 1)
    if spell:
        yield spell


def _poisson(dice: random.Random, mean: float) -> int:
    """By Knuth's products, in pieces where the mean is large."""
    count = 0
    while mean > 30:
        count += _poisson(dice, 30)
        mean -= 30
    limit, product = math.exp(-mean), dice.random()
    while product > limit:
        count += 1
        product *= dice.random()
    return count
