"""How soon removals are found: by the ladder, by learnt revisits, and by these with articles that their feed misses.

    python benchmarks/bench_removals.py [--sites 50] [--days 60] [--lengths 30 100 300] [--drops 1.0] [--learnt-only]

The world and the schedules of `bench_revisits`. Each site has a feed of its newest articles, asked in hourly crawls
when `crawler.pace` has it due; removed articles leave it (a share of them: `--drops`), and so do those that get a new
address (2.59 %, which costs a look for nothing). The last row has a front page instead, on which an article stays for
2 to 48 hours as an editor likes. What is missed is told by the functions that crawls use.

Printed: looks a site makes in a day, those made for a miss that found nothing gone, removals noticed, the median and
slowest tenth of their delays, and the same for those that the feed listed when they were removed; edits caught.
"""

import argparse
from statistics import median, quantiles

from bench_revisits import WARM_UP, Ladder, Learnt, Result, run
from edited_world import newspapers
from listed_world import Feed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--sites", type=int, default=50)
    parser.add_argument("--days", type=int, default=60)
    parser.add_argument("--lengths", type=int, nargs="*", default=[30, 100, 300])
    parser.add_argument("--drops", type=float, default=1.0)
    parser.add_argument("--learnt-only", action="store_true", help="leave the ladder out")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    papers = newspapers(count=options.sites, days=options.days, seed=options.seed)
    print(
        f"{options.sites} sites, {sum(len(each.articles) for each in papers):,} articles, {options.days} days,"
        f" {options.drops:.0%} of what is removed leaves the feed, seed {options.seed}"
    )
    print(
        f"{'':30} {'looks a day':>11} {'in vain':>8} {'noticed':>8} {'median h':>8} {'p90 h':>7}"
        f" {'listed':>7} {'median h':>8} {'p90 h':>7} {'edits':>7}"
    )
    site_days = options.sites * (options.days - WARM_UP / 24)
    rows: list[tuple[str, type[Ladder | Learnt], int, bool]] = [
        (f"{name}, feed of {length}" if length else name, schedule, length, False)
        for name, schedule in (("ladder", Ladder), ("learnt", Learnt))
        for length in (0, *options.lengths)
    ]
    rows.append(("learnt, front page of 60", Learnt, 60, True))
    for label, schedule, length, is_front in rows:
        if options.learnt_only and schedule is Ladder:
            continue
        total = Result()
        for paper in papers:
            feed = Feed(paper, length, options.drops, is_front) if length else None
            total.add(run(paper, schedule(), days=options.days, every=1.0, feed=feed))
        print(_line(label, total, site_days=site_days), flush=True)


def _line(name: str, result: Result, *, site_days: float) -> str:
    middle, tenth = _delays(result.removal_delays)
    listed, listed_tenth = _delays(result.listed_delays)
    return (
        f"{name:30} {result.looks / site_days:11.1f} {result.for_misses / site_days:8.2f}"
        f" {len(result.removal_delays) / max(result.removals, 1):8.1%} {middle:8.1f} {tenth:7.1f}"
        f" {len(result.listed_delays) / max(len(result.removal_delays), 1):7.1%} {listed:8.1f} {listed_tenth:7.1f}"
        f" {result.caught / max(result.edits, 1):7.1%}"
    )


def _delays(hours: list[float]) -> tuple[float, float]:
    if len(hours) < 2:
        return float("nan"), float("nan")
    return median(hours), quantiles(hours, n=10)[8]


if __name__ == "__main__":
    main()
