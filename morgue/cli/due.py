"""Which of the configured sites are due, as the archive knows it."""

from collections.abc import Sequence
from datetime import datetime

from config.schedule import awake
from config.site import SiteConfig
from db.archive import Archive
from db.models import Site


def due_sites(archive: Archive, sites: Sequence[SiteConfig]) -> list[SiteConfig]:
    """The sites that want to be crawled now, the longest due first; one never crawled is due since now."""
    with archive.read() as session:
        known = {row.name: row.due_at for row in session.query(Site.name, Site.due_at)}
    now = archive.clock.now()
    due = [(known.get(site.name), site) for site in sites if _is_awake(site, now)]
    return [
        site
        for at, site in sorted(due, key=lambda pair: (pair[0] or now, pair[1].name))
        if at is None or at <= now
    ]


def _is_awake(site: SiteConfig, now: datetime) -> bool:
    """Whether its schedule lets a crawl of the site begin now: it may have been due before its quiet hours."""
    return awake(site.schedule, now, site.zone) <= now
