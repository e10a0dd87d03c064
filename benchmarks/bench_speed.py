"""How fast pages are read with every field, on one core, beside trafilatura with its metadata in the same run.

    python benchmarks/bench_speed.py ../shared/corpora [--sample 300] [--pages 10000] [--alone]

The pages are real, chosen always the same, with a mean size of 215 KB. Both read each page in turn, so that whatever
else the machine does slows both. Times are CPU seconds of one process. Then a process of its own reads --pages pages
(0: none), each with words that no page before it had, and says how its memory grows.
"""

import argparse
import multiprocessing
import statistics
import time
from multiprocessing.connection import Connection
from pathlib import Path

import readers
from corpora import RealPage, of_mean_size

from pipeline import cycles

MEAN_SIZE = 215_000
GOAL_RATE = 100.0  # pages a second
GOAL_WORST_S = 1.0
GOAL_GROWTH = 0.05  # of resident memory, from the first thousand pages to the last
STOPS = (1_000, 2_000, 5_000, 10_000)


def main() -> None:
    """Measure and print."""
    arguments = _arguments()
    cycles.look_seldom()  # as the processes do that read pages
    chosen = of_mean_size(arguments.corpora, mean=MEAN_SIZE, count=arguments.sample)
    sizes = sorted(len(page.body) / 1000 for page in chosen)
    print(
        f"{len(sizes)} real pages: mean {statistics.fmean(sizes):.1f} KB, median "
        f"{statistics.median(sizes):.1f}, largest {sizes[-1]:.0f}; every field, one core, CPU time"
    )
    times = _times(chosen, is_alone=arguments.alone)
    print(f"{'':14}{'pages/s':>9}{'ms/page':>9}{'median':>9}{'99 %':>9}{'worst':>9}")
    for name, taken in times.items():
        print(_line(name, taken))
    if "trafilatura" in times:
        ratio = sum(times["trafilatura"]) / sum(times["morgue"])
        print(f"{'ratio':14}{ratio:9.1f}")
    rate, worst = len(sizes) / sum(times["morgue"]), max(times["morgue"])
    print(f"{'goal':14}{GOAL_RATE:9.1f} {_met(rate >= GOAL_RATE)}", end="; ")
    print(f"worst page {1000 * GOAL_WORST_S:.0f} ms {_met(worst <= GOAL_WORST_S)}", flush=True)
    if arguments.pages:
        _print_memory(chosen, arguments.pages)


def _times(chosen: list[RealPage], *, is_alone: bool) -> dict[str, list[float]]:
    """CPU seconds of each page, by reader."""
    named: dict[str, readers.Reader] = {"morgue": readers.morgue}
    if not is_alone:
        named |= readers.installed(["trafilatura"])
    times: dict[str, list[float]] = {name: [] for name in named}
    for page in chosen[:5]:  # start-up is not what is measured
        for read in named.values():
            read(page.row, page.body)
    for page in chosen:
        for name, read in named.items():
            began = time.process_time()
            read(page.row, page.body)
            times[name].append(time.process_time() - began)
    return times


def _line(name: str, times: list[float]) -> str:
    in_order = sorted(1000 * taken for taken in times)
    figures = (
        1000 * len(in_order) / sum(in_order),
        statistics.fmean(in_order),
        statistics.median(in_order),
        in_order[int(0.99 * (len(in_order) - 1))],
        in_order[-1],
    )
    return f"{name:14}" + "".join(f"{figure:9.1f}" for figure in figures)


def _met(is_met: bool) -> str:  # noqa: FBT001  a word for a truth
    return "met" if is_met else "missed"


def _print_memory(chosen: list[RealPage], pages: int) -> None:
    receiver, sender = multiprocessing.Pipe(duplex=False)
    child = multiprocessing.get_context("spawn").Process(
        target=_read_many, args=(chosen, pages, sender)
    )
    child.start()
    sender.close()  # the child's end is then the last, and its closing the end
    seen: list[float] = []
    while True:
        try:
            count, resident, peak, seconds = receiver.recv()
        except EOFError:
            break
        seen.append(resident)
        print(
            f"memory after {count:6,} pages: {resident:6.1f} MB, peak {peak:6.1f} MB ({seconds:.0f} s)",
            flush=True,
        )
    child.join()
    if child.exitcode != 0 or not seen:
        raise SystemExit(f"the reading process died: exit code {child.exitcode}")
    growth = seen[-1] / seen[0] - 1
    print(f"memory grew by {growth:+.1%}, goal {GOAL_GROWTH:.0%} {_met(growth <= GOAL_GROWTH)}")


def _read_many(chosen: list[RealPage], pages: int, told: Connection) -> None:
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # forget the peak of the start
    cycles.look_seldom()
    began = time.monotonic()
    for number in range(1, pages + 1):
        page = chosen[number % len(chosen)]
        # new words, so that a cache which keeps every text that it ever saw is seen to grow
        body = page.body.replace(b"</p>", b" n%dx</p>" % number, 50)
        readers.morgue({**page.row, "url": f"{page.url.partition('?')[0]}?n={number}"}, body)
        if number in STOPS or number == pages:
            told.send((number, *_resident_mb(), time.monotonic() - began))


def _resident_mb() -> tuple[float, float]:
    """Resident memory of this process now and at its peak."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    sizes = {line.partition(":")[0]: line.split()[1] for line in lines if line.startswith("Vm")}
    return int(sizes["VmRSS"]) / 1024, int(sizes["VmHWM"]) / 1024


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("corpora", type=Path, help="the folder with truth/, pages/ and score.py")
    parser.add_argument("--sample", type=int, default=300, help="pages that are timed")
    parser.add_argument("--pages", type=int, default=10_000, help="pages read for the memory")
    parser.add_argument("--alone", action="store_true", help="without trafilatura")
    return parser.parse_args()


if __name__ == "__main__":
    main()
