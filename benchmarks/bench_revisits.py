"""Edits caught per look: the learnt schedule of revisits against the fixed ladder, over months of simulated time.

    python benchmarks/bench_revisits.py [--sites 50] [--days 60] [--every 1h] [--lives FILE] [--seed 1]

The sites of `edited_world` are crawled every hour. A look is made in the first crawl in which it is due, as in a real
one, and what is due comes from the functions that crawls use; the learnt schedule learns from its own looks alone, from
nothing. An edit is caught when a look sees its text: of two edits between two looks the first is lost. The first days
are left out of the counts for both, while articles of all ages come to be watched; nothing else is.

Printed: looks, edits caught, edits per 1,000 looks, share of all edits, median and p90 delay, removals noticed
(by the first look after them), and the same with budgets: the day that used most of one, against it.
"""

import argparse
import heapq
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median, quantiles

from edited_world import Newspaper, Written, newspapers, read_lives
from listed_world import Feed

from config import durations
from config.schedule import DEFAULT_REVISIT, Revisit
from config.schedule import next_look as ladder_look
from pipeline.revisits import plan, rhythm
from pipeline.revisits.plan import Subject
from pipeline.revisits.tally import Tally

BEGAN = datetime(2026, 1, 5, tzinfo=UTC)
LADDER = Revisit.model_validate(DEFAULT_REVISIT)
LEARN_EVERY = 6.0
WARM_UP = 14 * 24.0


@dataclass(slots=True)
class Watched:
    """An article as a crawler knows it."""

    written: Written
    found: float
    looked: float
    version: int
    edit_count: int = 0
    edited: float | None = None
    due: float | None = None
    is_missed: bool = False  # in its feed, since its last look
    was_missed: bool = False


@dataclass(slots=True)
class Result:
    """What a schedule came to."""

    looks: int = 0
    caught: int = 0
    edits: int = 0
    delays: list[float] = field(default_factory=list)
    removal_delays: list[float] = field(default_factory=list)
    removals: int = 0
    by_day: Counter[int] = field(default_factory=Counter)
    fullest: float = 0.0  # of any site's days, its looks against its budget
    for_misses: int = 0  # looks at articles that were missed in their feed, and found nothing gone
    listed_delays: list[float] = field(default_factory=list)  # of removals of what the feed listed

    def add(self, other: "Result") -> None:
        self.looks += other.looks
        self.caught += other.caught
        self.edits += other.edits
        self.removals += other.removals
        self.delays += other.delays
        self.removal_delays += other.removal_delays
        self.for_misses += other.for_misses
        self.listed_delays += other.listed_delays
        self.fullest = max(self.fullest, other.fullest)


class Ladder:
    """The fixed steps."""

    def begin(self, hour: float) -> None:
        pass

    def meet(self, seen: Watched) -> None:
        pass

    def looked(self, seen: Watched, hour: float, *, has_changed: bool) -> None:
        pass

    def next(self, seen: Watched, hour: float) -> float | None:
        due = ladder_look(LADDER, first_seen=_moment(seen.written.at), now=_moment(hour))
        return _hour(due) if due else None


class Learnt:
    """The schedule of `pipeline.revisits`, from what its own looks told."""

    def __init__(self, *, price: float | None = None, looks_a_day: float | None = None) -> None:
        self.tally = Tally()
        self.rhythm = rhythm.UNKNOWN
        self.price = price or plan.PRICE
        self.looks_a_day = looks_a_day
        self.learnt = self.passed = 0.0

    def begin(self, hour: float) -> None:
        if hour - self.learnt < LEARN_EVERY:
            return
        self.tally.pass_time((hour - self.passed) * 3600)
        self.learnt = self.passed = hour
        self.rhythm = rhythm.learn(self.tally)
        if self.looks_a_day is not None:
            self.price = plan.price_for(self.rhythm, looks_a_day=self.looks_a_day)

    def meet(self, seen: Watched) -> None:
        self.tally.meet(seen.written.section)

    def looked(self, seen: Watched, hour: float, *, has_changed: bool) -> None:
        at = seen.written.at
        self.tally.look(
            seen.written.section, start=seen.looked - at, end=hour - at, has_changed=has_changed
        )

    def next(self, seen: Watched, hour: float) -> float | None:
        written = seen.written
        subject = Subject(
            section=written.section,
            born_at=_moment(written.at),
            found_at=_moment(seen.found),
            edit_count=seen.edit_count,
            edited_at=_moment(seen.edited) if seen.edited is not None else None,
            is_live=written.is_live,
        )
        found = plan.next_look(self.rhythm, subject, now=_moment(hour), price=self.price)
        return _hour(found.due_at) if found.due_at else None


def _moment(hour: float) -> datetime:
    return BEGAN + timedelta(hours=hour)


def _hour(moment: datetime) -> float:
    return (moment - BEGAN) / timedelta(hours=1)


def run(
    paper: Newspaper,
    schedule: Ladder | Learnt,
    *,
    days: int,
    every: float,
    budget: float | None = None,
    feed: Feed | None = None,
) -> Result:
    """One site, crawled by a schedule.

    `budget`: looks at known articles in a day at most; `feed`: what is missed in it is looked at.
    """
    result = Result()
    waiting: list[tuple[float, int]] = []
    known: dict[int, Watched] = {}
    coming = iter(paper.articles)
    article = next(coming, None)
    used: list[tuple[float, int]] = []
    hour = 0.0
    while hour < days * 24:
        schedule.begin(hour)
        while article is not None and article.at <= hour:
            seen = Watched(article, hour, hour, article.version_at(hour))
            known[article.number] = seen
            schedule.meet(seen)
            _again(waiting, seen, schedule.next(seen, hour))
            article = next(coming, None)
        for number in feed.ask(hour, every=every) if feed else ():
            _miss(waiting, known[number], hour)
        due = []
        while waiting and waiting[0][0] <= hour:
            at, number = heapq.heappop(waiting)
            if known[number].due == at:
                known[number].due = None
                due.append(known[number])
        due.sort(  # as links.due_links
            key=lambda seen: (not seen.is_missed, -max(seen.written.at, seen.edited or 0.0))
        )
        left = len(due)
        if budget is not None:
            used = [each for each in used if each[0] > hour - 24]
            left = max(int(budget) - sum(count for _, count in used), 0)
        for seen in due[left:]:
            seen.due = hour
            heapq.heappush(waiting, (hour, seen.written.number))
        for seen in due[:left]:
            _look(seen, hour, schedule, result, feed)
            _again(waiting, seen, schedule.next(seen, hour))
        used.append((hour, len(due[:left])))
        result.by_day[int(hour // 24)] += len(due[:left])
        hour += every
    _count(paper, result, days=days, budget=budget)
    return result


def _again(waiting: list[tuple[float, int]], seen: Watched, due: float | None) -> None:
    removed = seen.written.removed_at
    if due is not None and (removed is None or seen.looked < removed):
        seen.due = due
        heapq.heappush(waiting, (due, seen.written.number))


def _miss(waiting: list[tuple[float, int]], seen: Watched, hour: float) -> None:
    """An article is missed in its feed: it is due, once, unless it is known to be gone."""
    removed = seen.written.removed_at
    if seen.was_missed or (removed is not None and seen.looked >= removed):
        return
    seen.was_missed = seen.is_missed = True
    if seen.due is None or seen.due > hour:
        seen.due = hour
        heapq.heappush(waiting, (hour, seen.written.number))


def _look(
    seen: Watched, hour: float, schedule: Ladder | Learnt, result: Result, feed: Feed | None
) -> None:
    written = seen.written
    counts = hour >= WARM_UP
    result.looks += counts
    is_missed, seen.is_missed = seen.is_missed, False
    if written.removed_at is not None and hour >= written.removed_at:
        seen.looked = hour  # suspected; what confirms it is the same for both, and left out
        if written.removed_at >= WARM_UP:
            result.removal_delays.append(hour - written.removed_at)
            if feed is not None and feed.lists_at(written, written.removed_at):
                result.listed_delays.append(hour - written.removed_at)
        return
    result.for_misses += is_missed and counts
    version = written.version_at(hour)
    has_changed = version != seen.version
    schedule.looked(seen, hour, has_changed=has_changed)
    if has_changed:
        if counts:
            result.caught += 1
            result.delays.append(hour - written.edits[version - 1])
        seen.version, seen.edited = version, hour
        seen.edit_count += 1
    seen.looked = hour


def _count(paper: Newspaper, result: Result, *, days: int, budget: float | None) -> None:
    end = days * 24
    for article in paper.articles:
        until = article.removed_at or end
        result.edits += sum(WARM_UP <= at < min(until, end) for at in article.edits)
        result.removals += article.removed_at is not None and WARM_UP <= until < end
    if budget:
        whole = [count for day, count in result.by_day.items() if day >= 14]
        result.fullest = max(whole, default=0) / budget


def _print(name: str, result: Result) -> None:
    tenth = quantiles(result.delays, n=10)[8] if len(result.delays) > 1 else float("nan")
    full = f"{result.fullest:6.0%}" if result.fullest else "     -"
    print(
        f"{name:34} {result.looks:9,} {result.caught:8,} {1000 * result.caught / max(result.looks, 1):8.1f}"
        f" {result.caught / max(result.edits, 1):7.1%} {median(result.delays):7.2f} {tenth:7.2f}"
        f" {len(result.removal_delays) / max(result.removals, 1):7.1%}"
        f" {median(result.removal_delays or [float('nan')]):7.1f} {full}",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--sites", type=int, default=50)
    parser.add_argument("--days", type=int, default=60)
    parser.add_argument("--every", type=durations.parse, default="1h")
    parser.add_argument(
        "--lives", type=Path, help="headline_lives.jsonl.gz: edits as real ones came"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--prices", type=float, nargs="*", default=[])
    options = parser.parse_args()
    lives = read_lives(options.lives) if options.lives else None
    papers = newspapers(count=options.sites, days=options.days, seed=options.seed, lives=lives)
    every = options.every / timedelta(hours=1)
    days = options.days
    print(
        f"{options.sites} sites, {sum(len(each.articles) for each in papers):,} articles, {days} days,"
        f" crawled every {durations.spell(options.every)}, seed {options.seed}"
    )
    print(
        f"{'':34} {'looks':>9} {'caught':>8} {'per 1000':>8} {'share':>7} {'median':>7} {'p90 h':>7}"
        f" {'gone':>7} {'after h':>7} {'budget':>6}"
    )
    began = time.process_time()
    ladders = [run(paper, Ladder(), days=days, every=every) for paper in papers]
    ladder = _sum(ladders)
    _print("ladder", ladder)
    rows: dict[str, Result] = {}
    for price in (None, *options.prices):
        name = f"learnt, price {price or plan.PRICE:g}"
        rows[name] = _sum(run(p, Learnt(price=price), days=days, every=every) for p in papers)
        _print(name, rows[name])
    for share in (0.25, 0.1):
        results, cut = [], []
        for paper, own in zip(papers, ladders, strict=True):
            budget = max(share * own.looks / (days - 14), 1.0)
            schedule = Learnt(looks_a_day=budget)
            results.append(run(paper, schedule, days=days, every=every, budget=budget))
            cut.append(run(paper, Ladder(), days=days, every=every, budget=budget))
        _print(f"learnt, budget {share:.0%} of the ladder's", _sum(results))
        _print(f"ladder, budget {share:.0%} of its own", _sum(cut))
    first = rows[f"learnt, price {plan.PRICE:g}"]
    ratio = (first.caught / first.looks) / (ladder.caught / ladder.looks)
    print(
        f"edits per look, learnt against ladder: {ratio:.2f} (goal 2);"
        f" edits caught: {first.caught / ladder.caught:.1%} of the ladder's with"
        f" {first.looks / ladder.looks:.1%} of its looks; {time.process_time() - began:.0f} s CPU"
    )


def _sum(results: "list[Result] | object") -> Result:
    total = Result()
    for each in results:  # type: ignore[attr-defined]
        total.add(each)
    return total


if __name__ == "__main__":
    main()
