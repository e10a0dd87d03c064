"""What a crawl came to, for whoever started it. Values only."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from db.models import CrawlOutcome


@dataclass(frozen=True, slots=True)
class SiteReport:
    """One site's part of a crawl."""

    name: str
    outcome: CrawlOutcome | None  # None: not crawled
    counts: Mapping[str, int] = field(default_factory=dict)
    error: str | None = None  # in plain words: what was wrong with the site
    busy: str | None = None  # why it was left alone: who else is crawling it, or has just done so
    source_problems: Mapping[str, str] = field(default_factory=dict)  # by the source's URL
    crawl_id: int | None = None  # None: not crawled


@dataclass(frozen=True, slots=True)
class CrawlReport:
    """A whole crawl."""

    crawl_id: int | None  # None: every site was busy, nothing was crawled
    outcome: CrawlOutcome | None
    started_at: datetime
    finished_at: datetime
    sites: tuple[SiteReport, ...]
    error: str | None = None  # why it was stopped, or failed

    def count(self, what: str) -> int:
        """The sum of a count over all sites."""
        return sum(site.counts.get(what, 0) for site in self.sites)

    @property
    def busy(self) -> tuple[SiteReport, ...]:
        """Sites that somebody else is crawling."""
        return tuple(site for site in self.sites if site.busy)
