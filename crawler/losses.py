"""What the archive is told of a site whose crawl was lost: killed from outside, or for what it took.

Knows the archive's rows. Must not know who noticed.
"""

from datetime import datetime
from typing import Any

from config.schedule import next_crawl
from config.site import SiteConfig
from crawler.owners import is_surely_dead
from db.archive import Archive
from db.archiving import crawls


def dead_crawls(session: Any, *, now: datetime) -> list[int]:
    """The crawls that stand open, and that nobody is doing any more."""
    return crawls.dead_crawls(session, now=now, is_dead=is_surely_dead)


def close_dead(archive: Archive) -> list[int]:
    """Close the crawls that nobody is doing any more; writes only where there are any. Returns their numbers."""
    with archive.read() as session:
        if not dead_crawls(session, now=archive.clock.now()):
            return []
    with archive.write() as session:
        now = archive.clock.now()
        return crawls.mark_dead_crawls(session, now=now, is_dead=is_surely_dead)


def note_lost(session: Any, site: SiteConfig, *, words: str, now: datetime) -> None:
    """Have the site fail by these words, and be due again by its schedule; later each time that it is lost again.

    Without this a site that kills its crawl would be due at once for ever, and nobody would be told.
    """
    row = crawls.ensure_site(session, name=site.name, title=site.title, home=site.home, now=now)
    crawls.mark_dead_crawls(session, now=now, is_dead=is_surely_dead)
    row.failure_count += 1
    row.last_error = words
    row.crawled_at, row.wanted_at = now, None
    row.due_at = next_crawl(
        site.schedule,
        last=min(row.begun_at or now, now),
        now=now,
        time_zone=site.time_zone,
        name=site.name,
        failure_count=row.failure_count,
    )
    session.flush()
