"""What looks tell of how often a site's articles change, and what was learnt of it. Takes a session, never commits.

Keeps what was learnt as it is given. What it says is the pipeline's.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from db.models import Crawl, CrawlSite, Link, SiteRhythm, Visit, VisitOutcome

_SEEN = tuple(
    outcome.value
    for outcome in (
        VisitOutcome.NEW,
        VisitOutcome.REVISED,
        VisitOutcome.SAME_TEXT,
        VisitOutcome.SAME_BYTES,
        VisitOutcome.VARIANT,
    )
)


@dataclass(frozen=True, slots=True)
class KnownRhythm:
    """What was learnt of a site from the looks of crawls up to one."""

    learned_at: datetime
    crawl_id: int
    content: dict[str, Any]


class Interval(NamedTuple):
    """A look at an article that saw a text, and the one before it at the same link."""

    url: str
    source_id: int | None
    born_at: datetime
    looked_at: datetime
    before_at: datetime | None  # None: it was the first
    outcome: VisitOutcome


def load(session: Session, site_ids: Collection[int], *, learner: str) -> dict[int, KnownRhythm]:
    """What this version of the learner has learnt of these sites, by site."""
    rows = session.scalars(
        select(SiteRhythm).where(SiteRhythm.site_id.in_(site_ids), SiteRhythm.learner == learner)
    )
    return {row.site_id: KnownRhythm(row.learned_at, row.crawl_id, row.content) for row in rows}


def store(
    session: Session,
    site_id: int,
    *,
    learner: str,
    crawl_id: int,
    content: dict[str, Any],
    now: datetime,
) -> None:
    """Keep what was learnt in the place of what was known."""
    row = session.get(SiteRhythm, site_id)
    if row is None:
        row = SiteRhythm(site_id=site_id)
        session.add(row)
    row.learner, row.learned_at, row.crawl_id, row.content = learner, now, crawl_id, content


def crawls_since(
    session: Session, site_id: int, crawl_id: int, *, limit: int
) -> list[tuple[int, datetime]]:
    """The site's last crawls after this one, the earliest first, with when each began."""
    rows = session.execute(
        select(Crawl.id, Crawl.started_at)
        .join(CrawlSite, CrawlSite.crawl_id == Crawl.id)
        .where(CrawlSite.site_id == site_id, CrawlSite.crawl_id > crawl_id)
        .order_by(Crawl.id.desc())
        .limit(limit)
    )
    return [(row.id, row.started_at) for row in rows][::-1]


def intervals(session: Session, site_id: int, crawl_id: int) -> Iterator[Interval]:
    """What a crawl's looks at a site's articles saw, in their order, each with the look before it."""
    before = aliased(Visit)
    before_at = (
        select(func.max(before.visited_at))
        .where(
            before.link_id == Visit.link_id,
            before.id < Visit.id,
            before.revision_id.is_not(None),
        )
        .scalar_subquery()
    )
    rows = session.execute(
        select(
            Link.url,
            Link.source_id,
            Link.published_at,
            Link.found_at,
            Visit.visited_at,
            before_at,
            Visit.outcome,
        )
        .join(Link, Link.id == Visit.link_id)
        .where(
            Visit.crawl_id == crawl_id,
            Link.site_id == site_id,
            Visit.outcome.in_(_SEEN),
            Visit.revision_id.is_not(None),
        )
        .order_by(Visit.id)
    )
    for url, source_id, published_at, found_at, looked_at, earlier_at, outcome in rows:
        born_at = min(filter(None, (published_at, found_at)))
        yield Interval(url, source_id, born_at, looked_at, earlier_at, VisitOutcome(outcome))


def requests_since(session: Session, site_id: int, since: datetime) -> list[tuple[datetime, int]]:
    """How many requests were made at a site, by crawl, for the crawls that were not over by then.

    What a crawl counted counts; of one that was killed, the looks that it archived.
    """
    rows = session.execute(
        select(Crawl.id, Crawl.started_at, Crawl.finished_at, CrawlSite.counts)
        .join(CrawlSite, CrawlSite.crawl_id == Crawl.id)
        .where(
            CrawlSite.site_id == site_id,
            func.coalesce(Crawl.finished_at, Crawl.started_at) > since,
        )
    )
    found = []
    for crawl_id, started_at, finished_at, counts in rows:
        count = counts.get("pages", 0) + counts.get("sources", 0)
        if not counts:
            count = session.scalar(
                select(func.count(Visit.id))
                .join(Link, Link.id == Visit.link_id)
                .where(Visit.crawl_id == crawl_id, Link.site_id == site_id)
            )
        found.append((finished_at or started_at, count or 0))
    return found
