"""Moments that a clock ahead of ours has written for a site: it was set back since. Takes a write session.

Knows which moments decide when something is asked. Must not know who asks. The ledger keeps what the clock said.
"""

from datetime import datetime, timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from db.models import Backfill, BackfillState, Link, Site, Source


def is_ahead(site: Site, *, now: datetime) -> bool:
    """Whether the site's last crawl lies ahead."""
    return any(moment is not None and moment > now for moment in (site.crawled_at, site.begun_at))


def heed_set_back(session: Session, site: Site, *, now: datetime) -> None:
    """Have what the site's moments decide come as soon as they meant, not when the clock has caught up."""
    _heed_links(session, site.id, now=now)
    _heed_sources(session, site.id, now=now)
    _heed_backfills(session, site, now=now)


def _heed_links(session: Session, site_id: int, *, now: datetime) -> None:
    """Links that were visited by the other clock are due as long after now as after that visit."""
    rows = session.execute(
        select(Link.id, Link.visited_at, Link.due_at).where(
            Link.site_id == site_id, Link.visited_at > now, Link.due_at > now
        )
    ).all()
    for link_id, visited_at, due_at in rows:
        assert visited_at is not None
        assert due_at is not None
        session.execute(
            update(Link)
            .where(Link.id == link_id)
            .values(due_at=_after(now, due_at, since=visited_at))
            .execution_options(synchronize_session=False)
        )


def _heed_sources(session: Session, site_id: int, *, now: datetime) -> None:
    """Sources that were asked by the other clock are asked now, as at first: nobody knows what came since."""
    sources = session.scalars(
        select(Source).where(
            Source.site_id == site_id,
            or_(Source.checked_at > now, Source.asked_whole_at > now, Source.wrong_304_at > now),
        )
    )
    for source in sources:
        source.due_at = source.checked_at = source.asked_whole_at = None
        if source.wrong_304_at is not None:
            source.wrong_304_at = min(source.wrong_304_at, now)


def _heed_backfills(session: Session, site: Site, *, now: datetime) -> None:
    """Back-fills rest as long after now as they were to rest after the site's last crawl."""
    if site.crawled_at is None or site.crawled_at <= now:
        return
    backfills = session.scalars(
        select(Backfill).where(
            Backfill.site_id == site.id,
            Backfill.state == BackfillState.OPEN.value,
            Backfill.due_at > now,
        )
    )
    for backfill in backfills:
        assert backfill.due_at is not None
        backfill.due_at = _after(now, backfill.due_at, since=site.crawled_at)


def _after(now: datetime, due_at: datetime, *, since: datetime) -> datetime:
    return min(due_at, now + max(due_at - since, timedelta(0)))
