"""A crawl's beginning in the archive: sites, leases, named links. Its end is in `closing`.

Knows the archive's rows. Must not know Scrapy.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from config.clock import Clock
from config.settings import Settings
from config.site import SiteConfig, SourceConfig, ad_hoc_site
from crawler import backlog, budget, discovery, holding, scheduled
from crawler.lanes import Lane, SourceRun
from crawler.owners import is_surely_dead, owner_name
from crawler.politeness.addresses import is_loopback
from crawler.politeness.slots import concurrency_of
from crawler.report import SiteReport
from crawler.sources import answer
from db.archive import Archive
from db.archiving import clocks, crawls, links, profiles, robots
from db.archiving.entries import FoundLink, KnownLink, KnownSource
from db.archiving.profiles import KnownProfile
from db.archiving.robots import KnownRobots
from db.archiving.steering import Agenda, agenda_of
from db.models import Site
from db.writer import Writer
from pipeline.context import CrawlContext, Event, HeldLease
from pipeline.items import Fetched
from pipeline.profiles.profile import LEARNER_VERSION
from pipeline.stages import learn_rhythms
from pipeline.stages.unread import unread_pages

Note = Callable[[Any], Any]
"""Something to be written, given a session."""

NOTE_LINGER_S = 0.2
"""How long a note waits for others: nobody waits for it but the end of its site's part."""


def _each(session: Any, notes: Sequence[Note]) -> list[Any]:
    return [note(session) for note in notes]


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
    paused_before: Mapping[str, datetime | None]  # by site, where it is crawled in spite of a pause
    failures_before: Mapping[str, int]  # by site: crawls in a row that reached nothing
    busy: Mapping[str, str]
    limit: int | None = None  # pages
    unread: Callable[[CrawlContext], Iterable[Fetched]] = (
        unread_pages  # read before anything is asked
    )
    robots: Mapping[str, KnownRobots] = field(default_factory=dict)  # by origin, what is fresh
    source_problems: dict[str, dict[str, str]] = field(default_factory=dict)
    site_ended: Callable[[SiteReport], None] = lambda _: None
    reports: dict[str, SiteReport] = field(default_factory=dict)  # of sites whose part is closed
    notes: Writer[Note, Any] = field(init=False)  # small writes that share transactions
    stopped_because: str | None = None
    failed_because: str | None = None

    def __post_init__(self) -> None:
        CrawlContext.__post_init__(self)
        self.notes = Writer(self.archive, _each, linger_s=NOTE_LINGER_S, batch=100)

    def is_ending(self) -> bool:
        """Whether it was asked to stop, or cannot go on."""
        return self.stopped_because is not None or self.failed_because is not None

    def open_sites(self) -> list[str]:
        """The sites that it is not done with."""
        return [name for name in self.lanes if name not in self.reports]


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


def begin(
    settings: Settings,
    assignments: Sequence[Assignment],
    *,
    archive: Archive,
    clock: Clock,
    trigger: str,
    progress: Callable[[Event], None] | None = None,
    limit: int | None = None,
    is_wanted: Callable[[SiteConfig, Agenda], bool] | None = None,
    site_ended: Callable[[SiteReport], None] = lambda _: None,
) -> Crawl | dict[str, str]:
    """Open a crawl of those sites that nobody else is crawling.

    Args:
        settings: The project's settings.
        assignments: What is to be done at which site.
        archive: Where it is kept.
        clock: What every moment comes from.
        trigger: What started it.
        progress: Told of every event.
        limit: Pages asked for at most.
        is_wanted: Whether a site is still to be crawled, asked under its lease: somebody else may just have done so.
        site_ended: Told of each site when its part is closed.

    Returns:
        The crawl, or, where no site is left, why each of them is not crawled.
    """
    owner = owner_name()

    def begun(session: Any) -> Crawl | dict[str, str]:
        now = clock.now()  # not before it is our turn
        crawls.mark_dead_crawls(session, now=now, is_dead=is_surely_dead)
        held, busy = _take_all(session, assignments, owner=owner, now=now, is_wanted=is_wanted)
        free = [each for each in assignments if each.site.name in held]
        if not free:
            return busy
        rows = {each.site.name: _ensure(session, each, now=now) for each in free}
        policies = learn_rhythms.policies(
            session, {rows[each.site.name].id: each.site for each in free}
        )
        unsettled = {name for name, row in rows.items() if _was_cut_short(row)}
        for each in free:
            row = rows[each.site.name]
            if clocks.is_ahead(row, now=now):
                clocks.heed_set_back(session, row, now=now)
            if each.is_whole and each.takes_pages:
                row.begun_at = now
        fresh = robots.fresh(session, _origins(free), now=now)
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
                asks_all=trigger != scheduled.TRIGGER or rows[each.site.name].wanted_at is not None,
            )
            for each in free
        }
        for each in free:
            lane = lanes[each.site.name]
            lane.was_cut_short = each.site.name in unsettled
            if each.has_backlog:
                lane.backlog = backlog.open_backlog(
                    session, archive, each.site, rows[each.site.name], now=now
                )
            elif trigger == scheduled.TRIGGER and each.is_whole:
                lane.longest = scheduled.longest_of(settings, each.site, now=now)
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
            paused_before={name: row.paused_at for name, row in rows.items()},
            failures_before={name: row.failure_count for name, row in rows.items()},
            busy=busy,
            limit=limit,
            robots=fresh,
            site_ended=site_ended,
        )

    return archive.transact(begun)


def _take_all(
    session: Any,
    assignments: Sequence[Assignment],
    *,
    owner: str,
    now: datetime,
    is_wanted: Callable[[SiteConfig, Agenda], bool] | None,
) -> tuple[dict[str, tuple[HeldLease, ...]], dict[str, str]]:
    """The leases of the sites that may be crawled; of the others, why not."""
    held: dict[str, tuple[HeldLease, ...]] = {}
    busy: dict[str, str] = {}
    for each in assignments:
        site = each.site
        taken = holding.take(session, site, owner=owner, now=now)
        is_checked = is_wanted is not None and each.is_whole
        if isinstance(taken, str):
            busy[site.name] = taken
        elif is_checked and is_wanted and not is_wanted(site, agenda_of(session, site.name)):
            holding.give_back(session, taken)
            busy[site.name] = "not due any more"
        else:
            held[site.name] = taken
    return held, busy


def _was_cut_short(row: Site) -> bool:
    """Whether the site's last whole crawl was killed: it may have left work that only a crawl's end does."""
    return row.begun_at is not None and (row.crawled_at is None or row.begun_at > row.crawled_at)


def _origins(assignments: Iterable[Assignment]) -> list[str]:
    return [
        f"{scheme}://{host}"
        for assignment in assignments
        for host in assignment.site.hosts
        for scheme in ("https", "http")
    ]


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
