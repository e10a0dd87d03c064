"""How fast are kept pages read again, beside the extractor alone in as many processes?

    python benchmarks/bench_reextract.py CORPORA [--pages 400] [--jobs N] [--rounds 3]

Real pages are archived, one article each, in a SQLite archive of their own; then they are read again as by
`morgue reextract`: bodies decoded from the archive, articles settled, rows written. The extractor alone reads the same
bytes in the same number of processes and throws away what it read. Both by turns, `rounds` times; medians are told.
On a machine that does other things besides the CPU time says more than the clock.
"""

import argparse
import os
import resource
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from corpora import of_mean_size
from sqlalchemy import update

from config.clock import SystemClock
from config.settings import Settings
from config.site import SiteConfig
from db.archive import Archive, Session
from db.archiving import crawls, ledger, links
from db.archiving.entries import (
    Alias,
    Entry,
    FoundLink,
    LinkState,
    NewArticle,
    NewCapture,
    NewExtraction,
)
from db.models import Extraction, VisitOutcome
from morgue.reading_processes import Lost, in_order
from morgue.reextraction import Run
from morgue.reextraction_report import Wanted
from pipeline import extraction, urls
from pipeline.context import CrawlContext
from pipeline.extraction import Result, Task
from pipeline.reading import Verdict
from pipeline.stages.revisions import revision_of

SITE = SiteConfig(name="bench", title="Bench", home="https://bench.example/")
CLOCK = SystemClock()
MEAN_SIZE = 215_000  # bytes


@dataclass(frozen=True, slots=True)
class Page:
    """A page on disk."""

    number: int
    path: str
    url: str


@dataclass(frozen=True, slots=True)
class Alone:
    """The extractor by itself."""

    keeps: bool  # what it read; else it is thrown away

    def prepare(self) -> None:
        """Import the readers."""
        from pipeline import read  # noqa: PLC0415  where it is read
        from pipeline.profiles import profile  # noqa: PLC0415

        del read, profile

    def __call__(self, page: Page) -> Result | None:
        """Read one page."""
        body = Path(page.path).read_bytes()
        result = extraction.perform(Task(body, page.url, SITE, CLOCK.now()))
        return result if self.keeps else None


def main() -> None:
    """Archive, then read again and alone by turns."""
    arguments = _arguments()
    with TemporaryDirectory(prefix="morgue-bench-") as folder:
        pages = list(_pages(arguments.corpora, Path(folder), most=arguments.pages))
        settings = Settings(archive_url=f"sqlite:///{folder}/archive.sqlite3")
        with Archive.open(settings.archive_url, clock=CLOCK) as archive:
            _fill(archive, settings, pages, jobs=arguments.jobs)
            alone, again = [], []
            for _ in range(arguments.rounds):
                alone.append(_timed(lambda: _read_alone(pages, arguments.jobs)))
                _forget(archive)
                again.append(_timed(lambda: _read_again(archive, settings, arguments.jobs)))
    print(f"{len(pages)} pages, {arguments.jobs} processes, {arguments.rounds} rounds")
    print(f"{'':<22}{'pages/s':>10}{'pages/CPU s':>14}")
    for name, times in (("the extractor alone", alone), ("read again, archived", again)):
        wall = len(pages) / statistics.median(each[0] for each in times)
        cpu = len(pages) / statistics.median(each[1] for each in times)
        print(f"{name:<22}{wall:>10.1f}{cpu:>14.1f}")
    ratios = [(one[0] / two[0], one[1] / two[1]) for one, two in zip(alone, again, strict=True)]
    wall, cpu = (statistics.median(each) for each in zip(*ratios, strict=True))
    print(f"{'ratio':<22}{wall:>10.2f}{cpu:>14.2f}")


def _read_alone(pages: list[Page], jobs: int) -> None:
    for result in in_order(Alone(keeps=False), pages, jobs=jobs, timeout_s=60):
        if isinstance(result, Lost):
            sys.exit(f"a page was lost: {result.detail}")


def _read_again(archive: Archive, settings: Settings, jobs: int) -> None:
    report = Run(settings, archive, CLOCK, jobs=jobs).over([SITE], Wanted())
    (site,) = report.sites
    if site.superseded or site.added or not site.articles:
        sys.exit(f"the same extractor read something else: {site}")


def _timed(what: Callable[[], None]) -> tuple[float, float]:
    """Seconds by the clock, and of CPU time in all processes."""
    began, used = time.perf_counter(), _cpu_s()
    what()
    return time.perf_counter() - began, _cpu_s() - used


def _cpu_s() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def _pages(corpora: Path, folder: Path, *, most: int) -> Iterator[Page]:
    """Real pages of the size that issue 3 speaks of, unpacked."""
    for number, real in enumerate(of_mean_size(corpora, mean=MEAN_SIZE, count=most)):
        path = folder / f"{number}.html"
        path.write_bytes(real.body)
        yield Page(number, str(path), real.url)


def _fill(archive: Archive, settings: Settings, pages: list[Page], *, jobs: int) -> None:
    """Archive each page as an article of its own, read by the present extractor."""
    with archive.write() as session:
        site = crawls.ensure_site(
            session, name="bench", title="Bench", home=SITE.home, now=CLOCK.now()
        )
        crawl_id = crawls.begin_crawl(
            session, trigger="bench", owner="bench:1", now=CLOCK.now(), site_ids=[site.id]
        )
    context = CrawlContext(
        settings=settings,
        sites={"bench": SITE},
        site_ids={"bench": site.id},
        archive=archive,
        crawl_id=crawl_id,
        clock=CLOCK,
    )
    for page, result in zip(
        pages, in_order(Alone(keeps=True), pages, jobs=jobs, timeout_s=60), strict=True
    ):
        if isinstance(result, Lost) or result is None:
            sys.exit(f"a page was lost: {page.url}")
        with archive.write() as session:
            _archive(session, archive, context, page=page, result=result)


def _archive(
    session: Session, archive: Archive, context: CrawlContext, *, page: Page, result: Result
) -> None:
    now, site_id = CLOCK.now(), context.site_ids["bench"]
    key = f"{page.number}/{urls.key(page.url)}"
    link = links.ensure_link(session, site_id, FoundLink(page.url, key), now=now)
    capture = NewCapture(
        site_id=site_id,
        link_id=link.id,
        crawl_id=context.crawl_id,
        fetched_at=now,
        url=page.url,
        status=200,
        body=Path(page.path).read_bytes(),
    )
    (kept,) = ledger.keep_captures(session, archive.captures, [capture])
    is_believed = result.reading.verdict is Verdict.BELIEVED
    entry = Entry(
        crawl_id=context.crawl_id,
        link_id=link.id,
        site_id=site_id,
        visited_at=now,
        outcome=VisitOutcome.NEW if is_believed else VisitOutcome.QUARANTINED,
        link_state=LinkState(due_at=None),
        status=200,
        capture_id=kept.capture_id,
        extraction=NewExtraction(
            result.content,
            result.reading.extractor,
            context.rules_sha256("bench"),
            is_believed=is_believed,
            reason=result.reading.reason,
        ),
        article=NewArticle() if is_believed else None,
        aliases=(Alias(page.url, key, "asked"),) if is_believed else (),
        revision=revision_of(result) if is_believed else None,
    )
    ledger.archive_entries(session, [entry], now=now)


def _forget(archive: Archive) -> None:
    """Make everything that was read the work of an earlier extractor."""
    with archive.write() as session:
        session.execute(update(Extraction).values(extractor=Extraction.extractor + "-"))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("corpora", type=Path)
    parser.add_argument("--pages", type=int, default=400)
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--rounds", type=int, default=3)
    return parser.parse_args()


if __name__ == "__main__":
    main()
