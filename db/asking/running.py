"""Answers about crawls as they run: which are open, how long those before took. Takes a read session."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import (
    Article,
    Capture,
    Crawl,
    CrawlOutcome,
    CrawlSite,
    Link,
    Revision,
    Site,
    Source,
    Visit,
)

_CRAWLS = 5000
"""The latest crawls that are looked at."""

_VISITS = 20_000
_PAST = 30


@dataclass(slots=True)
class Runs:
    """The latest crawls of a site."""

    open_since: datetime | None = None  # of one that has not ended; None: none
    took: list[timedelta] = field(default_factory=list)  # those that ended, the latest first
    killed: int = 0  # in a row, the latest ones
    killed_since: datetime | None = None
    is_scheduled: bool = False  # whether one of them was begun by its schedule


@dataclass(frozen=True, slots=True)
class SiteName:
    """A site's number and name."""

    id: int
    name: str


def site_names(session: Session) -> list[SiteName]:
    """Every site that is no made-up one, by name."""
    rows = session.execute(
        select(Site.id, Site.name).where(Site.is_ad_hoc.is_(False)).order_by(Site.name)
    )
    return [SiteName(id=number, name=name) for number, name in rows]


def runs(session: Session, *, now: datetime, dead: Collection[int] = ()) -> dict[str, Runs]:
    """The latest crawls of each site that is crawled as a whole.

    Args:
        session: A read session.
        now: Crawls that began later are not told of.
        dead: Crawls that stand open though nobody is doing them: they count as killed.
    """
    last = session.scalar(select(Crawl.id).order_by(Crawl.id.desc()).limit(1)) or 0
    rows = session.execute(
        select(
            Site.name,
            Crawl.id,
            Crawl.started_at,
            Crawl.finished_at,
            Crawl.outcome,
            Crawl.trigger,
            CrawlSite.outcome.label("part"),
        )
        .join(CrawlSite, CrawlSite.crawl_id == Crawl.id)
        .join(Site, Site.id == CrawlSite.site_id)
        .where(Crawl.id > last - _CRAWLS, Crawl.started_at <= now)
        .order_by(Crawl.id.desc())
    )
    found: dict[str, Runs] = defaultdict(Runs)
    well: set[str] = set()  # sites with a crawl that ended by itself
    for name, number, started_at, finished_at, outcome, trigger, part in rows:
        site = found[name]
        site.is_scheduled = site.is_scheduled or trigger == "schedule"
        ended_at = finished_at if finished_at is not None and finished_at <= now else None
        was_killed = number in dead if ended_at is None else outcome == CrawlOutcome.KILLED
        if part not in (None, CrawlOutcome.KILLED):  # whatever became of the crawl's other sites
            well.add(name)
        elif was_killed and name not in well:
            site.killed += 1
            site.killed_since = started_at
        elif ended_at is None and not was_killed:
            site.open_since = site.open_since or started_at
        if ended_at is not None and not was_killed and len(site.took) < _PAST:
            site.took.append(ended_at - started_at)
    return dict(found)


def begun_by_schedule(session: Session, *, now: datetime) -> list[datetime]:
    """When the latest crawls began that a schedule wanted, of whatever site, the earliest first."""
    last = session.scalar(select(Crawl.id).order_by(Crawl.id.desc()).limit(1)) or 0
    moments = session.scalars(
        select(Crawl.started_at)
        .where(Crawl.id > last - _CRAWLS, Crawl.trigger == "schedule", Crawl.started_at <= now)
        .order_by(Crawl.started_at)
    )
    return list(moments)


def source_urls(session: Session) -> dict[str, str]:
    """The address of each source, by its number."""
    return {str(number): url for number, url in session.execute(select(Source.id, Source.url))}


def wrong_304s(
    session: Session, *, since: datetime, until: datetime
) -> list[tuple[str, str, datetime]]:
    """Sources that were caught saying falsely that they had not changed: site, address, when."""
    rows = session.execute(
        select(Site.name, Source.url, Source.wrong_304_at)
        .join(Site, Site.id == Source.site_id)
        .where(Source.wrong_304_at > since, Source.wrong_304_at <= until)
        .order_by(Source.id)
    )
    return [(name, url, at) for name, url, at in rows if at is not None]


def newest_pages(
    session: Session, site: str, *, until: datetime | None = None, limit: int = 3
) -> list[str]:
    """The pages at which those articles of the site were seen that were the newest at a moment."""
    newest = (
        select(Article.id)
        .join(Site, Site.id == Article.site_id)
        .where(Site.name == site, *([Article.first_seen_at <= until] if until else []))
        .order_by(Article.first_seen_at.desc())
        .limit(limit)
    )
    statement = (
        select(Capture.url)
        .join(Revision, Revision.capture_id == Capture.id)
        .where(Revision.article_id.in_(newest), Revision.number == 1)
        .order_by(Revision.first_seen_at.desc())
    )
    return list(session.scalars(statement))


def refused_pages(
    session: Session, site: str, *, until: datetime | None = None, limit: int = 3
) -> list[str]:
    """The latest pages of a site that were answered by a refusal."""
    last = session.scalar(select(Visit.id).order_by(Visit.id.desc()).limit(1)) or 0
    return list(
        session.scalars(
            select(Link.url)
            .join(Visit, Visit.link_id == Link.id)
            .join(Site, Site.id == Link.site_id)
            .where(Visit.id > last - _VISITS, Site.name == site)
            .where(Visit.status.in_((401, 403, 429, 451)))
            .where(*([Visit.visited_at <= until] if until else []))
            .order_by(Visit.id.desc())
            .limit(limit)
        )
    )
