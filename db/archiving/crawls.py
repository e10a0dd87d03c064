"""Writes what is known of sites, sources and crawls. Takes a write session and never commits."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from db.archiving.entries import KnownSource
from db.models import (
    Crawl,
    CrawlOutcome,
    CrawlSite,
    Lease,
    Site,
    Source,
    SourceLook,
    SourceOutcome,
    storable,
)

DEAD_AFTER = timedelta(minutes=2)
"""A crawl that is this old and holds no lease is dead: a living one takes its lease at once."""


def ensure_site(
    session: Session, *, name: str, title: str, home: str, now: datetime, is_ad_hoc: bool = False
) -> Site:
    """The site of that name, added or brought up to date."""
    site = session.scalar(select(Site).where(Site.name == name))
    if site is None:
        site = Site(name=name, added_at=now, failure_count=0)
        session.add(site)
    site.title, site.home, site.is_ad_hoc = title, home, is_ad_hoc
    session.flush()
    return site


def site_id(session: Session, name: str) -> int | None:
    """The number of the site of that name; None where it was never crawled."""
    return session.scalar(select(Site.id).where(Site.name == name))


def ad_hoc_homes(session: Session) -> dict[str, str]:
    """The sites that were made up for pages of no configured one, each with its home."""
    rows = session.execute(select(Site.name, Site.home).where(Site.is_ad_hoc).order_by(Site.name))
    return {name: home for name, home in rows}  # noqa: C416 - a Row is typed so


def ensure_sources(
    session: Session, site_id: int, sources: Collection[tuple[str, str]]
) -> dict[tuple[str, str], KnownSource]:
    """What is known of each (kind, url) of the site's sources; new ones are added."""
    known = {(row.kind, row.url): row for row in _sources(session, site_id)}
    for kind, url in dict.fromkeys(sources):
        if (kind, url) not in known:
            source = Source(site_id=site_id, kind=kind, url=url, link_count=0, failure_count=0)
            session.add(source)
            known[kind, url] = source
    session.flush()
    return {key: _known_source(known[key]) for key in sources}


def note_source(
    session: Session,
    source_id: int,
    *,
    now: datetime,
    status: int | None,
    error: str | None = None,
    etag: str | None = None,
    last_modified: str | None = None,
    body_sha256: bytes | None = None,
    link_count: int | None = None,
    dropped: Mapping[str, Any] | None = None,
) -> None:
    """Keep what a source answered. With `error`, or without a digest (304), its last full answer stays."""
    source = session.get_one(Source, source_id)
    source.checked_at, source.status, source.last_error = now, status, error
    if error is not None:
        source.failure_count += 1
        return
    source.failure_count = 0
    if body_sha256 is None:
        return
    source.etag, source.last_modified, source.body_sha256 = etag, last_modified, body_sha256
    if link_count is not None:
        source.link_count = link_count
        source.dropped = dict(dropped) if dropped else None


def note_pace(
    session: Session,
    source_id: int,
    *,
    due_at: datetime | None,
    because: str,
    yield_count: float,
    yield_s: float,
    stated: dict[str, Any] | None,
    asked_whole_at: datetime | None,
    wrong_304_at: datetime | None,
) -> None:
    """Keep when a source is asked next, and all that the moment after that will depend on."""
    source = session.get_one(Source, source_id)
    source.due_at, source.due_because = due_at, because
    source.yield_count, source.yield_s, source.stated = yield_count, yield_s, stated
    source.asked_whole_at, source.wrong_304_at = asked_whole_at, wrong_304_at


def add_source_look(
    session: Session,
    source_id: int,
    crawl_id: int,
    *,
    now: datetime,
    outcome: SourceOutcome,
    status: int | None = None,
    link_count: int | None = None,
    new_link_count: int = 0,
    detail: str | None = None,
) -> None:
    """Add one look at a source to the ledger. `link_count` is None where its links were not read."""
    session.add(
        SourceLook(
            source_id=source_id,
            crawl_id=crawl_id,
            looked_at=now,
            outcome=outcome.value,
            status=status,
            link_count=link_count,
            new_link_count=new_link_count,
            detail=storable(detail, 2000),
        )
    )


def begin_crawl(
    session: Session, *, trigger: str, owner: str, now: datetime, site_ids: Sequence[int]
) -> int:
    """Open a crawl over these sites. `owner` is the name under which it takes its leases."""
    crawl = Crawl(started_at=now, trigger=trigger, owner=owner)
    session.add(crawl)
    session.flush()
    session.add_all(
        CrawlSite(crawl_id=crawl.id, site_id=site_id, counts={}) for site_id in site_ids
    )
    session.flush()
    return crawl.id


def end_crawl_site(
    session: Session,
    crawl_id: int,
    site_id: int,
    *,
    now: datetime,
    outcome: CrawlOutcome,
    counts: Mapping[str, Any],
    due_at: datetime | None,
    has_answered: bool,
    error: str | None = None,
    begun_at: datetime | None = None,
    wait_until_at: datetime | None = None,
    heeded: datetime | None = None,
    is_ill: bool = True,
) -> None:
    """Close a site's part of a crawl.

    Args:
        session: A write session.
        crawl_id: The crawl.
        site_id: The site.
        now: When the part ended.
        outcome: How it ended.
        counts: What it came to.
        due_at: When the site is due again.
        has_answered: False where nothing of the site could be reached.
        error: Why it ended as it did, or what was wrong with the site.
        begun_at: Of a whole crawl: when it began.
        wait_until_at: Until when the server does not want to be asked.
        heeded: What a person had asked for when a whole crawl began: this was it.
        is_ill: Whether `error` says that something is wrong with the site.
    """
    end_part(session, crawl_id, site_id, outcome=outcome, counts=counts, error=error)
    site = session.get_one(Site, site_id)
    site.crawled_at, site.due_at, site.last_error = now, due_at, error if is_ill else None
    site.failure_count = 0 if has_answered else site.failure_count + 1
    if begun_at is None:
        return
    site.begun_at, site.wait_until_at = begun_at, wait_until_at
    if site.wanted_at == heeded:
        site.wanted_at = None


def end_part(
    session: Session,
    crawl_id: int,
    site_id: int,
    *,
    outcome: CrawlOutcome,
    counts: Mapping[str, Any],
    error: str | None,
) -> None:
    """Close a site's part of a crawl without a word on the site: it is somebody else's by now."""
    part = session.get_one(CrawlSite, (crawl_id, site_id))
    part.outcome, part.counts, part.error = outcome, dict(counts), error


def end_crawl(
    session: Session,
    crawl_id: int,
    *,
    now: datetime,
    outcome: CrawlOutcome,
    error: str | None = None,
) -> None:
    """Close a crawl; parts of it that were not closed end as it did."""
    crawl = session.get_one(Crawl, crawl_id)
    crawl.finished_at, crawl.outcome, crawl.error = now, outcome, error
    session.execute(
        update(CrawlSite)
        .where(CrawlSite.crawl_id == crawl_id, CrawlSite.outcome.is_(None))
        .values(outcome=outcome.value)
    )


def mark_dead_crawls(
    session: Session, *, now: datetime, is_dead: Callable[[str], bool] = lambda _: False
) -> list[int]:
    """Close dead crawls as KILLED. Returns their numbers."""
    dead = dead_crawls(session, now=now, is_dead=is_dead)
    for crawl_id in dead:
        end_crawl(session, crawl_id, now=now, outcome=CrawlOutcome.KILLED)
    return dead


def dead_crawls(
    session: Session, *, now: datetime, is_dead: Callable[[str], bool] = lambda _: False
) -> list[int]:
    """The open crawls of owners that are dead, or hold no lease any more. A read session will do."""
    holders = set(
        session.scalars(select(Lease.owner).where(Lease.owner.is_not(None), Lease.until_at > now))
    )
    still_open = session.execute(
        select(Crawl.id, Crawl.owner, Crawl.started_at).where(Crawl.finished_at.is_(None))
    ).all()
    return [
        crawl_id
        for crawl_id, owner, started_at in still_open
        if is_dead(owner) or (started_at < now - DEAD_AFTER and owner not in holders)
    ]


def _sources(session: Session, site_id: int) -> Sequence[Source]:
    return session.scalars(select(Source).where(Source.site_id == site_id)).all()


def _known_source(source: Source) -> KnownSource:
    return KnownSource(
        id=source.id,
        kind=source.kind,
        url=source.url,
        etag=source.etag,
        last_modified=source.last_modified,
        body_sha256=source.body_sha256,
        checked_at=source.checked_at,
        failure_count=source.failure_count,
        due_at=source.due_at,
        link_count=source.link_count,
        yield_count=source.yield_count or 0.0,
        yield_s=source.yield_s or 0.0,
        stated=source.stated,
        asked_whole_at=source.asked_whole_at,
        wrong_304_at=source.wrong_304_at,
    )
