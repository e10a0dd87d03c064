"""Reads mutated pages until one makes the reader fail: raise, hang, grow, or say what cannot be written down.

    python benchmarks/fuzz_extraction.py --pages 1000000 --seed 1 --jobs 2 --minutes 600 [--corpora ../shared/corpora]
    python benchmarks/fuzz_extraction.py --monsters
    python benchmarks/fuzz_extraction.py --replay build/fuzz/1-4711.html [--reduce]

A page is the mutation number N of a seed: the same numbers give the same bytes, so a failure is named by two numbers.
It starts from fictional pages (of the bundled newsroom), or from real ones with --corpora. What failed and the slowest
pages are written to --out for replay; --reduce writes the smallest page that still fails as the given one does. A page
of up to 2 MB may take --limit-s CPU seconds, a larger one ten times as long; a process may grow to --memory-mb.
Exit code 1 where anything failed. With atheris installed, --atheris lets coverage choose the mutations instead.
"""

import argparse
import gzip
import random
import resource
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import measure

from config.site import ad_hoc_site
from morgue.reading_processes import Lost, in_order
from pipeline.reading import Reading
from tests.hostile.monsters import MONSTERS
from tests.hostile.mutations import mutated
from tests.hostile.promises import FETCHED_AT, URL, broken_promise, fictional_pages

ORDINARY = 2_000_000  # bytes
SLACK = 10  # for pages that are larger
HARD_LIMIT_S = 30.0
TWICE = 50  # every so many pages one is read again
SHOWN = 10
_MOST_REAL = 150


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one page."""

    name: str
    mutation: str
    size: int
    seconds: float
    peak_mb: float  # of the process, so far
    verdict: str
    failure: str | None = None


@dataclass(slots=True)
class Fuzz:
    """Makes a page by its number (or name) and reads it, in a process that may hang or die."""

    seed: int
    limit_s: float
    memory_mb: int
    corpora: Path | None
    _pages: list[bytes] = field(default_factory=list)

    def prepare(self) -> None:
        """Have the pages that mutations begin with, and a limit on memory."""
        self._pages = [*fictional_pages(), *(_real(self.corpora) if self.corpora else ())]
        self._read(self._pages[0])
        size = self.memory_mb * 1024**2
        resource.setrlimit(resource.RLIMIT_AS, (size, size))

    def page(self, name: str) -> tuple[bytes, str]:
        """The page of that name, and what is wrong with it."""
        if name.isdigit():
            return mutated(self._pages, random.Random(f"{self.seed}:{name}"))
        return MONSTERS[name](), name

    def __call__(self, name: str) -> Outcome:
        """Make and read one page."""
        page, mutation = self.page(name)
        return self.judge(page, name=name, mutation=mutation)

    def judge(self, page: bytes, *, name: str, mutation: str) -> Outcome:
        """Read a page and say what is wrong with the reading."""
        began = time.process_time()
        try:
            reading = self._read(page)
        except Exception as error:  # noqa: BLE001  the very thing that is looked for
            seconds = time.process_time() - began
            words = f"raised {type(error).__name__}: {error}"
            return Outcome(
                name, mutation, len(page), seconds, measure.own_peak_mb(), "raised", words[:300]
            )
        seconds = time.process_time() - began
        verdict = reading.reason.value if reading.reason else reading.verdict.value
        failure = broken_promise(reading) or self._late(page, seconds)
        if (
            failure is None
            and name.isdigit()
            and int(name) % TWICE == 0
            and self._read(page) != reading
        ):
            failure = "read otherwise the second time"
        return Outcome(name, mutation, len(page), seconds, measure.own_peak_mb(), verdict, failure)

    def _late(self, page: bytes, seconds: float) -> str | None:
        limit = self.limit_s * (1 if len(page) <= ORDINARY else SLACK)
        return f"took {seconds:.1f} s, more than {limit:g}" if seconds > limit else None

    @staticmethod
    def _read(page: bytes) -> Reading:
        from pipeline import read  # noqa: PLC0415

        return read.read(page, url=URL, site=ad_hoc_site(URL), fetched_at=FETCHED_AT)


def _real(corpora: Path) -> Iterator[bytes]:
    """Real pages of ordinary size, always the same ones."""
    files = sorted(corpora.glob("pages/*/*.html.gz"), key=lambda file: file.name[::-1])
    taken = 0
    for file in files:
        page = gzip.decompress(file.read_bytes())
        if 2_000 < len(page) < 400_000:
            yield page
            taken += 1
        if taken == _MOST_REAL:
            return


# --- running ---------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Tally:
    """What was seen so far."""

    began: float = field(default_factory=time.monotonic)
    verdicts: Counter[str] = field(default_factory=Counter)
    cpu_s: float = 0.0
    peak_mb: float = 0.0
    slowest: list[Outcome] = field(default_factory=list)
    failures: list[Outcome] = field(default_factory=list)

    def add(self, outcome: Outcome) -> None:
        self.verdicts[outcome.verdict] += 1
        self.cpu_s += outcome.seconds
        self.peak_mb = max(self.peak_mb, outcome.peak_mb)
        self.slowest = sorted([*self.slowest, outcome], key=lambda each: -each.seconds)[:SHOWN]
        if outcome.failure:
            self.failures.append(outcome)
            print(f"FAILED {_line(outcome)}: {outcome.failure}", flush=True)

    def report(self) -> None:
        count = self.verdicts.total()
        took = time.monotonic() - self.began
        print(
            f"{count:,} pages in {took:.0f} s, {1000 * self.cpu_s / max(count, 1):.1f} CPU-ms a page"
        )
        print(f"peak of a process {self.peak_mb:.0f} MB")
        print(", ".join(f"{name} {number:,}" for name, number in self.verdicts.most_common()))
        print("slowest:")
        for outcome in self.slowest:
            print(f"  {outcome.seconds:6.2f} s  {_line(outcome)}")
        print(f"failures: {len(self.failures)}")


def _line(outcome: Outcome) -> str:
    return f"{outcome.name} ({outcome.mutation}; {outcome.size:,} bytes, {outcome.verdict})"


def _run(fuzz: Fuzz, names: Iterator[str], arguments: argparse.Namespace) -> Tally:
    tally = Tally()
    for number, result in enumerate(
        in_order(fuzz, names, jobs=arguments.jobs, timeout_s=HARD_LIMIT_S)
    ):
        if isinstance(result, Lost):
            tally.add(Outcome(result.task, "", 0, 0.0, 0.0, result.reason, result.detail))
        else:
            tally.add(result)
        if (number + 1) % 5_000 == 0:
            rate = (number + 1) / (time.monotonic() - tally.began)
            print(f"{number + 1:,} pages, {rate:.0f}/s, {len(tally.failures)} failures", flush=True)
    return tally


def _numbers(arguments: argparse.Namespace) -> Iterator[str]:
    end = time.monotonic() + 60 * arguments.minutes
    for number in range(arguments.first, arguments.first + arguments.pages):
        if time.monotonic() > end:
            print(f"stopped at {number:,}: the time was up; go on with --first {number}")
            return
        yield str(number)


def _keep(fuzz: Fuzz, outcomes: Sequence[Outcome], folder: Path) -> None:
    """Write pages for replay."""
    if not outcomes:
        return
    folder.mkdir(parents=True, exist_ok=True)
    fuzz.prepare()
    for outcome in outcomes:
        page, _ = fuzz.page(outcome.name)
        (folder / f"{fuzz.seed}-{outcome.name.replace(' ', '-')}.html").write_bytes(page)
    print(f"written to {folder}")


def _replay(fuzz: Fuzz, files: Sequence[Path], *, is_reduced: bool) -> int:
    fuzz.prepare()
    worst = 0
    for file in files:
        page = file.read_bytes()
        outcome = fuzz.judge(page, name=file.name, mutation="replayed")
        print(f"{outcome.seconds:6.2f} s  {_line(outcome)}: {outcome.failure or 'in order'}")
        if not outcome.failure:
            continue
        worst = 1
        if is_reduced:
            small = _reduced(fuzz, page, outcome)
            target = file.with_suffix(".small.html")
            target.write_bytes(small)
            print(f"{len(small):,} bytes in {target}")
    return worst


def _reduced(fuzz: Fuzz, page: bytes, outcome: Outcome) -> bytes:
    """The smallest page found that fails alike: parts are left out as long as it still does."""
    kind = (outcome.failure or "")[:25]

    def fails(candidate: bytes) -> bool:
        again = fuzz.judge(candidate, name=outcome.name, mutation="")
        if kind.startswith("took"):
            return again.seconds > outcome.seconds / 2
        return (again.failure or "").startswith(kind)

    size = len(page) // 2
    while size:
        at = 0
        while at < len(page):
            candidate = page[:at] + page[at + size :]
            if fails(candidate):
                page = candidate
            else:
                at += size
        size //= 2
    return page


def _with_atheris(fuzz: Fuzz) -> None:
    import atheris  # noqa: PLC0415  no dependency of ours

    with atheris.instrument_imports(include=["pipeline"]):
        pass

    fuzz.prepare()

    def one(data: bytes) -> None:
        outcome = fuzz.judge(data, name="atheris", mutation="")
        if outcome.failure:
            raise RuntimeError(outcome.failure)

    corpus = Path("build/fuzz/atheris")
    corpus.mkdir(parents=True, exist_ok=True)
    for number, page in enumerate(fictional_pages()):
        (corpus / f"seed-{number}.html").write_bytes(page)
    atheris.Setup([sys.argv[0], str(corpus), "-max_len=300000", "-timeout=10"], one)
    atheris.Fuzz()


def main() -> int:
    """Run what the command line asks for."""
    arguments = _arguments()
    fuzz = Fuzz(arguments.seed, arguments.limit_s, arguments.memory_mb, arguments.corpora)
    if arguments.replay:
        return _replay(fuzz, arguments.replay, is_reduced=arguments.reduce)
    if arguments.atheris:
        _with_atheris(fuzz)
        return 0
    names = iter(MONSTERS) if arguments.monsters else _numbers(arguments)
    tally = _run(fuzz, names, arguments)
    tally.report()
    _keep(fuzz, [*tally.failures[:100], *tally.slowest], arguments.out)
    return 1 if tally.failures else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pages", type=int, default=10_000, help="how many")
    parser.add_argument("--first", type=int, default=0, help="the number of the first")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--minutes", type=float, default=60.0, help="after which it ends")
    parser.add_argument("--limit-s", type=float, default=1.0, help="CPU seconds of one page")
    parser.add_argument("--memory-mb", type=int, default=4_000, help="address space of a process")
    parser.add_argument("--corpora", type=Path, help="mutate real pages too")
    parser.add_argument("--out", type=Path, default=Path("build/fuzz"))
    parser.add_argument("--monsters", action="store_true", help="the single large pages")
    parser.add_argument("--replay", type=Path, nargs="+", metavar="FILE")
    parser.add_argument("--reduce", action="store_true", help="of what is replayed")
    parser.add_argument("--atheris", action="store_true", help="let coverage choose")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
