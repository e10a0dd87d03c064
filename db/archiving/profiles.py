"""The profiles that were learnt of sites, and the captures to learn one from. Takes a session, never commits.

Keeps a profile as bytes. What they say is the pipeline's.
"""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from itertools import groupby

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from db.archiving.captured import load_captures
from db.archiving.entries import KeptCapture
from db.models import Article, Extraction, Link, Quarantine, Revision, Site, SiteProfile


@dataclass(frozen=True, slots=True)
class KnownProfile:
    """What was learnt of a site at one time."""

    id: int
    site_id: int
    number: int
    learned_at: datetime
    learner: str
    digest_sha256: bytes
    article_count: int  # that the site had then
    page_count: int  # that it was learnt from
    content: bytes


def newest_profile(
    session: Session,
    site_id: int,
    *,
    learner: str | None = None,
    known_at: datetime | None = None,
) -> KnownProfile | None:
    """The site's newest profile, of this version of the learner or learnt by this moment where one is named."""
    statement = select(SiteProfile).where(SiteProfile.site_id == site_id)
    if known_at is not None:
        statement = statement.where(SiteProfile.learned_at <= known_at)
    if learner is not None:
        statement = statement.where(SiteProfile.learner == learner)
    row = session.scalar(statement.order_by(SiteProfile.number.desc()).limit(1))
    return _known(row) if row is not None else None


def newest_profiles(
    session: Session, *, learner: str, site: str | None = None
) -> dict[str, KnownProfile]:
    """Each site's newest profile of this version of the learner, or that of one site, by the sites' names."""
    last = (
        select(SiteProfile.site_id, func.max(SiteProfile.number).label("number"))
        .where(SiteProfile.learner == learner)
        .group_by(SiteProfile.site_id)
        .subquery()
    )
    statement = (
        select(Site.name, SiteProfile)
        .join(SiteProfile, SiteProfile.site_id == Site.id)
        .join(last, and_(last.c.site_id == Site.id, last.c.number == SiteProfile.number))
    )
    if site is not None:
        statement = statement.where(Site.name == site)
    return {name: _known(row) for name, row in session.execute(statement.order_by(Site.id))}


def add_profile(
    session: Session,
    site_id: int,
    *,
    learner: str,
    content: bytes,
    article_count: int,
    page_count: int,
    now: datetime,
) -> KnownProfile:
    """Add what was learnt. The writer holds the site's lease, so that numbers follow each other."""
    last = session.scalar(
        select(func.max(SiteProfile.number)).where(SiteProfile.site_id == site_id)
    )
    row = SiteProfile(
        site_id=site_id,
        number=(last or 0) + 1,
        learned_at=now,
        learner=learner,
        digest_sha256=sha256(content).digest(),
        article_count=article_count,
        page_count=page_count,
        content=content,
    )
    session.add(row)
    session.flush()
    return _known(row)


def article_count(session: Session, site_id: int) -> int:
    """How many articles of the site were believed."""
    counted = session.scalar(
        select(func.count()).where(Article.site_id == site_id, Article.revision_id.is_not(None))
    )
    return counted or 0


def captures_to_learn_from(
    session: Session, site_id: int, *, limit: int, quarantined_for: str | None = None
) -> list[KeptCapture]:
    """The captures that prove the newest texts of the site's articles, the latest first, one an article.

    Args:
        session: A read session.
        site_id: The site.
        limit: Captures at most.
        quarantined_for: A reason: the captures that were not believed for it are taken as well, one a link.
    """
    ids = list(
        session.scalars(
            select(Revision.capture_id)
            .join(Article, Article.revision_id == Revision.id)
            .where(Article.site_id == site_id)
            .order_by(Revision.capture_id.desc())
            .limit(limit)
        )
    )
    if quarantined_for is not None:
        ids += session.scalars(
            select(func.max(Extraction.capture_id))
            .join(Quarantine, Quarantine.extraction_id == Extraction.id)
            .join(Link, Link.id == Quarantine.link_id)
            .where(Link.site_id == site_id, Quarantine.reason == quarantined_for)
            .group_by(Quarantine.link_id)
            .order_by(func.max(Extraction.capture_id).desc())
            .limit(limit)
        )
    latest = sorted(set(ids), reverse=True)[:limit]
    found = load_captures(session, latest)
    return [found[capture_id] for capture_id in latest]


@dataclass(frozen=True, slots=True)
class SharedText:
    """The newest text of an article that many links show, which names no address as its own."""

    text: str
    links: tuple[tuple[str, str | None], ...]  # URL, and the title that its source gave it


def shared_texts(session: Session, site_id: int, *, fewest: int) -> list[SharedText]:
    """The texts that so many links of the site show, in order of their articles."""
    many = (
        select(Link.article_id)
        .join(Article, Article.id == Link.article_id)
        .where(Link.site_id == site_id, Link.revision_id == Article.revision_id)
        .group_by(Link.article_id)
        .having(func.count() >= fewest)
    )
    rows = session.execute(
        select(Article.id, Revision.text, Link.url, Link.title)
        .join(Revision, Revision.id == Article.revision_id)
        .join(Link, Link.article_id == Article.id)
        .where(
            Article.id.in_(many),
            Link.site_id == site_id,
            Link.revision_id == Revision.id,
            Revision.canonical_url.is_(None),
        )
        .order_by(Article.id, Link.id)
    )
    return [
        SharedText(members[0].text, tuple((row.url, row.title) for row in members))
        for _, found in groupby(rows, key=lambda row: row.id)
        if (members := list(found))
    ]


def _known(row: SiteProfile) -> KnownProfile:
    return KnownProfile(
        id=row.id,
        site_id=row.site_id,
        number=row.number,
        learned_at=row.learned_at,
        learner=row.learner,
        digest_sha256=row.digest_sha256,
        article_count=row.article_count,
        page_count=row.page_count,
        content=row.content,
    )
