"""What sources promise now: read as a crawl reads them, and no page asked for. One a process, as crawls are.

Knows how a crawl is cut down to its sources. Must not know what is made of their links.
"""

import tempfile
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from config.clock import Clock
from config.settings import Settings
from config.site import SiteConfig
from crawler import holding
from crawler.owners import owner_name
from crawler.run import run_crawl
from db.archive import Archive
from db.archiving import leases
from db.archiving.entries import FoundLink
from db.asking import completeness
from pipeline.context import HeldLease

HELD_FOR: Final = timedelta(minutes=15)
"""How long others are kept from the hosts, should the asking be killed."""


def ask_sources(
    settings: Settings,
    sites: Sequence[SiteConfig],
    *,
    since: datetime,
    archive: Archive,
    clock: Clock,
) -> tuple[dict[str, list[tuple[FoundLink, str]]], dict[str, str]]:
    """The links that the sources of these sites name now, with the source; and why a site was not asked.

    Args:
        settings: Of the project.
        sites: To be asked, each by its sources, as politely as a crawl does.
        since: Of an index of sitemaps only those are read that changed since then.
        archive: Whose leases say whether somebody else is asking the site; nothing else is written there.
        clock: What every moment comes from.
    """
    held, problems = _take(archive, sites, now=clock.now())
    try:
        found, failed = _ask(settings, [one for one in sites if one.name in held], since, clock)
    finally:
        with archive.write() as session:
            for each in held.values():
                for lease in each:
                    leases.release(session, lease.name, token=lease.token)
    return found, problems | failed


def _take(
    archive: Archive, sites: Sequence[SiteConfig], *, now: datetime
) -> tuple[dict[str, tuple[HeldLease, ...]], dict[str, str]]:
    held: dict[str, tuple[HeldLease, ...]] = {}
    busy: dict[str, str] = {}
    owner = owner_name()
    with archive.write() as session:
        for site in sites:
            taken = holding.take(session, site, owner=owner, now=now, ttl=HELD_FOR)
            if isinstance(taken, str):
                busy[site.name] = taken
            else:
                held[site.name] = taken
    return held, busy


def _ask(
    settings: Settings, sites: Sequence[SiteConfig], since: datetime, clock: Clock
) -> tuple[dict[str, list[tuple[FoundLink, str]]], dict[str, str]]:
    if not sites:
        return {}, {}
    with tempfile.TemporaryDirectory(prefix="morgue-", ignore_cleanup_errors=True) as folder:
        address = f"sqlite:///{Path(folder) / 'archive.sqlite3'}"
        own = {"archive_url": address, "capture_store": "database", "learn_profiles": False}
        report = run_crawl(
            settings.model_copy(update=own),
            [_recent(site, clock.now() - since) for site in sites],
            trigger="audit",
            clock=clock,
            takes_pages=False,
        )
        with (
            Archive.open(address, clock=clock, read_only=True) as asked,
            asked.read() as session,
        ):
            found = completeness.links_by_source(session)
    problems = {
        each.name: "; ".join(
            [*filter(None, [each.error]), *(f"{u}: {p}" for u, p in each.source_problems.items())]
        )
        for each in report.sites
    }
    return found, {name: words for name, words in problems.items() if words}


def _recent(site: SiteConfig, age: timedelta) -> SiteConfig:
    """The site, with sources that go back so far and no further."""
    sources = tuple(
        source.model_copy(update={"max_age": min(filter(None, (source.max_age, age)))})
        for source in site.sources
    )
    return site.model_copy(update={"sources": sources})
