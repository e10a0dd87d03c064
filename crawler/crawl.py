"""A crawl's beginning and end in the archive: sites, leases, named links, and the report.

Knows the archive's rows. Must not know Scrapy.
"""

import os
import socket
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import structlog

from config.clock import Clock
from config.schedule import next_crawl
from config.settings import Settings
from config.site import SiteConfig, SourceConfig, ad_hoc_site
from crawler import backlog, budget, discovery
from crawler.lanes import Lane, SourceRun
from crawler.politeness.addresses import is_loopback
from crawler.politeness.slots import concurrency_of
from crawler.report import CrawlReport, SiteReport
from crawler.sources import answer
from db.archive import Archive
from db.archiving import crawls, leases, links, profiles
from db.archiving.entries import FoundLink, KnownLink, KnownSource
from db.archiving.profiles import KnownProfile
from db.errors import ArchiveError
from db.models import CrawlOutcome, Lease, Site
from db.proving import seals
from pipeline.context import LEASE_TTL, CrawlContext, Event, HeldLease
from pipeline.items import Fetched
from pipeline.profiles.profile import LEARNER_VERSION
from pipeline.stages import learn_rhythms
from pipeline.stages.unread import unread_pages

log = structlog.get_logger(__name__)


class BadAddress(ValueError):  # noqa: N818
    """A URL that cannot be crawled."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """What a crawl is to do at one site."""

    site: SiteConfig
    is_ad_hoc: bool = False
    is_whole: bool = True  # sources and everything that is due; else only the named URLs
    takes_pages: bool = True  # false: sources are read, and no page is asked for
    has_backlog: bool = False  # and the site's open back-fill, when nothing else is left
    named: tuple[FoundLink, ...] = ()


@dataclass(slots=True, kw_only=True)
class Crawl(CrawlContext):
    """One open crawl: its context, its lanes and what must be given back at the end."""

    trigger: str
    owner: str
    started_at: datetime
    lanes: dict[str, Lane]
    due_before: Mapping[str, datetime | None]  # by site, for sites that are not crawled wholly
    wanted_before: Mapping[str, datetime | None]  # by site: what a person had asked for
    failures_before: Mapping[str, int]  # by site: crawls in a row that reached nothing
    busy: Mapping[str, str]
    limit: int | None = None  # pages
    unread: Callable[[CrawlContext], Iterable[Fetched]] = (
        unread_pages  # read before anything is asked
    )
    source_problems: dict[str, dict[str, str]] = field(default_factory=dict)
    stopped_because: str | None = None
    failed_because: str | None = None

    def is_ending(self) -> bool:
        """Whether it was asked to stop, or cannot go on."""
        return self.stopped_because is not None or self.failed_because is not None


def assign(
    sites: Sequence[SiteConfig], *, urls: Sequence[str] = (), known: Sequence[SiteConfig] = ()
) -> list[Assignment]:
    """Who is asked for what: whole sites, and named URLs at the site that covers them.

    Args:
        sites: Sites to be crawled.
        urls: Pages that a person names.
        known: Further sites to which a URL may belong.

    Raises:
        BadAddress: One of the URLs is none.
    """
    whole = {site.name: site for site in sites}
    named: dict[str, list[FoundLink]] = {}
    others: dict[str, SiteConfig] = {}
    for url in urls:
        link = answer.link(url)
        if link is None:
            raise BadAddress(f"{url} cannot be crawled: write it as in https://example.org/story")
        site = next((site for site in (*sites, *known) if site.covers(link.url)), None)
        site = site or ad_hoc_site(link.url)
        named.setdefault(site.name, []).append(link)
        if site.name not in whole:
            others[site.name] = site
    configured = {site.name for site in (*sites, *known)}
    return [
        *(Assignment(site, named=tuple(named.get(site.name, ()))) for site in whole.values()),
        *(
            Assignment(
                site,
                is_ad_hoc=name not in configured,
                is_whole=False,
                named=tuple(named[name]),
            )
            for name, site in others.items()
        ),
    ]


def with_backlogs(
    assignments: Sequence[Assignment], sites: Sequence[SiteConfig]
) -> list[Assignment]:
    """The same, and beside it, or alone, a slice of the back-fill of each of these sites."""
    names = {site.name for site in sites}
    both = [
        replace(each, has_backlog=True) if each.site.name in names else each for each in assignments
    ]
    others = names - {each.site.name for each in assignments}
    return both + [
        Assignment(site, is_whole=False, has_backlog=True) for site in sites if site.name in others
    ]


def needs_contact(assignments: Sequence[Assignment]) -> bool:
    """Whether anybody else's machine would be asked."""
    return any(
        not is_loopback(host) for assignment in assignments for host in assignment.site.hosts
    )


def owner_name() -> str:
    """This process, as leases and crawls name it."""
    return f"{socket.gethostname()}:{os.getpid()}"


def begin(
    settings: Settings,
    assignments: Sequence[Assignment],
    *,
    archive: Archive,
    clock: Clock,
    trigger: str,
    progress: Callable[[Event], None] | None = None,
    limit: int | None = None,
) -> Crawl | dict[str, str]:
    """Open a crawl of those sites that nobody else is crawling.

    Returns:
        The crawl, or, where no site is left, why each of them is not crawled.
    """
    owner = owner_name()
    now = clock.now()
    with archive.write() as session:
        crawls.mark_dead_crawls(session, now=now)
        held: dict[str, tuple[HeldLease, ...]] = {}
        busy: dict[str, str] = {}
        for assignment in assignments:
            taken = take(session, assignment.site, owner=owner, now=now)
            if isinstance(taken, str):
                busy[assignment.site.name] = taken
            else:
                held[assignment.site.name] = taken
        free = [each for each in assignments if each.site.name in held]
        if not free:
            return busy
        rows = {each.site.name: _ensure(session, each, now=now) for each in free}
        policies = learn_rhythms.policies(
            session, {rows[each.site.name].id: each.site for each in free}
        )
        learnt = _profiles(session, rows) if settings.learn_profiles else {}
        crawl_id = crawls.begin_crawl(
            session,
            trigger=trigger,
            owner=owner,
            now=now,
            site_ids=[row.id for row in rows.values()],
        )
        lanes = {
            each.site.name: _lane(
                session,
                settings,
                each,
                rows[each.site.name].id,
                now=now,
                asks_all=trigger != "schedule" or rows[each.site.name].wanted_at is not None,
            )
            for each in free
        }
        for each in free:
            if each.has_backlog:
                lanes[each.site.name].backlog = backlog.open_backlog(
                    session, archive, each.site, rows[each.site.name], now=now
                )
    return Crawl(
        settings=settings,
        sites={each.site.name: each.site for each in free},
        site_ids={name: row.id for name, row in rows.items()},
        archive=archive,
        crawl_id=crawl_id,
        clock=clock,
        leases=held,
        profiles=learnt,
        policies=policies,
        progress=progress or (lambda _: None),
        trigger=trigger,
        owner=owner,
        started_at=now,
        lanes=lanes,
        due_before={name: row.due_at for name, row in rows.items()},
        wanted_before={name: row.wanted_at for name, row in rows.items()},
        failures_before={name: row.failure_count for name, row in rows.items()},
        busy=busy,
        limit=limit,
    )


def renew(crawl: Crawl) -> list[str]:
    """Hold on to every lease. Returns the sites that somebody else has taken meanwhile."""
    now = crawl.clock.now()
    lost = []
    with crawl.archive.write() as session:
        for site, held in crawl.leases.items():
            kept = [
                leases.renew(session, each.name, token=each.token, now=now, ttl=LEASE_TTL)
                for each in held
            ]
            if not all(kept):
                lost.append(site)
    return lost


def finish(crawl: Crawl) -> CrawlReport:
    """Close the crawl, say when each site is due again, and give the leases back."""
    now = crawl.clock.now()
    outcome = CrawlOutcome.FINISHED
    if crawl.failed_because:
        outcome = CrawlOutcome.FAILED
    elif crawl.stopped_because:
        outcome = CrawlOutcome.STOPPED
    reports = []
    with crawl.archive.write() as session:
        for name, lane in crawl.lanes.items():
            error = _words(crawl, lane)
            has_answered = lane.answer_count > 0 or lane.last_failure is None
            counts = dict(crawl.counts[name])
            is_cut = outcome is not CrawlOutcome.FINISHED and not lane.is_done()
            part = outcome if is_cut else CrawlOutcome.FINISHED
            if not has_answered and part is CrawlOutcome.FINISHED:
                part = CrawlOutcome.FAILED
            crawls.end_crawl_site(
                session,
                crawl.crawl_id,
                lane.site_id,
                now=now,
                outcome=part,
                counts=counts,
                due_at=_due_at(crawl, lane, now=now, has_answered=has_answered),
                has_answered=has_answered,
                error=error,
                begun_at=crawl.started_at if lane.takes_due else None,
                wait_until_at=lane.wait_until,
                heeded=None if _is_interrupted(crawl, lane) else crawl.wanted_before[name],
            )
            if lane.backlog is not None:
                backlog.close_backlog(
                    session,
                    lane.backlog,
                    began_at=crawl.started_at,
                    now=now,
                    share=crawl.settings.backfill_share,
                    wait_until=lane.wait_until,
                    error=error,
                )
            problems = crawl.source_problems.get(name, {})
            reports.append(SiteReport(name, part, counts, error, source_problems=problems))
        error = crawl.failed_because or crawl.stopped_because
        crawls.end_crawl(session, crawl.crawl_id, now=now, outcome=outcome, error=error)
        for held in crawl.leases.values():
            for lease in held:
                leases.release(session, lease.name, token=lease.token)
    _seal(crawl.archive)
    reports += [SiteReport(name, None, busy=words) for name, words in crawl.busy.items()]
    return CrawlReport(crawl.crawl_id, outcome, crawl.started_at, now, tuple(reports), error)


def _seal(archive: Archive) -> None:
    """Seal what was committed. The crawl is closed already: what cannot be sealed now, a later one will."""
    try:
        seals.seal(archive, is_paced=True)
    except ArchiveError as error:
        log.warning("archive_not_sealed", reason=str(error))


def nothing_done(busy: Mapping[str, str], *, now: datetime) -> CrawlReport:
    """The report where every site was busy."""
    sites = tuple(SiteReport(name, None, busy=words) for name, words in busy.items())
    return CrawlReport(None, None, now, now, sites)


def take(
    session: Any, site: SiteConfig, *, owner: str, now: datetime, ttl: timedelta = LEASE_TTL
) -> tuple[HeldLease, ...] | str:
    """The leases of all the site's hosts, or who holds one of them."""
    held: list[HeldLease] = []
    for host in sorted({host.removeprefix("www.") for host in site.hosts}):
        name = f"host:{host}"[:255]
        token = leases.take(session, name, owner=owner, now=now, ttl=ttl)
        if token is None:
            for lease in held:
                leases.release(session, lease.name, token=lease.token)
            row = session.get_one(Lease, name)
            return f"busy: {host} is being crawled by {row.owner}"
        held.append(HeldLease(name, token))
    return tuple(held)


def _profiles(session: Any, rows: Mapping[str, Site]) -> dict[str, KnownProfile]:
    """What was learnt last of each site, as far as this release understands it."""
    found = {
        name: profiles.newest_profile(session, row.id, learner=LEARNER_VERSION)
        for name, row in rows.items()
    }
    return {name: profile for name, profile in found.items() if profile is not None}


def _ensure(session: Any, assignment: Assignment, *, now: datetime) -> Site:
    site = assignment.site
    return crawls.ensure_site(
        session,
        name=site.name,
        title=site.title,
        home=site.home,
        now=now,
        is_ad_hoc=assignment.is_ad_hoc,
    )


def _lane(
    session: Any,
    settings: Settings,
    assignment: Assignment,
    site_id: int,
    *,
    now: datetime,
    asks_all: bool,
) -> Lane:
    """The site's work. Where a person asks, its sources are asked whether or not they are due."""
    site = assignment.site
    concurrency = concurrency_of(settings, site)
    lane = Lane(
        site=site,
        site_id=site_id,
        window=concurrency + min(concurrency, 8),  # some wait at the slot, so that it never idles
        takes_due=assignment.is_whole and assignment.takes_pages,
    )
    if assignment.is_whole:
        for source, known in _sources(session, site, site_id):
            if source.kind == "archive":
                continue  # of the past: for back-fills alone
            if not asks_all and known.due_at is not None and known.due_at > now:
                continue
            since = discovery.horizon(source, checked_at=known.checked_at, now=now)
            run = SourceRun(config=source, known=known, since=since)
            lane.add_documents(run, [discovery.address(source)], depth=0, limit=1)
            if source.kind == "follow":
                lane.followed[known.id] = source
    lane.links.extend(_named(session, assignment, site_id, now=now))
    lane.requests_left = budget.left(session, site, site_id, now=now)
    return lane


def _sources(
    session: Any, site: SiteConfig, site_id: int
) -> list[tuple[SourceConfig, KnownSource]]:
    """The site's sources, the freshest first, with what is known of them."""
    sources = sorted(site.sources, key=lambda source: source.rank)
    known = crawls.ensure_sources(session, site_id, [(each.kind, each.url) for each in sources])
    return [(source, known[source.kind, source.url]) for source in sources]


def _named(session: Any, assignment: Assignment, site_id: int, *, now: datetime) -> list[KnownLink]:
    return [links.ensure_link(session, site_id, link, now=now) for link in assignment.named]


def _words(crawl: Crawl, lane: Lane) -> str | None:
    """What was wrong with a site, for a person."""
    if lane.answer_count == 0 and lane.last_failure is not None:
        return f"{lane.site.home} could not be reached: {lane.last_failure}"
    if lane.closed_because:
        return lane.closed_because
    problems = crawl.source_problems.get(lane.site.name, {})
    if problems and len(problems) == len(lane.site.sources):
        url, words = next(iter(problems.items()))
        return f"none of its sources could be read; {url}: {words}"
    return None


def _due_at(crawl: Crawl, lane: Lane, *, now: datetime, has_answered: bool) -> datetime | None:
    """When the site is due again: by its schedule, but not before it wants to be asked."""
    if not lane.takes_due:
        return crawl.due_before[lane.site.name]
    if _is_interrupted(crawl, lane):
        due_at = now
    else:
        due_at = next_crawl(
            lane.site.schedule,
            last=crawl.started_at,
            now=now,
            time_zone=lane.site.time_zone,
            name=lane.site.name,
            failure_count=0 if has_answered else crawl.failures_before[lane.site.name] + 1,
        )
    return max(due_at, lane.wait_until or due_at)


def _is_interrupted(crawl: Crawl, lane: Lane) -> bool:
    """Whether the site's part is to go on soon: it is us who were stopped."""
    return bool(crawl.stopped_because and not lane.is_done() and not crawl.failed_because)
