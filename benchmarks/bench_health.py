"""How soon broken sites are named, and how often well ones are: years of invented sites through the detectors.

    python -m benchmarks.bench_health [--sites 50] [--days 365] [--real FILE]

Half of the sites live undisturbed; to all, faults of each kind happen one after the other in a second life. Prints
the share of faults that were named within a day, by kind and by how much the sites publish, and false findings a
site and year. With --real, real daily counts (the headlines of benchmarks/README.md) are watched for silence too.
"""

import argparse
import gzip
import json
import random
import time
from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from benchmarks.site_lives import FAULTS, Life
from morgue.health.days import Day
from morgue.health.watch import SiteWatch

BEGAN = date(2025, 1, 6)
HOURS = (3, 6, 9, 12, 15, 18, 21)
NAMES = {
    "layout": {"layout"},
    "dead feed": {"dead_feed"},
    "block": {"blocked"},
    "certificate": {"certificate"},
    "dns": {"dns"},
}
AFTERMATH = timedelta(days=4)
"""In which a finding is the fault's, still."""


class Result:
    """What a life came to."""

    def __init__(self, life: Life) -> None:
        self.life = life
        self.false: list[tuple[datetime, str, str]] = []
        self.named: dict[int, timedelta] = {}

    def hear(self, now: datetime, kinds: dict[str, str], new: set[str]) -> None:
        """What is named now."""
        active = None
        for number, fault in enumerate(self.life.faults):
            if fault.began_at <= now < fault.ended_at + AFTERMATH:
                active = number
                expected = NAMES[fault.name.partition(":")[0]]
                if number not in self.named and any(k.partition(" ")[0] in expected for k in kinds):
                    self.named[number] = now - fault.began_at
        if active is None:
            self.false += [(now, kind, kinds[kind]) for kind in new]


def watch(life: Life) -> Result:
    result = Result(life)
    site = SiteWatch(f"site-{life.seed}")
    before: set[str] = set()
    for now, day, is_whole in life.live(HOURS):
        found = {f"{each.kind} {each.part}".strip(): each.words for each in site.findings(day)}
        result.hear(now, found, set(found) - before)
        before = set(found)
        if is_whole:
            site.learn(day)
    return result


def rate_class(rate: float) -> str:
    return "under 15 a day" if rate < 15 else "15-50 a day" if rate < 50 else "50-250 a day"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--sites", type=int, default=50)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--misses", action="store_true", help="list the faults named late or never")
    parser.add_argument("--faults-only", action="store_true", help="leave the undisturbed out")
    parser.add_argument("--real", type=Path, help="headline lives, as in ../shared/data")
    args = parser.parse_args()
    began = time.process_time()
    if not args.faults_only:
        quiet = [watch(Life(args.seed * 1000 + n, BEGAN, args.days)) for n in range(args.sites)]
        print(
            f"undisturbed: {args.sites} sites for {args.days} days, looked at {len(HOURS) + 1} times a day"
        )
        _print_false(quiet, args.days)
    faulty = []
    for n in range(args.sites):
        life = Life(args.seed * 1000 + n, BEGAN, args.days)
        life.plan(first=60, gap=28)
        faulty.append(watch(life))
    print(f"\nwith faults: {sum(len(r.life.faults) for r in faulty)} of them")
    _print_false(faulty, args.days)
    _print_named(faulty)
    if args.misses:
        _print_misses(faulty)
    if args.real:
        _print_real(args.real)
    print(f"\n{time.process_time() - began:.0f} s CPU", flush=True)


def _print_false(results: list[Result], days: int) -> None:
    years = len(results) * days / 365
    false = [each for result in results for each in result.false]
    print(
        f"  false findings: {len(false)}, {len(false) / years:.2f} a site and year (goal: at most 1)"
    )
    for kind, count in Counter(kind.partition(" ")[0] for _, kind, _ in false).most_common():
        example = next(
            (r.life.seed, *each) for r in results for each in r.false if each[1].startswith(kind)
        )
        print(f"    {count:4} {kind}: {example}")
    worst = max(len(result.false) for result in results)
    print(f"  the site with most: {worst}")


def _rate(life: Life, fault: str) -> float:
    """How much a day speaks: of a source that is frozen, only its own links do."""
    return life.rate * life.sources[0] if fault.endswith("frozen") else life.rate


def _print_named(results: list[Result]) -> None:
    table: dict[str, dict[str, list[timedelta | None]]] = defaultdict(lambda: defaultdict(list))
    for result in results:
        for number, fault in enumerate(result.life.faults):
            table[fault.name][rate_class(_rate(result.life, fault.name))].append(
                result.named.get(number)
            )
    classes = ("under 15 a day", "15-50 a day", "50-250 a day")
    print(f"\n{'named within a day':32}{'all':>14}" + "".join(f"{each:>16}" for each in classes))
    groups = {"layout": "layout", "all": ""}
    for name in (*FAULTS, *groups):
        start = groups.get(name, name)
        cells = []
        for which in (None, *classes):
            delays = [
                delay
                for fault, by_class in table.items()
                if fault.startswith(start)
                for klass, found in by_class.items()
                if which in (None, klass)
                for delay in found
            ]
            soon = sum(d is not None and d <= timedelta(days=1) for d in delays)
            cells.append(f"{soon / len(delays):6.1%} of {len(delays)}" if delays else "-")
        print(f"{name:32}{cells[0]:>14}" + "".join(f"{each:>16}" for each in cells[1:]))
    delays = sorted(d for r in results for d in r.named.values())
    print(f"median delay {delays[len(delays) // 2]}" if delays else "none was named")


def _print_misses(results: list[Result]) -> None:
    for result in results:
        for number, fault in enumerate(result.life.faults):
            delay = result.named.get(number)
            if delay is None or delay > timedelta(days=1):
                print(
                    result.life.seed,
                    f"{result.life.rate:.0f} a day",
                    fault.name,
                    fault.began_at,
                    delay,
                )


def _print_real(path: Path) -> None:
    """A year of a real front page, each day as it was; then each of its days cut off at noon."""
    counts: dict[date, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            at = datetime.fromisoformat(json.loads(line)["at"])
            counts[at.date()][at.hour // 6] += 1
    site = SiteWatch("real")
    false = caught = tried = 0
    days = sorted(counts)[1:-1]
    dice = random.Random(1)
    for number, day in enumerate(days):
        whole = Day(day=day, articles=tuple(counts[day]), covered=(1.0,) * 4)
        if number >= 60 and dice.random() < 0.25:
            tried += 1
            other = SiteWatch("real", json.loads(json.dumps(site.kept())))
            cut = Day(day=day, articles=(*whole.articles[:2], 0, 0), covered=(1.0,) * 4)
            other.learn(cut)
            morrow = Day(day=day + timedelta(days=1), covered=(1.0, 1.0, 0.0, 0.0))
            caught += any(each.kind == "quiet" for each in other.findings(morrow))
        false += any(each.kind == "quiet" for each in site.findings(whole))
        site.learn(whole)
    mean = sum(sum(each) for each in counts.values()) / len(counts)
    print(
        f"\na real front page, {len(days)} days of {mean:.0f} headlines: {false} false findings of silence;"
        f" silent from noon on, named by the next noon: {caught} of {tried}"
    )


if __name__ == "__main__":
    assert BEGAN.weekday() == 0
    assert datetime.combine(BEGAN, datetime.min.time(), UTC)
    main()
