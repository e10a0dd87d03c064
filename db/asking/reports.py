"""Answers about sites, crawls, visits and reprints. Takes a read session; writes nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, not_, or_, select
from sqlalchemy.orm import Session

from db.asking.asof import NOW, AsOf
from db.identities import unions
from db.models import (
    Article,
    Capture,
    Content,
    Crawl,
    CrawlSite,
    Extraction,
    Link,
    Quarantine,
    Reprint,
    Revision,
    Site,
    Source,
    Unread,
    Unrelated,
    Visit,
)


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """What a source answered last."""

    kind: str
    url: str
    checked_at: datetime | None
    status: int | None
    link_count: int
    failure_count: int
    last_error: str | None


@dataclass(frozen=True, slots=True)
class SiteStatus:
    """How a site stands."""

    id: int
    name: str
    title: str
    home: str
    is_ad_hoc: bool
    crawled_at: datetime | None
    due_at: datetime | None
    failure_count: int
    last_error: str | None
    article_count: int
    link_count: int
    due_link_count: int
    sources: tuple[SourceStatus, ...]


@dataclass(frozen=True, slots=True)
class CrawlView:
    """A crawl and what it came to, site by site."""

    id: int
    started_at: datetime
    finished_at: datetime | None
    outcome: str | None
    trigger: str
    owner: str
    error: str | None
    sites: Mapping[str, Mapping[str, Any]]  # name -> counts


@dataclass(frozen=True, slots=True)
class ReprintView:
    """A copy and its source."""

    copy_article_id: int
    source_article_id: int | None
    source_url: str
    containment: float | None  # share of the copy's text found in the source
    evidence: tuple[str, ...]
    watermark: str | None  # a phrase that the copy has at odd places where its source has nothing
    found_at: datetime


@dataclass(frozen=True, slots=True)
class QuarantineView:
    """A reading that was not believed."""

    id: int
    site: str
    url: str
    reason: str
    detail: str | None
    quarantined_at: datetime  # when its page was fetched
    capture_id: int


def quarantine_list(
    session: Session,
    *,
    site: str | None = None,
    reason: str | None = None,
    as_of: AsOf = NOW,
    limit: int = 50,
) -> list[QuarantineView]:
    """What was kept and not believed, and not released either; the latest first."""
    statement = (
        select(Quarantine, Site.name, Link.url, Extraction.capture_id)
        .join(Extraction, Extraction.id == Quarantine.extraction_id)
        .join(Link, Link.id == Quarantine.link_id)
        .join(Site, Site.id == Link.site_id)
        .order_by(Quarantine.id.desc())
        .limit(limit)
    )
    if site is not None:
        statement = statement.where(Site.name == site)
    if reason is not None:
        statement = statement.where(Quarantine.reason == reason)
    if as_of.said_at is not None:
        statement = statement.where(Quarantine.quarantined_at <= as_of.said_at)
    is_released: ColumnElement[bool] = Quarantine.released_at.is_not(None)
    if as_of.known_at is not None:
        statement = statement.where(Extraction.read_at <= as_of.known_at)
        is_released = and_(is_released, Quarantine.released_at <= as_of.known_at)
    return [
        QuarantineView(
            id=row.id,
            site=name,
            url=url,
            reason=row.reason,
            detail=row.detail,
            quarantined_at=row.quarantined_at,
            capture_id=capture_id,
        )
        for row, name, url, capture_id in session.execute(statement.where(not_(is_released)))
    ]


def site_status(session: Session, *, now: datetime, name: str | None = None) -> list[SiteStatus]:
    """How the sites stand, by name."""
    statement = select(Site).order_by(Site.name)
    if name is not None:
        statement = statement.where(Site.name == name)
    sites = session.scalars(statement).all()
    ids = [site.id for site in sites]
    articles = _count_by_site(session, Article.site_id, ids)
    links = _count_by_site(session, Link.site_id, ids)
    due = _count_by_site(session, Link.site_id, ids, Link.due_at <= now)
    sources: dict[int, list[SourceStatus]] = {}
    for row in session.scalars(
        select(Source).where(Source.site_id.in_(ids)).order_by(Source.site_id, Source.id)
    ):
        sources.setdefault(row.site_id, []).append(
            SourceStatus(
                kind=row.kind,
                url=row.url,
                checked_at=row.checked_at,
                status=row.status,
                link_count=row.link_count,
                failure_count=row.failure_count,
                last_error=row.last_error,
            )
        )
    return [
        SiteStatus(
            id=site.id,
            name=site.name,
            title=site.title,
            home=site.home,
            is_ad_hoc=site.is_ad_hoc,
            crawled_at=site.crawled_at,
            due_at=site.due_at,
            failure_count=site.failure_count,
            last_error=site.last_error,
            article_count=articles.get(site.id, 0),
            link_count=links.get(site.id, 0),
            due_link_count=due.get(site.id, 0),
            sources=tuple(sources.get(site.id, ())),
        )
        for site in sites
    ]


def crawl_list(session: Session, *, limit: int = 20, site: str | None = None) -> list[CrawlView]:
    """The latest crawls, newest first."""
    statement = select(Crawl).order_by(Crawl.id.desc()).limit(limit)
    if site is not None:
        parts = select(CrawlSite.crawl_id).join(Site).where(Site.name == site)
        statement = statement.where(Crawl.id.in_(parts))
    crawls = session.scalars(statement).all()
    counts: dict[int, dict[str, Mapping[str, Any]]] = {}
    for crawl_id, name, counted in session.execute(
        select(CrawlSite.crawl_id, Site.name, CrawlSite.counts)
        .join(Site, Site.id == CrawlSite.site_id)
        .where(CrawlSite.crawl_id.in_([crawl.id for crawl in crawls]))
        .order_by(Site.name)
    ):
        counts.setdefault(crawl_id, {})[name] = counted
    return [
        CrawlView(
            id=crawl.id,
            started_at=crawl.started_at,
            finished_at=crawl.finished_at,
            outcome=crawl.outcome,
            trigger=crawl.trigger,
            owner=crawl.owner,
            error=crawl.error,
            sites=counts.get(crawl.id, {}),
        )
        for crawl in crawls
    ]


def began_at(session: Session) -> datetime | None:
    """When the archive's first crawl began: of what was before, it knows nothing."""
    return session.scalar(select(Crawl.started_at).order_by(Crawl.id).limit(1))


def reprints_of(session: Session, article_id: int, *, as_of: AsOf = NOW) -> list[ReprintView]:
    """The reprints that an article is part of, as copy or as source, in the order they were found.

    Of articles that were merged the one that stood for them is told, and what was found of several of them once.
    """
    ids = unions.members(session, article_id, as_of=as_of)
    statement = select(Reprint).where(
        or_(Reprint.copy_article_id.in_(ids), Reprint.source_article_id.in_(ids))
    )
    if as_of.known_at is not None:
        statement = statement.where(Reprint.found_at <= as_of.known_at)
    rows = session.scalars(statement.order_by(Reprint.id))
    views = [_followed(session, _reprint_view(row, as_of), as_of) for row in rows]
    found: dict[tuple[int, int | str], ReprintView] = {}
    for view in views:
        if article_id in (view.copy_article_id, view.source_article_id):
            found.setdefault(
                (view.copy_article_id, view.source_article_id or view.source_url), view
            )
    return list(found.values())


def _followed(session: Session, view: ReprintView, as_of: AsOf) -> ReprintView:
    """The reprint between the articles that stood for its parties."""
    copy, source = view.copy_article_id, view.source_article_id
    return replace(
        view,
        copy_article_id=unions.survivor(session, copy, as_of=as_of),
        source_article_id=unions.survivor(session, source, as_of=as_of) if source else None,
    )


def _reprint_view(row: Reprint, as_of: AsOf) -> ReprintView:
    view = ReprintView(
        copy_article_id=row.copy_article_id,
        source_article_id=row.source_article_id,
        source_url=row.source_url,
        containment=row.containment,
        evidence=tuple(row.evidence),
        watermark=row.watermark,
        found_at=row.found_at,
    )
    for state in row.earlier["states"] if row.earlier else ():
        if as_of.known_at is not None and as_of.known_at < datetime.fromisoformat(state["until"]):
            return replace(
                view,
                source_article_id=state["source_article_id"],
                containment=state["containment"],
                evidence=tuple(state["evidence"]),
                watermark=state["watermark"],
            )
    return view


def counts(session: Session) -> dict[str, int]:
    """How many of everything the archive has."""
    tables = {
        "sites": Site,
        "crawls": Crawl,
        "links": Link,
        "visits": Visit,
        "captures": Capture,
        "unread": Unread,
        "unrelated": Unrelated,
        "extractions": Extraction,
        "contents": Content,
        "articles": Article,
        "revisions": Revision,
        "quarantined": Quarantine,
        "reprints": Reprint,
    }
    return {
        name: session.scalar(select(func.count()).select_from(table)) or 0
        for name, table in tables.items()
    }


def _count_by_site(
    session: Session, column: Any, ids: list[int], *conditions: Any
) -> dict[int, int]:
    rows = session.execute(
        select(column, func.count()).where(column.in_(ids), *conditions).group_by(column)
    )
    return {site_id: number for site_id, number in rows}  # noqa: C416 - a Row is typed so
