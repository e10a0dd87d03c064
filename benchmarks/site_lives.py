"""Invented sites that live for years, day by day, and what befalls them: for benchmarks/bench_health.py.

Rates, weeks, feasts, growth, bursts, wire days, drifting fields, passing outages; known pages looked at again as the
crawler plans it, sources that overlap. Knows no detector.
"""

import math
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

from morgue.health.days import FIELDS, NONE, Counts, Day, SourceDay, Spell
from pipeline.revisits import plan, rhythm

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
    source: int  # that named it first
    number: int = 0  # tells it from others, whatever becomes of it
    lost: frozenset[str] = frozenset()  # what its newest revision lacks already


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
        self._be_looked_at_again()

    def _be_looked_at_again(self) -> None:
        """How known pages and sources look when they are asked again."""
        dice = self.again_dice = random.Random(f"again {self.seed}")
        edits = math.exp(dice.gauss(-1.2, 0.7))  # of what is expected before a site is known
        rates = tuple(rate * edits for rate in rhythm.UNKNOWN.rates)
        price = dice.choice((plan.PRICE, plan.PRICE, 3 * plan.PRICE))  # a budget makes it dearer
        self.ages = _ages(rhythm.Rhythm(rates=rates), price=price, every=self.every)
        self.same_bytes = dice.choice((dice.uniform(0, 0.1), dice.uniform(0.3, 0.9)))  # or a 304
        poorer = (0.0, dice.uniform(0, 0.02), dice.uniform(0, 0.02), dice.uniform(0.02, 0.1))
        self.poorer = dice.choice(poorer)
        count = len(self.sources)
        self.overlaps = [dice.uniform(0, 0.9) for _ in range(count)]  # with what others name first
        self.stirs = [dice.choice((0.0, 0.05, 0.3, 1.0)) for _ in range(count)]  # without news
        self.asked = [dice.choice((1.0, dice.uniform(0.3, 1))) for _ in range(count)]
        self.known: dict[int, list[tuple[datetime, _Article]]] = {}  # looks to come, by day

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
            self._plan_looks(articles)
            looks = _Slots(self._looks_again(day, crawls))
            stirs = _Slots(self._stirs(articles, crawls))
            for hour in (*hours, 24):
                now = midnight + timedelta(hours=hour)
                whole = self._day(day, articles, crawls, now)
                yield now, self._with_looks(whole, looks, stirs, now), hour == 24

    def _plan_looks(self, articles: list[_Article]) -> None:
        """When pages that were believed are looked at again: by the crawler's own plan for one that stays as it is."""
        for article in articles:
            if article.is_doubted:
                continue
            for age in self.ages:
                at = article.at + age
                self.known.setdefault(at.toordinal(), []).append((at, article))

    def _looks_again(
        self, day: date, crawls: list[tuple[datetime, str]]
    ) -> Iterator[tuple[datetime, str]]:
        """The looks of a day whose bytes were new, and what their pages had lost."""
        dice = self.again_dice
        odd = dice.uniform(0.1, 0.5) if dice.random() < 0.01 else 0.0
        share = dice.betavariate(self.poorer * 60 + 0.01, (1 - self.poorer) * 60 + 0.01)
        share = max(share if self.poorer else 0.0005, odd)
        well = [at for at, kind in crawls if not kind]
        due = sorted(self.known.pop(day.toordinal(), ()), key=lambda each: each[0])
        position = 0
        for planned, article in due:
            while position < len(well) and well[position] < planned:
                position += 1
            if position == len(well):
                return  # too late in the day, or the site is not reached: left out
            at = well[position]
            lost = self._loses(article, at)
            has_new_bytes = bool(lost - article.lost) or dice.random() >= self.same_bytes
            if not has_new_bytes:
                continue
            if not lost and dice.random() < share:
                lost = frozenset(("text",))
            if self.fault_at(at) != "block: pages":
                yield at, "again"
                yield from ((at, f"lost {name}") for name in lost - article.lost)
                if lost - article.lost:
                    yield at, "poorer"
            # what is part of the text is a new revision, which is compared with from now on
            article.lost |= lost & {"text", "standfirst"}

    def _loses(self, article: _Article, at: datetime) -> frozenset[str]:
        """What a page that was well has lost by what befalls its site."""
        match self.fault_at(at):
            case "layout: nothing is read":
                return frozenset(("belief",))
            case "layout: some fields are lost":
                return frozenset(self._lost_fields()) & frozenset(article.fields)
            case "layout: bodies are cut":
                return frozenset(("text",)) if not self.fault_at(article.at) else frozenset()
            case "layout: one template of two":
                return frozenset(("belief",)) if article.number % 100 < 55 else frozenset()
        return frozenset()

    def _lost_fields(self) -> list[str]:
        names = ("authors", "published", "standfirst", "section")
        return [name for name in names if self.usual[name] > 0.3][:2]

    def _stirs(
        self, articles: list[_Article], crawls: list[tuple[datetime, str]]
    ) -> Iterator[tuple[datetime, str]]:
        """Of crawls that brought news: each source that was asked, and whether it had changed."""
        dice = self.again_dice
        waiting = sorted(articles, key=lambda each: each.at)
        position = 0
        for at, kind in crawls:
            if kind:
                continue
            named = set()
            first = position
            while position < len(waiting) and waiting[position].at <= at:
                named.add(waiting[position].source)
                position += 1
            if position == first:
                continue
            for source, overlap in enumerate(self.overlaps):
                if dice.random() >= self.asked[source]:
                    continue
                count = position - first
                has_changed = (
                    source in named
                    or dice.random() < 1 - (1 - overlap) ** count
                    or dice.random() < self.stirs[source]
                )
                if source == 0 and self.fault_at(at) == "dead feed: frozen":
                    # one that stamps each answer goes on stamping; one that changes with its site does not
                    has_changed = self.stirs[source] == 1.0 and self.seed % 2 == 0
                if source == 0 and self.fault_at(at) == "dead feed: 404":
                    continue
                yield at, f"asked {source}"
                if has_changed:
                    yield at, f"stirred {source}"

    def _with_looks(self, day: Day, looks: "_Slots", stirs: "_Slots", now: datetime) -> Day:
        lost = {name[5:]: sum(looks.by(name, now)) for name in looks.names if name[:5] == "lost "}
        return replace(
            day,
            again=looks.by("again", now),
            poorer=looks.by("poorer", now),
            lost={name: count for name, count in lost.items() if count},
            sources={
                name: replace(
                    source,
                    asked=stirs.by(f"asked {name}", now),
                    stirred=stirs.by(f"stirred {name}", now),
                )
                for name, source in day.sources.items()
            },
        )

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
        for count in range(_poisson(dice, mean)):
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
                number=number * 7919 + count * 37,
            )
            yield from self._befallen(article)

    def _befallen(self, article: _Article) -> Iterator[_Article]:
        fault = self.fault_at(article.at)
        dice = self.dice
        match fault:
            case "layout: nothing is read":
                article.is_doubted = dice.random() < 0.97
            case "layout: some fields are lost":
                lost = self._lost_fields()
                article.fields = tuple(n for n in article.fields if n not in lost)
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


def _ages(known: rhythm.Rhythm, *, price: float, every: timedelta) -> list[timedelta]:
    """The ages at which the crawler looks again at an article in which it never sees an edit: once a crawl at most."""
    born = datetime(2026, 1, 5, tzinfo=UTC)
    subject = plan.Subject(section="", born_at=born, found_at=born)
    ages = []
    due = plan.next_look(known, subject, now=born, price=price).due_at
    while due is not None:
        at = max(due, born + (ages[-1] if ages else timedelta(0)) + every)
        ages.append(at - born)
        due = plan.next_look(known, subject, now=at, price=price).due_at
    return ages


class _Slots:
    """What happened on a day, counted by three hours."""

    def __init__(self, happened: Iterable[tuple[datetime, str]]) -> None:
        self.names: dict[str, list[int]] = {}
        for at, name in happened:
            self.names.setdefault(name, [0] * 8)[at.hour // 3] += 1

    def by(self, name: str, now: datetime) -> Counts:
        """By quarters of the day, as far as it came."""
        slots = self.names.get(name)
        if slots is None:
            return NONE
        so_far = slots[: now.hour // 3] if now.hour else slots
        so_far = [*so_far, *([0] * (8 - len(so_far)))]
        return tuple(so_far[2 * quarter] + so_far[2 * quarter + 1] for quarter in range(4))


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
