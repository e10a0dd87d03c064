"""How sites stood at a moment, as far as rows that are only ever added can tell. Takes a read session; writes nothing.

What is due, and what failed to no row, is a column that says what is so now: of a moment in the past it is not known.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.asking.asof import AsOf, is_known, stands, was_looked
from db.models import (
    Capture,
    Crawl,
    CrawlSite,
    Extraction,
    Link,
    Reprint,
    Revision,
    Site,
    Source,
    SourceLook,
    Visit,
)


@dataclass(frozen=True, slots=True)
class SourceThen:
    """What a source had answered last."""

    kind: str
    url: str
    looked_at: datetime
    outcome: str
    status: int | None
    link_count: int | None
    detail: str | None


@dataclass(frozen=True, slots=True)
class SiteThen:
    """How a site stood."""

    name: str
    title: str
    crawled_at: datetime | None  # its last crawl that had ended
    outcome: str | None  # of that
    error: str | None
    article_count: int  # with a text that stood
    link_count: int
    sources: tuple[SourceThen, ...]  # those that had been looked at


def sites_then(session: Session, *, as_of: AsOf) -> list[SiteThen]:
    """The sites that the archive knew, by name."""
    end = _end(as_of)
    sites = session.scalars(select(Site).where(Site.added_at <= end).order_by(Site.name)).all()
    articles = _counts(
        session,
        select(Link.site_id, func.count(Revision.article_id.distinct()))
        .join(Capture, Capture.id == Revision.capture_id)
        .join(Link, Link.id == Capture.link_id)
        .where(stands(as_of))
        .group_by(Link.site_id),
    )
    links = _counts(
        session,
        select(Link.site_id, func.count()).where(Link.found_at <= end).group_by(Link.site_id),
    )
    sources = _sources(session, end)
    crawled = _crawled(session, end)
    found = []
    for site in sites:
        crawled_at, outcome, error = crawled.get(site.id, (None, None, None))
        found.append(
            SiteThen(
                name=site.name,
                title=site.title,
                crawled_at=crawled_at,
                outcome=outcome,
                error=error,
                article_count=articles.get(site.id, 0),
                link_count=links.get(site.id, 0),
                sources=tuple(sources.get(site.id, ())),
            )
        )
    return found


def counts_then(session: Session, *, as_of: AsOf) -> dict[str, int]:
    """How many of everything the archive had that has a moment; names as in `reports.counts`."""
    end = _end(as_of)
    statements = {
        "sites": select(func.count()).where(Site.added_at <= end),
        "crawls": select(func.count()).where(Crawl.started_at <= end),
        "links": select(func.count()).where(Link.found_at <= end),
        "visits": select(func.count()).select_from(Visit).where(was_looked(as_of)),
        "captures": select(func.count()).where(Capture.fetched_at <= end),
        "extractions": select(func.count()).where(Extraction.read_at <= end),
        "articles": select(func.count(Revision.article_id.distinct())).where(stands(as_of)),
        "revisions": select(func.count()).select_from(Revision).where(is_known(as_of)),
        "reprints": select(func.count()).where(Reprint.found_at <= end),
    }
    return {name: session.scalar(statement) or 0 for name, statement in statements.items()}


def _end(as_of: AsOf) -> datetime:
    """The earlier of the two times: what was neither said nor known by then is not told."""
    ends = [end for end in (as_of.said_at, as_of.known_at) if end is not None]
    if not ends:
        raise ValueError("of now `reports` tells more: give a moment")
    return min(ends)


def _counts(session: Session, statement: object) -> Mapping[int, int]:
    return {site_id: count for site_id, count in session.execute(statement)}  # type: ignore[call-overload]  # noqa: C416 - a Row is typed so


def _crawled(
    session: Session, end: datetime
) -> dict[int, tuple[datetime | None, str | None, str | None]]:
    rows = session.execute(
        select(CrawlSite.site_id, Crawl.finished_at, CrawlSite.outcome, CrawlSite.error)
        .join(Crawl, Crawl.id == CrawlSite.crawl_id)
        .where(Crawl.finished_at <= end)
        .order_by(Crawl.finished_at, Crawl.id)
    )
    return {row.site_id: (row.finished_at, row.outcome, row.error) for row in rows}


def _sources(session: Session, end: datetime) -> dict[int, list[SourceThen]]:
    last = (
        select(func.max(SourceLook.id).label("id"))
        .where(SourceLook.looked_at <= end)
        .group_by(SourceLook.source_id)
        .subquery()
    )
    rows = session.execute(
        select(Source.site_id, Source.kind, Source.url, SourceLook)
        .join(SourceLook, SourceLook.source_id == Source.id)
        .join(last, last.c.id == SourceLook.id)
        .order_by(Source.id)
    )
    found: dict[int, list[SourceThen]] = {}
    for site_id, kind, url, look in rows:
        found.setdefault(site_id, []).append(
            SourceThen(
                kind=kind,
                url=url,
                looked_at=look.looked_at,
                outcome=look.outcome,
                status=look.status,
                link_count=look.link_count,
                detail=look.detail,
            )
        )
    return found
