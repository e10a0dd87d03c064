"""Reads the kept captures of sites again and settles their articles, beside crawls that go on.

Knows the order of a run: what is to be read, processes that read it, small transactions that settle it. Must not know
how it is shown, nor what settling means.
"""

import getpass
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from config.clock import Clock
from config.settings import Settings
from config.site import SiteConfig
from crawler import holding
from crawler.owners import in_words, owner_name
from db.archive import Archive
from db.archiving import crawls, profiles
from db.archiving.profiles import KnownProfile
from db.histories import reextraction
from db.histories.reextraction import Reader, Scope
from db.histories.resettle import Why
from db.identities import actions
from db.statements import chunks
from morgue.reextraction_report import EXAMPLES, Progress, Report, SiteReport, Wanted, counts
from morgue.rereading import Order, ReadCapture, order_of, read_all
from pipeline.context import CrawlContext, HeldLease
from pipeline.profiles.profile import LEARNER_VERSION
from pipeline.reading import EXTRACTOR_VERSION
from pipeline.rereading import Again, Missing
from pipeline.stages import neighbours
from pipeline.stages.reread import Desk, Outcome, settle_articles, settle_link

ARTICLES = 20
"""Articles in one transaction: a crawl beside waits no longer for them than for a batch of its own."""

ROUNDS = 3
"""How often an article is tried that a crawl goes on to add to."""


@dataclass(frozen=True, slots=True)
class Part:
    """What is read and settled together: articles, or a link's pages and the articles that they show."""

    article_ids: tuple[int, ...]
    link_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Run:
    """One run over some sites."""

    settings: Settings
    archive: Archive
    clock: Clock
    jobs: int
    progress: Callable[[Progress], None] = lambda _: None
    examples: int = EXAMPLES

    def over(self, sites: Sequence[SiteConfig], wanted: Wanted) -> Report:
        """Read these sites again. An interrupt ends it with what is done kept, and the report says so."""
        known = self._known(sites)
        report = Report()
        if not wanted.is_dry:
            with self.archive.write() as session:
                report.action_id = actions.add_action(
                    session,
                    "reextract",
                    actor=actor(),
                    arguments=_arguments(known, wanted),
                    now=self.clock.now(),
                    site_id=known[0][1] if len(known) == 1 else None,
                    article_id=wanted.article_id,
                )
        runs = [self._site_run(site, site_id, wanted, report) for site, site_id in known]
        try:
            waiting = [(run, part) for run in runs for part in run.begin()]
            for _ in range(ROUNDS):
                self._read_and_settle(runs, waiting)
                waiting = [(run, part) for run in runs for part in run.waiting]
                for run in runs:
                    run.waiting = []
            for run, part in waiting:
                run.report.left += len(part.article_ids) or 1
        except KeyboardInterrupt:
            report.is_stopped = True
        if report.action_id is not None:
            if not report.is_stopped:
                neighbours.catch_up(self.archive)
            with self.archive.write() as session:
                actions.complete_action(session, report.action_id, outcome=_outcome(report))
        return report

    def _site_run(
        self, site: SiteConfig, site_id: int, wanted: Wanted, report: Report
    ) -> "_SiteRun":
        report.sites.append(SiteReport(site.name))
        return _SiteRun(
            self,
            site,
            site_id=site_id,
            wanted=wanted,
            report=report.sites[-1],
            action_id=report.action_id,
        )

    def _read_and_settle(
        self, runs: Sequence["_SiteRun"], parts: Sequence[tuple["_SiteRun", Part]]
    ) -> None:
        """Read the pages of each part and settle it, while those of the next are being read."""
        if not parts:
            return
        counts: list[int] = []

        def orders() -> Iterator[Order]:
            for run, part in parts:
                with self.archive.read() as session:
                    found = reextraction.pages_of(session, part.article_ids, link_ids=part.link_ids)
                counts.append(len(found))
                yield from (order_of(page, run.site.name) for page in found)

        work = ReadCapture(
            address=self.settings.archive_url,
            captures=self.settings.capture_store,
            sites={run.site.name: run.site for run in runs},
            profiles={run.site.name: run.profile.content for run in runs if run.profile},
            max_depth=self.settings.max_depth,
            memory_mb=self.settings.reading_memory_mb,
        )
        readings = read_all(
            work, orders(), jobs=self.jobs, timeout_s=self.settings.reading_timeout_s
        )
        waiting: Future[None] | None = None
        reads: dict[int, Again | Missing] = {}
        place = 0
        with ThreadPoolExecutor(1) as settling, closing(readings):

            def settle_read() -> None:
                """Hand over the parts that are read; not before the last one is written."""
                nonlocal waiting, reads, place
                while place < len(counts) and len(reads) == counts[place]:
                    if waiting is not None:
                        waiting.result()
                    run, part = parts[place]
                    waiting = settling.submit(run.settle, part, reads)
                    reads, place = {}, place + 1

            for again in readings:
                if not reads:
                    settle_read()  # what has no page at all
                parts[place][0].report.pages += 1
                reads[again.capture_id] = again
                settle_read()
            settle_read()
            if waiting is not None:
                waiting.result()

    def _known(self, sites: Sequence[SiteConfig]) -> list[tuple[SiteConfig, int]]:
        """Those of the sites that the archive knows."""
        with self.archive.read() as session:
            found = [(site, crawls.site_id(session, site.name)) for site in sites]
        return [(site, site_id) for site, site_id in found if site_id is not None]


class _SiteRun:
    """The run over one site."""

    def __init__(
        self,
        run: Run,
        site: SiteConfig,
        *,
        site_id: int,
        wanted: Wanted,
        report: SiteReport,
        action_id: int | None,
    ) -> None:
        self._run, self.site, self._wanted, self.report = run, site, wanted, report
        self._action_id = action_id
        profile = self._newest_profile(site_id) if run.settings.learn_profiles else None
        self.profile = profile
        self.waiting: list[Part] = []  # parts that want another round
        context = CrawlContext(
            settings=run.settings,
            sites={site.name: site},
            site_ids={site.name: site_id},
            archive=run.archive,
            crawl_id=0,
            clock=run.clock,
            profiles={site.name: profile} if profile else {},
        )
        reader = Reader(
            EXTRACTOR_VERSION, context.rules_sha256(site.name), profile.id if profile else None
        )
        self._desk = Desk(context, site.name, site_id, reader)
        self._scope = Scope(
            site_id,
            reader,
            since=wanted.since,
            until=wanted.until,
            article_id=wanted.article_id,
            is_quarantined_only=wanted.is_quarantined_only,
        )
        self._strays: set[int] = set()  # links in quarantine that show another article
        self._done = self._total = 0

    def begin(self) -> list[Part]:
        """Every article that is to be read, then what is in quarantine at links without one."""
        with self._run.archive.read() as session:
            articles = reextraction.articles_to_read(session, self._scope)
            links = reextraction.links_to_read(session, self._scope)
        if self._wanted.limit is not None:
            articles = articles[: self._wanted.limit]
            links = links[: self._wanted.limit - len(articles)]
        self._total = len(articles) + len(links)
        self._tell(0)
        parts = [Part(tuple(chunk)) for chunk in chunks(articles, ARTICLES)]
        return parts + [Part((), (link_id,)) for link_id in links]

    def settle(self, part: Part, reads: dict[int, Again | Missing]) -> None:
        """Settle what was read, in one transaction."""
        outcomes = self._link_settled(part, reads) if part.link_ids else self._settled(part, reads)
        missing = [each.article_id for each in outcomes if each.missing and each.article_id]
        if part.link_ids and missing:  # the article that it shows was never read again
            self.waiting.append(Part(tuple(missing), part.link_ids))
        elif missing:  # a crawl has added to them
            self.waiting.append(Part(tuple(missing)))
        for outcome in outcomes:
            for look in outcome.elsewhere:
                if look.link_id not in self._strays:
                    self._strays.add(look.link_id)
                    self.waiting.append(Part((), (look.link_id,)))
            if not outcome.missing:
                self.report.take(outcome, examples=self._run.examples)
        self._tell(len(part.article_ids) - len(missing) if not part.link_ids else not missing)

    def _settled(self, part: Part, reads: dict[int, Again | Missing]) -> list[Outcome]:
        archive, desk = self._run.archive, self._desk
        if self._wanted.is_dry:
            with archive.read() as session:
                return settle_articles(session, part.article_ids, reads, desk=desk, why=None)
        return archive.transact(
            lambda session: settle_articles(
                session, part.article_ids, reads, desk=desk, why=self._why()
            )
        )

    def _link_settled(self, part: Part, reads: dict[int, Again | Missing]) -> list[Outcome]:
        """What the link's pages come to; nothing where the site is being crawled."""
        archive, desk = self._run.archive, self._desk
        (link_id,) = part.link_ids
        if self._wanted.is_dry:
            with archive.read() as session:
                return settle_link(session, link_id, reads, desk=desk, why=None)
        held = self._take()
        if held is None:
            return []
        try:
            return archive.transact(
                lambda session: settle_link(session, link_id, reads, desk=desk, why=self._why())
            )
        finally:
            self._give_back(held)

    def _take(self) -> tuple[HeldLease, ...] | None:
        """The site's leases, for one transaction; None where somebody crawls it."""
        if self.report.busy is not None:
            return None
        with self._run.archive.write() as session:
            held = holding.take(session, self.site, owner=owner_name(), now=self._run.clock.now())
        if isinstance(held, str):
            self.report.busy = held
            return None
        return held

    def _give_back(self, held: tuple[HeldLease, ...]) -> None:
        with self._run.archive.write() as session:
            holding.give_back(session, held)

    def _newest_profile(self, site_id: int) -> KnownProfile | None:
        with self._run.archive.read() as session:
            return profiles.newest_profile(session, site_id, learner=LEARNER_VERSION)

    def _why(self) -> Why:
        return Why("reextracted", now=self._run.clock.now(), action_id=self._action_id)

    def _tell(self, done: int) -> None:
        self._done += done
        self._run.progress(Progress(self.site.name, self._done, self._total))


def actor() -> str:
    """Who acts: user@host:pid."""
    try:
        user = getpass.getuser()
    except (OSError, KeyError):  # a number without a name, as in containers
        user = str(os.getuid()) if hasattr(os, "getuid") else "somebody"
    return f"{user}@{in_words(owner_name())}"


def _arguments(known: Sequence[tuple[SiteConfig, int]], wanted: Wanted) -> dict[str, Any]:
    return {
        "sites": [site.name for site, _ in known],
        "extractor": EXTRACTOR_VERSION,
        "since": wanted.since.isoformat() if wanted.since else None,
        "until": wanted.until.isoformat() if wanted.until else None,
        "article": wanted.article_id,
        "quarantined": wanted.is_quarantined_only,
        "limit": wanted.limit,
    }


def _outcome(report: Report) -> dict[str, Any]:
    return {
        "stopped": report.is_stopped,
        "sites": {each.site: counts(each) for each in report.sites},
    }
