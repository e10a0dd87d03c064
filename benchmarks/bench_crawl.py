"""Crawls of the bundled newsroom, each beside bare Scrapy that downloads and drops the same pages.

    python benchmarks/bench_crawl.py [--pages 2000] [--rounds 3] [--archive URL]
    python benchmarks/bench_crawl.py --memory          peak memory at 1,000 and at 10,000 pages

The newsroom is served by a process of its own, its pages written beforehand. Rounds alternate, ratios are
of medians. First round: everything is new. Second: everything is asked for again and nothing has changed.
Trusted: a site whose sitemap dates are believed, so that nothing has to be asked for again.
"""

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from measure import Cost, run

OUTLET = "harbour-courier"
SITE = """\
name: bench
title: The Harbour Courier
home: {home}
sources:{sources}
schedule:
  every: 1h
  revisit: {{400d: 1h}}
  trust_lastmod: {trust}
politeness:
  delay: 0s
  concurrent: 16
  allow_private_addresses: true
"""


@dataclass(frozen=True, slots=True)
class Served:
    """A running newsroom."""

    base: str
    urls: list[str]


@contextmanager
def newsroom(pages: int) -> Iterator[Served]:
    """A newsroom of that many pages, in a process of its own."""
    command = [sys.executable, "-P", "-m", "morgue.demo.newsroom", "--articles", str(pages)]
    command += ["--outlet", OUTLET, "--backlog", "1", "--unscripted", "--warm"]
    command += ["--pages-kept", str(pages + 100), "--days", "30"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            told = json.loads(process.stdout.readline())
            base = told["outlets"][OUTLET]
            with urllib.request.urlopen(f"{told['control']}/_newsroom/articles") as answer:
                articles = json.load(answer)
            urls = [base + each["path"] for each in articles if each["standing"] == "live"]
            yield Served(base, urls)
        finally:
            process.terminate()


class Project:
    """A folder with one site and one archive, crawled by the real command."""

    def __init__(
        self, folder: Path, served: Served, *, archive: str | None, trust: bool = False
    ) -> None:
        self.folder = folder
        (folder / "sites").mkdir(parents=True)
        lines = [f"archive_url: {archive}"] if archive else []
        lines += ["concurrent_requests: 16", "log_level: warning"]
        (folder / "morgue.yaml").write_text("\n".join(lines) + "\n")
        source = f"\n  - sitemap: {served.base}/sitemap.xml\n    max_links: 100000"
        text = SITE.format(home=served.base, sources=source, trust=str(trust).lower())
        (folder / "sites" / "bench.yaml").write_text(text)

    def crawl(self, *, hours_later: int = 0) -> Cost:
        """One crawl, with Morgue's clock moved."""
        return self._run("crawl", "bench", "--json", hours_later=hours_later)

    def sql(self, statement: str) -> list[dict[str, object]]:
        """Rows of the archive."""
        found = json.loads(self._run("sql", statement, "--json", "--limit", "100000").stdout)
        return [dict(zip(found["columns"], row, strict=True)) for row in found["rows"]]

    def _run(self, *words: str, hours_later: int = 0) -> Cost:
        config = str(self.folder / "morgue.yaml")
        command = [sys.executable, "-P", "-m", "morgue", "--config", config, *words]
        return run(command, env={"MORGUE_CLOCK_OFFSET_S": str(hours_later * 3600)})


def bare(pages: list[list[object]], *, conditional: bool = False) -> Cost:
    """Bare Scrapy over the same pages."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as listed:
        json.dump(pages, listed)
        listed.flush()
        spider = str(Path(__file__).with_name("bare_spider.py"))
        return run([sys.executable, spider, listed.name, *["--conditional"] * conditional])


def compare(title: str, ours: list[Cost], theirs: list[Cost], pages: int, goal: float) -> None:
    """Print what the rounds cost, and the ratio of the medians."""
    rate = [pages / statistics.median(cost.wall_s for cost in costs) for costs in (ours, theirs)]
    cpu = [
        1000 * statistics.median(cost.cpu_s for cost in costs) / pages for costs in (ours, theirs)
    ]
    peak = max(cost.peak_mb for cost in ours)
    print(
        f"{title:<28} morgue {rate[0]:7.1f} pages/s {cpu[0]:6.2f} CPU-ms/page {peak:5.0f} MB peak"
    )
    print(f"{'':<28} bare   {rate[1]:7.1f} pages/s {cpu[1]:6.2f} CPU-ms/page")
    print(f"{'':<28} ratio  {rate[0] / rate[1]:7.2f} (goal {goal:g})", flush=True)


def speed(arguments: argparse.Namespace) -> None:
    """First and second round, and the round that asks for nothing."""
    folder = Path(tempfile.mkdtemp(prefix="bench-crawl-"))
    try:
        with newsroom(arguments.pages) as served:
            _rounds(arguments, folder, served)
            _trusted(arguments, folder, served)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _rounds(arguments: argparse.Namespace, folder: Path, served: Served) -> None:
    pages = [[url, None] for url in served.urls]
    first: tuple[list[Cost], list[Cost]] = ([], [])
    second: tuple[list[Cost], list[Cost]] = ([], [])
    for number in range(arguments.rounds):
        project = Project(folder / f"p{number}", served, archive=arguments.archive)
        first[1].append(bare(pages))
        first[0].append(project.crawl())
        known = project.sql("select url, etag from link where article_id is not null")
        assert len(known) >= 0.99 * len(pages), f"{len(known)} of {len(pages)} archived"
        tagged = [[row["url"], row["etag"]] for row in known]
        second[1].append(bare(tagged, conditional=True))
        second[0].append(project.crawl(hours_later=24))
        outcomes = project.sql("select outcome, count(*) as n from visit group by outcome")
        print("  outcomes:", {row["outcome"]: row["n"] for row in outcomes}, flush=True)
    compare("first round, all new", *first, pages=len(pages), goal=0.25)
    compare("second round, 304s", *second, pages=len(pages), goal=0.7)


def _trusted(arguments: argparse.Namespace, folder: Path, served: Served) -> None:
    trusting = Project(folder / "trusting", served, archive=arguments.archive, trust=True)
    trusting.crawl()
    idle = Project(folder / "idle", Served(served.base, []), archive=None)
    site = folder / "idle" / "sites" / "bench.yaml"
    site.write_text(SITE.format(home=served.base, sources=" []", trust="false"))
    idle.crawl()
    later = [trusting.crawl(hours_later=24 * n).cpu_s for n in range(1, arguments.rounds + 1)]
    start_up = [idle.crawl(hours_later=24 * n).cpu_s for n in range(1, arguments.rounds + 1)]
    spent = statistics.median(later) - statistics.median(start_up)
    visits = trusting.sql("select count(*) as n from visit")[0]["n"]
    print(
        f"{'trusted dates':<28} {1000 * spent / len(served.urls):.3f} CPU-s per 1,000 known articles"
    )
    print(
        f"{'':<28} plus {statistics.median(start_up):.2f} CPU-s start-up; {visits} visits (goal 0.3)"
    )


def memory() -> None:
    """Peak memory of the crawl and its reading process."""
    for pages in (1000, 10_000):
        folder = Path(tempfile.mkdtemp(prefix="bench-memory-"))
        try:
            with newsroom(pages) as served:
                cost = Project(folder / "p", served, archive=None).crawl()
            rate = pages / cost.wall_s
            print(
                f"{pages:>6} pages: {cost.peak_mb:.0f} MB at peak, {rate:.0f} pages/s (goal 300 MB)"
            )
        finally:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pages", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--archive", help="archive_url; a SQLite file where absent")
    parser.add_argument("--memory", action="store_true")
    chosen = parser.parse_args()
    memory() if chosen.memory else speed(chosen)
