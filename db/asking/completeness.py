"""What sources promised and what became of it: the rows of an audit. Takes a read session; writes nothing.

Knows rows. Must not know site files, and so not why a page that was never asked for is not wanted.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from db.archiving.entries import FoundLink
from db.models import (
    Article,
    ArticleUrl,
    Backfill,
    BackfillLink,
    BackfillState,
    Capture,
    Crawl,
    CrawlOutcome,
    CrawlSite,
    Extraction,
    Lease,
    Link,
    Quarantine,
    Revision,
    Site,
    Source,
    SourceLook,
    Unread,
    Visit,
)
from db.statements import chunks


@dataclass(frozen=True, slots=True)
class LastVisit:
    """The last look at a link."""

    outcome: str
    status: int | None
    detail: str | None
    visited_at: datetime


@dataclass(frozen=True, slots=True)
class Doubt:
    """The last reading of a link that was not believed."""

    reason: str
    detail: str | None
    extractor: str
    rules_sha256: bytes


@dataclass(frozen=True, slots=True)
class Promised:
    """A page that a source named, or a person, and what is archived of it."""

    link_id: int
    url: str
    source_kind: str | None
    source_url: str | None  # None: a person named it
    stated_at: datetime | None  # its publication, as its source stated it
    published: str | None  # the same, as its article states it: in the publisher's own offset
    found_at: datetime
    due_at: datetime | None
    failure_count: int
    article_id: int | None
    is_alias: bool  # another link showed the same article first
    gone_at: datetime | None
    last_visit: LastVisit | None  # of pages without an article
    doubt: Doubt | None
    is_unread: bool
    backfill_id: int | None  # that wants it and has not asked for it yet


@dataclass(frozen=True, slots=True)
class SourceState:
    """What a source said last, and what of it was not taken."""

    kind: str
    url: str
    checked_at: datetime | None
    link_count: int
    last_error: str | None
    dropped: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SiteState:
    """What says why pages of a site were not asked for."""

    id: int
    added_at: datetime
    crawled_at: datetime | None
    due_at: datetime | None
    paused_at: datetime | None
    pause_reason: str | None
    last_error: str | None
    cut_because: str | None  # its last crawl ended before everything due was asked for
    held_by: str | None  # who is crawling one of its hosts now
    sources: tuple[SourceState, ...]


def site_state(
    session: Session, name: str, *, hosts: Collection[str], now: datetime
) -> SiteState | None:
    """How the site stands; None where it was never crawled."""
    site = session.scalar(select(Site).where(Site.name == name))
    if site is None:
        return None
    last = session.execute(
        select(Crawl.outcome, Crawl.error, CrawlSite.outcome, CrawlSite.error)
        .join(CrawlSite, CrawlSite.crawl_id == Crawl.id)
        .where(CrawlSite.site_id == site.id)
        .order_by(Crawl.id.desc())
        .limit(1)
    ).first()
    names = [f"host:{host.removeprefix('www.')}"[:255] for host in hosts]
    held_by = session.scalar(
        select(Lease.owner).where(Lease.name.in_(names), Lease.until_at > now).limit(1)
    )
    sources = session.scalars(
        select(Source).where(Source.site_id == site.id).order_by(Source.id)
    ).all()
    return SiteState(
        id=site.id,
        added_at=site.added_at,
        crawled_at=site.crawled_at,
        due_at=site.due_at,
        paused_at=site.paused_at,
        pause_reason=site.pause_reason,
        last_error=site.last_error,
        cut_because=_cut(last) if last else None,
        held_by=held_by,
        sources=tuple(
            SourceState(
                one.kind,
                one.url,
                one.checked_at,
                one.link_count,
                one.last_error,
                one.dropped or {},
            )
            for one in sources
        ),
    )


def _cut(last: Sequence[Any]) -> str | None:
    """Why the site's last crawl ended early; None where it ended by itself, or is running."""
    outcome, error, part, part_error = last
    if outcome is None or (part == outcome == CrawlOutcome.FINISHED):
        return None
    return part_error or error or f"it was {outcome}"


def promised(session: Session, site_id: int, *, begin: datetime, end: datetime) -> list[Promised]:
    """The pages whose day may lie between two moments, in the order in which they were found.

    A page without an article and without a stated publication is always among them: its address may name a day.
    """
    moment = func.coalesce(Revision.published_at, Link.published_at, Link.found_at)
    rows = session.execute(
        select(
            Link.id,
            Link.url,
            Source.kind.label("source_kind"),
            Source.url.label("source_url"),
            Link.published_at,
            Revision.published,
            Link.found_at,
            Link.due_at,
            Link.visited_at,
            Link.failure_count,
            Link.article_id,
            Article.gone_at,
        )
        .outerjoin(Source, Source.id == Link.source_id)
        .outerjoin(Article, Article.id == Link.article_id)
        .outerjoin(Revision, Revision.id == Article.revision_id)
        .where(
            Link.site_id == site_id,
            or_(
                and_(Link.article_id.is_(None), Link.published_at.is_(None)),
                moment.between(begin, end),
            ),
        )
        .order_by(Link.id)
    ).all()
    firsts = _first_links(session, [row.article_id for row in rows if row.article_id])
    missing = [row.id for row in rows if row.article_id is None]
    visits = _last_visits(session, missing)
    doubts = _doubts(session, missing)
    unread = _unread(session, site_id)
    past = _wanted_by_backfills(session, site_id)
    return [
        Promised(
            link_id=row.id,
            url=row.url,
            source_kind=row.source_kind,
            source_url=row.source_url,
            stated_at=row.published_at,
            published=row.published,
            found_at=row.found_at,
            due_at=row.due_at,
            failure_count=row.failure_count,
            article_id=row.article_id,
            is_alias=row.article_id is not None and firsts[row.article_id] != row.id,
            gone_at=row.gone_at,
            last_visit=visits.get(row.id),
            doubt=doubts.get(row.id),
            is_unread=row.id in unread,
            backfill_id=past.get(row.id) if row.visited_at is None else None,
        )
        for row in rows
    ]


def looks_at_sources(
    session: Session, site_id: int, *, begin: datetime, end: datetime
) -> list[tuple[datetime, str]]:
    """When the site's sources were looked at, and what that came to."""
    rows = session.execute(
        select(SourceLook.looked_at, SourceLook.outcome)
        .join(Source, Source.id == SourceLook.source_id)
        .where(Source.site_id == site_id, SourceLook.looked_at.between(begin, end))
    )
    return [(row.looked_at, row.outcome) for row in rows]


def known_keys(session: Session, site_id: int, keys: Sequence[str]) -> set[str]:
    """Those of these pages that the archive knows: as links, or as addresses of articles."""
    known: set[str] = set()
    for chunk in chunks(keys):
        for model in (Link, ArticleUrl):
            known |= set(
                session.scalars(
                    select(model.url_key).where(model.site_id == site_id, model.url_key.in_(chunk))
                )
            )
    return known


def links_by_source(session: Session) -> dict[str, list[tuple[FoundLink, str]]]:
    """Every link that a source named, by site, with the source."""
    found: dict[str, list[tuple[FoundLink, str]]] = {}
    rows = session.execute(
        select(Link, Site.name, Source.kind, Source.url)
        .join(Site, Site.id == Link.site_id)
        .join(Source, Source.id == Link.source_id)
        .order_by(Link.id)
    )
    for link, name, kind, url in rows:
        one = FoundLink(
            url=link.url,
            url_key=link.url_key,
            title=link.title,
            guid=link.guid,
            published_at=link.published_at,
            modified_at=link.modified_at,
        )
        found.setdefault(name, []).append((one, f"{kind} {url}"))
    return found


def _first_links(session: Session, article_ids: Sequence[int]) -> dict[int, int]:
    """The link that each article was first found by."""
    firsts: dict[int, int] = {}
    for chunk in chunks(sorted(set(article_ids))):
        rows = session.execute(
            select(Link.article_id, func.min(Link.id))
            .where(Link.article_id.in_(chunk))
            .group_by(Link.article_id)
        )
        firsts.update({row[0]: row[1] for row in rows if row[0] is not None})
    return firsts


def _last_visits(session: Session, link_ids: Sequence[int]) -> dict[int, LastVisit]:
    found: dict[int, LastVisit] = {}
    for chunk in chunks(link_ids):
        newest = select(func.max(Visit.id)).where(Visit.link_id.in_(chunk)).group_by(Visit.link_id)
        rows = session.execute(
            select(
                Visit.link_id, Visit.outcome, Visit.status, Visit.detail, Visit.visited_at
            ).where(Visit.id.in_(newest))
        )
        found.update({row.link_id: LastVisit(*row[1:]) for row in rows})
    return found


def _doubts(session: Session, link_ids: Sequence[int]) -> dict[int, Doubt]:
    found: dict[int, Doubt] = {}
    for chunk in chunks(link_ids):
        rows = session.execute(
            select(
                Quarantine.link_id,
                Quarantine.reason,
                Quarantine.detail,
                Extraction.extractor,
                Extraction.rules_sha256,
            )
            .join(Extraction, Extraction.id == Quarantine.extraction_id)
            .where(Quarantine.link_id.in_(chunk), Quarantine.released_at.is_(None))
            .order_by(Quarantine.id)
        )
        found.update({row.link_id: Doubt(*row[1:]) for row in rows})
    return found


def _unread(session: Session, site_id: int) -> set[int]:
    return set(
        session.scalars(
            select(Capture.link_id)
            .join(Unread, Unread.capture_id == Capture.id)
            .where(Unread.site_id == site_id)
        )
    )


def _wanted_by_backfills(session: Session, site_id: int) -> dict[int, int]:
    rows = session.execute(
        select(BackfillLink.link_id, BackfillLink.backfill_id)
        .join(Backfill, Backfill.id == BackfillLink.backfill_id)
        .join(Link, Link.id == BackfillLink.link_id)
        .where(
            Backfill.site_id == site_id,
            Backfill.state != BackfillState.COMPLETE.value,
            Link.visited_at.is_(None),
        )
    )
    return {row.link_id: row.backfill_id for row in rows}
