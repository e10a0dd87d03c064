"""How many of 2,000 generated article lives the archive keeps as one article each, and how many it mixes up.

    python benchmarks/bench_identity.py [--lives 2000] [--seed 1] [--show]
    python benchmarks/bench_identity.py --archive postgresql://...     an empty database

Fourteen sites with habits of their own (article_lives.py) are looked at page by page, through the real decide stage
into a real archive. A life is right if all its looks came to one article, and no other life's look came to that.
Two lives in one article are merged: the goal is none. The lives of a seed are the same for ever.
"""

import argparse
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from article_lives import HABITS, Habit, Look, looks
from sqlalchemy import select

from config.clock import ManualClock
from config.settings import Settings
from config.site import SiteConfig
from db.archive import Archive, Session
from db.archiving import crawls, ledger, links
from db.archiving.entries import FoundLink, NewCapture
from db.models import Link
from pipeline import extraction, urls
from pipeline.context import CrawlContext
from pipeline.items import Fetched
from pipeline.reading import Block, Reading, Verdict
from pipeline.stages.decide import decide

BATCH = 20


@dataclass
class Outcome:
    """What the looks came to."""

    articles: dict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    kinds: dict[str, str] = field(default_factory=dict)
    decide_s: float = 0.0
    look_count: int = 0

    def add(self, look: Look, article_id: int) -> None:
        self.articles[look.life][article_id] += 1
        self.kinds[look.life] = f"{look.life.split()[0]}: {look.kind}"
        self.look_count += 1

    @property
    def torn(self) -> set[str]:
        """Lives that came to several articles."""
        return {life for life, found in self.articles.items() if len(found) > 1}

    @property
    def merged(self) -> set[str]:
        """Lives that share an article with another."""
        lives: dict[int, set[str]] = defaultdict(set)
        for life, found in self.articles.items():
            for article_id in found:
                lives[article_id].add(life)
        return {life for shared in lives.values() if len(shared) > 1 for life in shared}


class Reporter:
    """Looks at one site's pages and archives what they show, as a crawl's item pipelines do."""

    def __init__(self, archive: Archive, clock: ManualClock, habit: Habit) -> None:
        self._archive = archive
        self._clock = clock
        self._name = habit.name
        home = f"{habit.origin}/"
        with archive.write() as session:
            site = crawls.ensure_site(
                session, name=habit.name, title=habit.name.title(), home=home, now=clock.now()
            )
            self._site_id = site.id
            self._crawl_id = crawls.begin_crawl(
                session, trigger="command", owner="bench:1", now=clock.now(), site_ids=[site.id]
            )
        self._context = CrawlContext(
            settings=Settings(),
            sites={habit.name: SiteConfig(name=habit.name, title=habit.name.title(), home=home)},
            site_ids={habit.name: self._site_id},
            archive=archive,
            crawl_id=self._crawl_id,
            clock=clock,
        )

    def report(self, batch: Sequence[Look], outcome: Outcome) -> None:
        """Archive these looks in one transaction."""
        self._clock.moment = max(self._clock.moment, batch[-1].at)
        with self._archive.write() as session:
            fetched = self._fetched(session, batch)
            began = time.process_time()
            decisions = decide(session, fetched, context=self._context)
            outcome.decide_s += time.process_time() - began
            archived = ledger.archive_entries(
                session, [each.entry for each in decisions], now=self._clock.now()
            )
        for look, each in zip(batch, archived, strict=True):
            assert each.article_id is not None
            outcome.add(look, each.article_id)

    def _fetched(self, session: Session, batch: Sequence[Look]) -> list[Fetched]:
        for look in batch:
            found = FoundLink(look.url, urls.key(look.url), title=look.title, guid=look.guid)
            links.offer_links(session, self._site_id, [found], now=look.found)
        keys = [urls.key(look.url) for look in batch]
        ids = session.execute(
            select(Link.url_key, Link.id).where(
                Link.site_id == self._site_id, Link.url_key.in_(keys)
            )
        )
        numbers = {url_key: link_id for url_key, link_id in ids}  # noqa: C416 - a Row is typed so
        known = links.load_links(session, list(numbers.values()))
        fetched = [
            Fetched(
                site=self._name,
                link=known[numbers[urls.key(look.url)]],
                crawl_id=self._crawl_id,
                url=look.url,
                fetched_at=look.at,
                status=200,
                url_answered=look.answered,
                headers=(("Content-Type", "text/html"),),
                body=f"<html>{look.at} {look.url}".encode(),
                result=_result(look),
            )
            for look in batch
        ]
        captures = [
            NewCapture(
                site_id=self._site_id,
                link_id=each.link_id,
                crawl_id=self._crawl_id,
                fetched_at=each.fetched_at,
                url=each.url,
                status=200,
                body=each.body or b"",
                url_answered=each.url_answered,
            )
            for each in fetched
        ]
        kept = ledger.keep_captures(session, self._archive.captures, captures)
        for each, one in zip(fetched, kept, strict=True):
            each.capture_id = one.capture_id
        return fetched


def _result(look: Look) -> extraction.Result:
    blocks = tuple(Block("paragraph", line) for line in look.text.splitlines())
    return extraction.result_of(
        Reading(
            url=look.answered or look.url,
            verdict=Verdict.BELIEVED,
            title=look.title,
            blocks=blocks,
            published=look.published,
            canonical_url=look.canonical,
        )
    )


def batches(all_looks: Sequence[Look]) -> Iterator[Sequence[Look]]:
    for at in range(0, len(all_looks), BATCH):
        yield all_looks[at : at + BATCH]


def run(address: str, *, seed: int, lives: int) -> Outcome:
    outcome = Outcome()
    clock = ManualClock(datetime(2026, 1, 5, tzinfo=UTC))
    with Archive.open(address, clock=clock) as archive:
        for habit in HABITS:
            reporter = Reporter(archive, clock, habit)
            for batch in batches(looks(habit, seed=seed, count=-(-lives // len(HABITS)))):
                reporter.report(batch, outcome)
    return outcome


def show(outcome: Outcome) -> None:
    """The lives that came out wrong, by site and kind."""
    for name, wrong in (("torn", outcome.torn), ("merged", outcome.merged)):
        for kind, number in sorted(Counter(outcome.kinds[life] for life in wrong).items()):
            print(f"  {name:<7}{number:4}  {kind}")


def by_kind(kinds: Mapping[str, str]) -> str:
    counted = Counter(kind.partition(": ")[2] for kind in kinds.values())
    return ", ".join(f"{number} {kind}" for kind, number in counted.most_common())


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--lives", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", action="store_true", help="which kinds of lives came out wrong")
    parser.add_argument("--archive", help="an empty Postgres database; SQLite where absent")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-identity-") as folder:
        address = chosen.archive or f"sqlite:///{folder}/archive.sqlite3"
        outcome = run(address, seed=chosen.seed, lives=chosen.lives)
    count = len(outcome.articles)
    right = count - len(outcome.torn | outcome.merged)
    print(f"lives      {count}: {by_kind(outcome.kinds)}")
    print(f"right      {right / count:8.2%} (goal 99.50%)   torn {len(outcome.torn)}")
    print(f"merged     {len(outcome.merged):8} (goal 0)")
    cost_us = 1e6 * outcome.decide_s / outcome.look_count
    print(f"to decide  {cost_us:8.0f} µs of processor a look ({outcome.look_count} looks)")
    if chosen.show:
        show(outcome)


if __name__ == "__main__":
    main()
