"""What a check-up of all sites costs, and what keeping a day that is over does to who writes meanwhile.

    python -m benchmarks.bench_checkup [--sites 1000] [--articles 20] [--archive postgresql://...]

Builds two days and three quarters of the ledgers of so many sites: two sources each, crawled every half hour, new
articles, five looks again at each. Then the days' numbers are kept and learnt from, as the daemon does once a day, and
all sites are checked up, as it does every ten minutes. Another thread writes all the while; its longest wait is told.
"""

import argparse
import cProfile
import json
import pstats
import random
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from config.clock import ManualClock
from db import models
from db.archive import Archive
from db.archiving.contents import pack_content
from db.asking import running, site_days
from db.asking.site_days import KeptHealth
from db.models import SourceOutcome, VisitOutcome
from db.statements import insert_rows
from morgue.checkup import check_up, keep_up
from morgue.health.days import from_counts
from morgue.health.watch import VERSION, SiteWatch

BEGAN = datetime(2026, 3, 2, tzinfo=UTC)
HOURS = 24 * 2 + 18
LOOKS = (1, 3, 6, 12, 24)  # hours after an article
CONTENT = b'{"authors":["A. Writer"],"published":"2026-03-02","section":["news"],"language":"en"}'
LEARNT_DAYS = 60

Rows = dict[type[models.Base], list[dict[str, Any]]]


class Ledgers:
    """Numbers rows in the order of time, as crawls do."""

    def __init__(self, *, sites: int, articles: int) -> None:
        self.sites, self.articles = sites, articles
        self.dice = random.Random(1)
        self.numbers: dict[type[models.Base], int] = {}
        self.known: dict[int, list[tuple[int, int]]] = {}  # hour -> article and site

    def number(self, model: type[models.Base]) -> int:
        self.numbers[model] = self.numbers.get(model, 0) + 1
        return self.numbers[model]

    def hour(self, hour: int) -> Rows:
        """All that an hour brings."""
        rows: Rows = {
            model: []
            for model in (
                *(models.Crawl, models.SourceLook, models.Article, models.Link, models.Capture),
                *(models.Extraction, models.Revision, models.Visit),
            )
        }
        at = BEGAN + timedelta(hours=hour)
        news = [
            site
            for site in range(1, self.sites + 1)
            for _ in range(self.articles)
            if self.dice.random() < 1 / 24
        ]
        for half in (0, 30):
            self._crawl(rows, at + timedelta(minutes=half), set(news) if half else set())
        for site in news:
            self._article(rows, at + timedelta(minutes=30), site, hour)
        for ago in LOOKS:
            for article, _ in self.known.get(hour - ago, ()):
                self._look(rows, at + timedelta(minutes=40), article)
        self.known.pop(hour - max(LOOKS), None)
        return rows

    def _crawl(self, rows: Rows, at: datetime, news: set[int]) -> None:
        crawl = self.number(models.Crawl)
        crawled = {"started_at": at, "finished_at": at, "outcome": "finished"}
        rows[models.Crawl].append(
            {"id": crawl, "trigger": "schedule", "owner": "bench:1", **crawled}
        )
        for site in range(1, self.sites + 1):
            for source in (2 * site - 1, 2 * site):
                is_new = site in news and source % 2 == 1
                rows[models.SourceLook].append(
                    {
                        "id": self.number(models.SourceLook),
                        "source_id": source,
                        "crawl_id": crawl,
                        "looked_at": at,
                        "outcome": SourceOutcome.NEW if is_new else SourceOutcome.NOT_MODIFIED,
                        "status": 200,
                        "link_count": 20 if site in news else None,
                        "new_link_count": int(is_new),
                    }
                )

    def _article(self, rows: Rows, at: datetime, site: int, hour: int) -> None:
        number = self.number(models.Article)
        self.known.setdefault(hour, []).append((number, site))
        url = f"https://site-{site}.example/{number}"
        rows[models.Article].append(
            {
                "id": number,
                "site_id": site,
                "first_seen_at": at,
                "revision_count": 1,
                "revision_id": number,
            }
        )
        rows[models.Link].append(
            {
                "id": number,
                "site_id": site,
                "article_id": number,
                "url": url,
                "url_key": url[8:],
                "depth": 0,
                "found_at": at,
                "visit_count": 1,
                "failure_count": 0,
            }
        )
        extraction = self._visit(rows, at, number, VisitOutcome.NEW, content=0)
        rows[models.Revision].append(
            {
                "id": number,
                "article_id": number,
                "number": 1,
                "capture_id": self.numbers[models.Capture],
                "extraction_id": extraction,
                "first_seen_at": at,
                "recorded_at": at,
                "title": "A headline",
                "text": "A long story of the harbour. " * self.dice.randint(40, 160),
                "authors": ["A. Writer"] if self.dice.random() < 0.9 else [],
                "published": "2026-03-02",
                "language": "en",
                "section": "news",
                "normal_sha256": number.to_bytes(32, "big"),
            }
        )

    def _look(self, rows: Rows, at: datetime, article: int) -> None:
        if self.dice.random() < 0.3:
            self._note(rows, at, article, VisitOutcome.SAME_BYTES, capture=None)
        else:
            content = 0 if self.dice.random() < 0.9 else self.dice.randint(1, 50)
            self._visit(rows, at, article, VisitOutcome.SAME_TEXT, content=content)

    def _visit(
        self, rows: Rows, at: datetime, article: int, outcome: VisitOutcome, *, content: int
    ) -> int:
        capture, extraction = self.number(models.Capture), self.number(models.Extraction)
        rows[models.Capture].append(
            {
                "id": capture,
                "link_id": article,
                "crawl_id": self.numbers[models.Crawl],
                "fetched_at": at,
                "url": "https://a.example/",
                "status": 200,
                "headers": b"",
                "body_sha256": capture.to_bytes(32, "big"),
                "body_size": 1,
                "is_truncated": False,
            }
        )
        rows[models.Extraction].append(
            {
                "id": extraction,
                "capture_id": capture,
                "extractor": "1",
                "rules_sha256": b"r" * 32,
                "content_sha256": content.to_bytes(32, "big"),
                "verdict": "believed",
                "read_at": at,
            }
        )
        self._note(rows, at, article, outcome, capture=capture)
        return extraction

    def _note(
        self, rows: Rows, at: datetime, article: int, outcome: VisitOutcome, *, capture: int | None
    ) -> None:
        rows[models.Visit].append(
            {
                "id": self.number(models.Visit),
                "crawl_id": self.numbers[models.Crawl],
                "link_id": article,
                "visited_at": at,
                "outcome": outcome.value,
                "status": 200,
                "capture_id": capture,
                "revision_id": article,
            }
        )


def build(archive: Archive, *, sites: int, articles: int) -> None:
    """Fill an empty archive."""
    with archive.write() as session:
        insert_rows(session, models.Site, list(_sites(sites)))
        insert_rows(session, models.Source, list(_sources(sites)))
        contents = [
            {"sha256": n.to_bytes(32, "big"), "data": pack_content(CONTENT)} for n in range(51)
        ]
        insert_rows(session, models.Content, contents)
    ledgers = Ledgers(sites=sites, articles=articles)
    for hour in range(HOURS):
        with archive.write() as session:
            for model, rows in ledgers.hour(hour).items():
                insert_rows(session, model, rows)
    counts = {model.__tablename__: number for model, number in ledgers.numbers.items()}
    print(f"built {counts}", flush=True)


def _sites(count: int) -> Iterator[dict[str, Any]]:
    for number in range(1, count + 1):
        name = f"site-{number}"
        fixed = {"is_ad_hoc": False, "added_at": BEGAN, "failure_count": 0}
        yield {"id": number, "name": name, "title": name, "home": f"https://{name}/", **fixed}


def _sources(count: int) -> Iterator[dict[str, Any]]:
    for number in range(1, 2 * count + 1):
        url = f"https://site-{(number + 1) // 2}.example/{number % 2}"
        fixed = {"kind": "feed", "link_count": 20, "failure_count": 0}
        yield {"id": number, "site_id": (number + 1) // 2, "url": url, **fixed}


def learn_past(archive: Archive) -> None:
    """Let every site be known as if it had been watched for two months."""
    first = BEGAN.date()
    with archive.read() as session:
        names = running.site_names(session)
        counted = site_days.count(session, first, until=archive.clock.now())
    watch = SiteWatch("site")
    some = list(counted.values())
    for number in range(LEARNT_DAYS):
        day = first - timedelta(days=LEARNT_DAYS - number)
        counts = some[number % len(some)]
        sources = dict(zip("12", counts["sources"].values(), strict=True))
        watch.learn(from_counts(day.isoformat(), counts | {"sources": sources}))
    learnt = json.dumps(watch.kept())
    before = first - timedelta(days=1)
    with archive.write() as session:
        site_days.keep(session, before, {site.id: {} for site in names})
        known = {site.id: KeptHealth(before, _renamed(learnt, site.id)) for site in names}
        site_days.keep_healths(session, known, learner=VERSION)


def _renamed(learnt: str, site: int) -> dict[str, Any]:
    """What was learnt, with the site's own sources in it."""
    state: dict[str, Any] = json.loads(learnt)
    own = {"1": str(2 * site - 1), "2": str(2 * site)}
    state["sources"] = {own[name]: each for name, each in state["sources"].items()}
    shares = ((name.partition(" "), each) for name, each in state["shares"].items())
    state["shares"] = {
        f"{what}{space}{own.get(part, part)}": each for (what, space, part), each in shares
    }
    return state


class Writer(threading.Thread):
    """Writes a row twenty times a second, and notes how long it had to wait for that."""

    def __init__(self, archive: Archive) -> None:
        super().__init__(daemon=True)
        self._archive = archive
        self._is_done = threading.Event()
        self.longest_s = 0.0

    def run(self) -> None:
        while not self._is_done.wait(0.05):
            began = time.monotonic()
            with self._archive.write() as session:
                session.get_one(models.Site, 1).failure_count = 0
            self.longest_s = max(self.longest_s, time.monotonic() - began)

    def stop(self) -> None:
        self._is_done.set()
        self.join()


def measure(name: str, archive: Archive, work: Callable[[], Any], *, profile: bool) -> None:
    """Say what the work costs, and how long a writer beside it had to wait."""
    profiler = cProfile.Profile()
    writer = Writer(archive)
    writer.start()
    wall, cpu = time.monotonic(), time.thread_time()
    if profile:
        profiler.enable()
    work()
    profiler.disable()
    wall, cpu = time.monotonic() - wall, time.thread_time() - cpu
    writer.stop()
    print(
        f"{name:28} {cpu:6.1f} s CPU here {wall:7.1f} s in all;"
        f" a writer waited {1000 * writer.longest_s:.0f} ms at most",
        flush=True,
    )
    if profile:
        pstats.Stats(profiler).sort_stats("tottime").print_stats(18)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--sites", type=int, default=1000)
    parser.add_argument("--articles", type=int, default=20, help="a day and site")
    parser.add_argument("--archive", help="the address of an empty archive; else a file")
    parser.add_argument("--profile", action="store_true")
    args = parser.parse_args()
    clock = ManualClock(BEGAN + timedelta(hours=HOURS))
    with tempfile.TemporaryDirectory() as folder:
        address = args.archive or f"sqlite:///{Path(folder) / 'archive.sqlite3'}"
        with Archive.open(address, clock=clock) as archive:
            build(archive, sites=args.sites, articles=args.articles)
            learn_past(archive)
            measure(
                "two days kept and learnt", archive, lambda: keep_up(archive), profile=args.profile
            )
            for turn in ("first", "second"):
                measure(
                    f"a check-up, the {turn}",
                    archive,
                    lambda: check_up(archive, {}, longest_crawl=timedelta(hours=2)),
                    profile=args.profile and turn == "second",
                )


if __name__ == "__main__":
    main()
