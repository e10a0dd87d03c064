"""Whole crawls of invented sites that take no time, by the archive's rows alone."""

from datetime import datetime, timedelta

from config.site import SiteConfig
from db.archive import Archive
from db.archiving import crawls
from db.models import CrawlOutcome

HOUR = timedelta(hours=1)


def site(name: str = "one", **schedule: object) -> SiteConfig:
    given = {"name": name, "title": name, "home": f"https://{name}.example/", "schedule": schedule}
    return SiteConfig.model_validate(given)


def crawl(
    archive: Archive,
    one: SiteConfig,
    *,
    next_in: timedelta = HOUR,
    heeded: datetime | None = None,
    wait: timedelta | None = None,
) -> None:
    """A whole crawl of a site that begins and ends now."""
    now = archive.clock.now()
    with archive.write() as session:
        row = crawls.ensure_site(session, name=one.name, title=one.title, home=one.home, now=now)
        crawl_id = crawls.begin_crawl(
            session, trigger="schedule", owner="desk:1", now=now, site_ids=[row.id]
        )
        crawls.end_crawl_site(
            session,
            crawl_id,
            row.id,
            now=now,
            outcome=CrawlOutcome.FINISHED,
            counts={},
            due_at=now + next_in,
            has_answered=True,
            begun_at=now,
            wait_until_at=now + wait if wait else None,
            heeded=heeded,
        )
