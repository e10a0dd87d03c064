"""What a scheduled crawl is: its trigger, and how long it may take at a site.

Knows schedules. Must not know Scrapy: the daemon asks, and need not carry it.
"""

from datetime import datetime, timedelta
from typing import Final

from config.schedule import longest_crawl
from config.settings import Settings
from config.site import SiteConfig

TRIGGER: Final = "schedule"
"""Of crawls that a daemon starts."""


def longest_of(settings: Settings, site: SiteConfig, *, now: datetime) -> timedelta:
    """How long a scheduled crawl of a site may take: what it has not asked for then stays due."""
    limit = timedelta(minutes=settings.max_crawl_minutes)
    return min(limit, longest_crawl(site.schedule, now=now, time_zone=site.time_zone))
