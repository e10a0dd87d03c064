"""Reads the kept captures of sites again and settles their articles, beside crawls that go on.

Knows the order of a run: what is to be read, processes that read it, small transactions that settle it. Must not know
how it is shown, nor what settling means.
"""

import getpass
import os
from collections import Counter
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from config.clock import Clock
from config.settings import Settings
from config.site import SiteConfig
from crawler import crawl
from db import actions, crawls, leases, profiles, reextraction
from db.archive import Archive, Session
from db.profiles import KnownProfile
from db.reextraction import Page, Reader, Scope
from db.resettle import Why
from db.statements import chunks
from morgue.rereading import Order, ReadCapture, order_of, read_all
from pipeline.context import CrawlContext, HeldLease
from pipeline.profiles.profile import LEARNER_VERSION
from pipeline.reading import EXTRACTOR_VERSION
from pipeline.rereading import Again, Missing
from pipeline.stages.reread import Desk, Outcome, settle_articles, settle_link

ARTICLES = 20
"""Articles in one transaction: a crawl beside waits no longer for them than for a batch of its own."""

ROUNDS = 3
"""How often an article is tried that a crawl goes on to add to."""

EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be read again."""

    since: datetime | None = None
    until: datetime | None = None
    article_id: int | None = None
    is_quarantined_only: bool = False
    limit: int | None = None  # articles, and links that show none
    is_dry: bool = False


@dataclass(slots=True)
class SiteReport:
    """What it came to at one site."""

    site: str
    articles: int = 0  # that were settled
    pages: int = 0  # that were read
    changed: int = 0  # articles of which another text stands
    superseded: int = 0
    added: int = 0
    new_articles: int = 0
    healed: int = 0
    doubted: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    unread: int = 0
    left: int = 0  # articles that a crawl went on to add to
    busy: str | None = None  # why pages of no article were left
    fields: Counter[str] = field(default_factory=Counter)
    examples: list[Outcome] = field(default_factory=list)

    def take(self, outcome: Outcome, *, examples: int) -> None:
        """Count what an article came to."""
        if outcome.missing:
            return
        self.articles += outcome.article_id is not None
        self.changed += bool(outcome.replaced or outcome.added)
        self.superseded += len(outcome.replaced)
        self.added += outcome.added
        self.new_articles += outcome.article_id is None and outcome.added > 0
        self.healed += outcome.healed
        self.doubted += outcome.doubted
        self.refused.update(outcome.refused)
        self.unread += outcome.unread
        for each in outcome.replaced:
            self.fields.update(each.fields)
        if outcome.replaced and len(self.examples) < examples:
            self.examples.append(outcome)


@dataclass(slots=True)
class Report:
    """What a run came to."""

    action_id: int | None = None
    sites: list[SiteReport] = field(default_factory=list)
    is_stopped: bool = False


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a site is."""

    site: str
    done: int  # articles, and links without one
    total: int


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
        try:
            for site, site_id in known:
                report.sites.append(SiteReport(site.name))
                _SiteRun(
                    self,
                    site,
                    site_id=site_id,
                    wanted=wanted,
                    report=report.sites[-1],
                    action_id=report.action_id,
                ).run()
        except KeyboardInterrupt:
            report.is_stopped = True
        if report.action_id is not None:
            with self.archive.write() as session:
                actions.complete_action(session, report.action_id, outcome=_outcome(report))
        return report

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
        self._run, self._site, self._wanted, self._report = run, site, wanted, report
        self._action_id = action_id
        profile = self._profile(site_id) if run.settings.learn_profiles else None
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
        self._work = ReadCapture(
            address=run.settings.archive_url,
            captures=run.settings.capture_store,
            sites={site.name: site},
            profiles={site.name: profile.content} if profile else {},
            max_depth=run.settings.max_depth,
        )
        self._scope = Scope(
            site_id,
            reader,
            since=wanted.since,
            until=wanted.until,
            article_id=wanted.article_id,
            is_quarantined_only=wanted.is_quarantined_only,
        )
        self._left: list[int] = []  # articles that want another round
        self._strays: set[int] = set()  # links in quarantine that show another article
        self._done = self._total = 0

    def run(self) -> None:
        """Read and settle every article, then what is in quarantine at links without one."""
        with self._run.archive.read() as session:
            articles = reextraction.articles_to_read(session, self._scope)
            links = reextraction.links_to_read(session, self._scope)
        if self._wanted.limit is not None:
            articles = articles[: self._wanted.limit]
            links = links[: self._wanted.limit - len(articles)]
        self._total = len(articles) + len(links)
        self._tell(0)
        self._articles(articles)
        for _ in range(ROUNDS):
            if not self._left:
                break
            again, self._left = self._left, []
            self._articles(again)
        self._report.left = len(self._left)
        self._links(sorted({*links, *self._strays}))

    # --- articles -----------------------------------------------------------------------------------------------------

    def _articles(self, article_ids: Sequence[int]) -> None:
        self._in_transactions(
            [list(chunk) for chunk in chunks(article_ids, ARTICLES)],
            pages=reextraction.pages_of,
            settle=self._settle_articles,
        )

    def _settle_articles(
        self, article_ids: Sequence[int], reads: dict[int, Again | Missing]
    ) -> None:
        if self._wanted.is_dry:
            with self._run.archive.read() as session:
                outcomes = settle_articles(session, article_ids, reads, desk=self._desk, why=None)
        else:
            with self._run.archive.write() as session:
                outcomes = settle_articles(
                    session, article_ids, reads, desk=self._desk, why=self._why()
                )
        for outcome in outcomes:
            if outcome.missing and outcome.article_id is not None:
                self._left.append(outcome.article_id)
            self._strays.update(look.link_id for look in outcome.elsewhere)
            self._report.take(outcome, examples=self._run.examples)
        self._tell(sum(not outcome.missing for outcome in outcomes))

    # --- links that show no article -----------------------------------------------------------------------------------

    def _links(self, link_ids: Sequence[int]) -> None:
        self._in_transactions(
            [[link_id] for link_id in link_ids],
            pages=lambda session, some: reextraction.pages_of(session, link_ids=some),
            settle=self._settle_link,
        )

    def _settle_link(self, link_ids: Sequence[int], reads: dict[int, Again | Missing]) -> None:
        (link_id,) = link_ids
        outcomes = self._link_settled(link_id, reads)
        self._tell(1)
        if outcomes is None:
            return
        for outcome in outcomes:
            self._report.left += bool(outcome.missing)
            self._report.take(outcome, examples=self._run.examples)

    def _link_settled(
        self, link_id: int, reads: dict[int, Again | Missing]
    ) -> list[Outcome] | None:
        """What the link's pages come to; None where the site is being crawled."""
        archive, desk = self._run.archive, self._desk
        for _ in range(ROUNDS):
            if self._wanted.is_dry:
                with archive.read() as session:
                    outcomes = settle_link(session, link_id, reads, desk=desk, why=None)
            else:
                held = self._take()
                if held is None:
                    return None
                try:
                    with archive.write() as session:
                        outcomes = settle_link(session, link_id, reads, desk=desk, why=self._why())
                finally:
                    self._give_back(held)
            found = [each.article_id for each in outcomes if each.missing and each.article_id]
            if not found:
                break
            with archive.read() as session:  # the article that it shows was never read again
                pages = reextraction.pages_of(session, found)
            reads |= self._read(pages)
        return outcomes

    def _take(self) -> tuple[HeldLease, ...] | None:
        """The site's leases, for one transaction; None where somebody crawls it."""
        if self._report.busy is not None:
            return None
        with self._run.archive.write() as session:
            held = crawl.take(
                session, self._site, owner=crawl.owner_name(), now=self._run.clock.now()
            )
        if isinstance(held, str):
            self._report.busy = held
            return None
        return held

    def _give_back(self, held: tuple[HeldLease, ...]) -> None:
        with self._run.archive.write() as session:
            for lease in held:
                leases.release(session, lease.name, token=lease.token)

    # --- reading ------------------------------------------------------------------------------------------------------

    def _in_transactions(
        self,
        parts: Sequence[list[int]],
        *,
        pages: Callable[[Session, list[int]], list[Page]],
        settle: Callable[[list[int], dict[int, Again | Missing]], None],
    ) -> None:
        """Read the pages of each part and settle it, while those of the next are being read."""
        counts: list[int] = []

        def orders() -> Iterator[Order]:
            for part in parts:
                with self._run.archive.read() as session:
                    found = pages(session, part)
                counts.append(len(found))
                yield from (order_of(page, self._site.name) for page in found)

        waiting: Future[None] | None = None
        reads: dict[int, Again | Missing] = {}
        place = 0
        with ThreadPoolExecutor(1) as settling, closing(self._readings(orders())) as readings:

            def settle_read() -> None:
                """Hand over the parts that are read; not before the last one is written."""
                nonlocal waiting, reads, place
                while place < len(counts) and len(reads) == counts[place]:
                    if waiting is not None:
                        waiting.result()
                    waiting = settling.submit(settle, parts[place], reads)
                    reads, place = {}, place + 1

            for again in readings:
                if not reads:
                    settle_read()  # what has no page at all
                reads[again.capture_id] = again
                self._report.pages += 1
                settle_read()
            settle_read()
            if waiting is not None:
                waiting.result()

    def _readings(self, orders: Iterator[Order]) -> Generator[Again | Missing]:
        return read_all(
            self._work,
            orders,
            jobs=self._run.jobs,
            timeout_s=self._run.settings.reading_timeout_s,
        )

    def _read(self, pages: Sequence[Page]) -> dict[int, Again | Missing]:
        orders = iter([order_of(page, self._site.name) for page in pages])
        return {again.capture_id: again for again in self._readings(orders)}

    # --- what it is done with -----------------------------------------------------------------------------------------

    def _profile(self, site_id: int) -> KnownProfile | None:
        with self._run.archive.read() as session:
            return profiles.newest_profile(session, site_id, learner=LEARNER_VERSION)

    def _why(self) -> Why:
        return Why("reextracted", now=self._run.clock.now(), action_id=self._action_id)

    def _tell(self, done: int) -> None:
        self._done += done
        self._run.progress(Progress(self._site.name, self._done, self._total))


def actor() -> str:
    """Who acts: user@host:pid."""
    try:
        user = getpass.getuser()
    except (OSError, KeyError):  # a number without a name, as in containers
        user = str(os.getuid()) if hasattr(os, "getuid") else "somebody"
    return f"{user}@{crawl.owner_name()}"


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


def counts(report: SiteReport) -> dict[str, Any]:
    """What a site came to, as plain values."""
    return {
        "pages": report.pages,
        "articles": report.articles,
        "changed": report.changed,
        "superseded": report.superseded,
        "added": report.added,
        "new_articles": report.new_articles,
        "healed": report.healed,
        "quarantined": report.doubted,
        "refused": dict(report.refused),
        "unreadable": report.unread,
        "left": report.left,
        "fields": dict(report.fields),
    }
