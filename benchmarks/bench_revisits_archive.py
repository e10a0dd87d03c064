"""The schedules of `bench_revisits.py` through a real archive: fewer articles, every row written as a crawl writes it.

    python benchmarks/bench_revisits_archive.py [--days 10] [--site 3] [--seed 1]

One site of `edited_world`, crawled hourly with the clock moved. Links are offered, come due, are answered by 304 or by
a page, decided and archived by the functions that crawls use; the learnt schedule is learnt by the pipeline that ends a
crawl. Pages are not parsed: their readings are given.
"""

import argparse
import asyncio
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from edited_world import Newspaper, Written, newspapers
from sqlalchemy import func, select

from config.clock import ManualClock
from config.settings import Settings
from config.site import SiteConfig
from db.archive import Archive
from db.archiving import crawls, ledger, links
from db.archiving.entries import FoundLink, KnownLink, NewCapture
from db.models import Link, Revision, VisitOutcome
from pipeline import extraction, urls
from pipeline.context import CrawlContext
from pipeline.items import Fetched
from pipeline.reading import Block, Reading, Verdict
from pipeline.stages import learn_rhythms
from pipeline.stages.decide import decide
from pipeline.stages.learn_rhythms import LearnRhythms

BEGAN = datetime(2026, 1, 5, tzinfo=UTC)
HOME = "http://lantern.example"
LETTERS = "abcdefghijklmnopqrstuvwxyz"


class Crawler:
    """Crawls one newspaper into one archive, hour after hour."""

    def __init__(
        self, archive: Archive, clock: ManualClock, paper: Newspaper, revisit: str
    ) -> None:
        self.archive, self.clock, self.paper = archive, clock, paper
        self.site = SiteConfig.model_validate(
            {
                "name": "lantern",
                "title": "The Lantern",
                "home": f"{HOME}/",
                "schedule": {"every": "1h", "revisit": revisit},
            }
        )
        self.by_key = {urls.key(_url(each)): each for each in paper.articles}
        self.outcomes: Counter[str] = Counter()
        self.learn_s = 0.0
        with archive.write() as session:
            self.site_id = crawls.ensure_site(
                session, name="lantern", title="The Lantern", home=f"{HOME}/", now=clock.now()
            ).id

    def crawl(self, before: float, hour: float) -> None:
        """One crawl: what came since the one before is offered, and everything that is due is looked at."""
        now = self.clock.now()
        with self.archive.write() as session:
            crawl_id = crawls.begin_crawl(
                session, trigger="schedule", owner="b:1", now=now, site_ids=[self.site_id]
            )
            new = [a for a in self.paper.articles if before < a.at <= hour]
            found = [FoundLink(_url(a), urls.key(_url(a)), published_at=_moment(a.at)) for a in new]
            links.offer_links(session, self.site_id, found, now=now)
            policies = learn_rhythms.policies(session, {self.site_id: self.site})
        context = CrawlContext(
            settings=Settings(),
            sites={"lantern": self.site},
            site_ids={"lantern": self.site_id},
            archive=self.archive,
            crawl_id=crawl_id,
            clock=self.clock,
            policies=policies,
        )
        with self.archive.read() as session:
            due = links.due_links(session, [self.site_id], now=now, limit=100_000)
        for at in range(0, len(due), 20):
            self._look(context, due[at : at + 20], hour)
        began = time.process_time()
        asyncio.run(LearnRhythms(context).site_ended("lantern"))
        self.learn_s += time.process_time() - began

    def _look(self, context: CrawlContext, batch: list[KnownLink], hour: float) -> None:
        with self.archive.write() as session:
            fetched = [self._answer(link, context, hour) for link in batch]
            pages = [each for each in fetched if each.body is not None]
            captures = [
                NewCapture(
                    site_id=self.site_id,
                    link_id=each.link_id,
                    crawl_id=each.crawl_id,
                    fetched_at=each.fetched_at,
                    url=each.url,
                    status=200,
                    body=each.body or b"",
                )
                for each in pages
            ]
            kept = ledger.keep_captures(session, self.archive.captures, captures)
            for each, one in zip(pages, kept, strict=True):
                each.capture_id = one.capture_id
            decisions = decide(session, fetched, context=context)
            archived = ledger.archive_entries(
                session, [each.entry for each in decisions], now=self.clock.now()
            )
        for each in archived:
            context.count("lantern", each.outcome.value)
            self.outcomes[each.outcome.value] += 1

    def _answer(self, link: KnownLink, context: CrawlContext, hour: float) -> Fetched:
        article = self.by_key[link.url_key]
        version = article.version_at(hour)
        facts: dict[str, Any] = {"status": 304}
        if article.removed_at is not None and article.removed_at <= hour:
            facts = {"status": 404}
        elif link.etag != f'"{version}"':
            facts = {
                "status": 200,
                "headers": (("Content-Type", "text/html"), ("ETag", f'"{version}"')),
                "body": f"<html>{link.url} {version}".encode(),
                "result": _result(article, version),
            }
        return Fetched(
            site="lantern",
            link=link,
            crawl_id=context.crawl_id,
            url=link.url,
            url_answered=link.url,
            fetched_at=self.clock.now(),
            **facts,
        )


def _url(article: Written) -> str:
    return f"{HOME}/{article.section}/{article.number}"


def _moment(hour: float) -> datetime:
    return BEGAN + timedelta(hours=hour)


def _result(article: Written, version: int) -> extraction.Result:
    dice = Random(article.number)
    words = ["".join(dice.choices(LETTERS, k=dice.randint(3, 9))) for _ in range(80)]
    lines = [" ".join(words[at : at + 20]) + "." for at in range(0, 80, 20)]
    if version:
        lines.append(f"This was changed for the {version}. time.")
    reading = Reading(
        url=_url(article),
        verdict=Verdict.BELIEVED,
        title=" ".join(words[:6]),
        blocks=tuple(Block("paragraph", line) for line in lines),
        is_live=article.is_live,
    )
    return extraction.result_of(reading)


def run(paper: Newspaper, revisit: str, *, days: int) -> None:
    began = time.process_time()
    clock = ManualClock(BEGAN)
    with tempfile.TemporaryDirectory() as folder:
        address = f"sqlite:///{Path(folder) / 'archive.sqlite3'}"
        with Archive.open(address, clock=clock) as archive:
            crawler = Crawler(archive, clock, paper, revisit)
            for hour in range(1, days * 24):
                clock.moment = _moment(hour)
                crawler.crawl(hour - 1, hour)
            with archive.read() as session:
                revisions = session.scalar(select(func.count(Revision.id))) or 0
                edits = session.scalar(select(func.sum(Link.edit_count))) or 0
    seen = crawler.outcomes
    looks = sum(seen.values()) - seen[VisitOutcome.NEW.value]
    caught = seen[VisitOutcome.REVISED.value]
    assert caught == edits == revisions - seen[VisitOutcome.NEW.value], (caught, edits, revisions)
    print(
        f"{revisit:8} {looks:8,} looks again, {caught:5,} edits caught, {1000 * caught / looks:6.1f} per 1,000;"
        f" {seen[VisitOutcome.GONE.value]:4} looks found an article gone;"
        f" {time.process_time() - began:.0f} s CPU, of which learning {crawler.learn_s:.1f} s",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--days", type=int, default=10)
    parser.add_argument("--site", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    papers = newspapers(count=options.site + 1, days=options.days, seed=options.seed)
    paper = papers[options.site]
    print(f"{len(paper.articles):,} articles in {options.days} days")
    for revisit in ("ladder", "learnt"):
        run(paper, revisit, days=options.days)


if __name__ == "__main__":
    main()
