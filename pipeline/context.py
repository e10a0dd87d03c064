"""What the item pipelines of one crawl share. Knows values; must not know Scrapy or who crawls."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from config.clock import Clock
from config.settings import Settings
from config.site import SiteConfig
from db.archive import Archive
from db.archiving import leases
from db.archiving.profiles import KnownProfile
from pipeline import compare
from pipeline.revisits.plan import Policy
from pipeline.stages.reading_process import ReadingProcess


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened in a crawl, for whoever watches it."""

    name: str  # "source_read", "page_answered", "visit_archived", "site_finished" ...
    site: str
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HeldLease:
    """A lease that a crawl holds on a host."""

    name: str
    token: int


class LeaseLost(Exception):  # noqa: N818  like ArchiveBusy: the name says what happened
    """Somebody else has taken over a site: what this crawl still writes for it would be doubled."""

    def __init__(self, site: str) -> None:
        super().__init__(f"{site} has been taken over by another crawl")
        self.site = site


@dataclass(slots=True, kw_only=True)
class CrawlContext:
    """One crawl as its item pipelines see it."""

    settings: Settings
    sites: Mapping[str, SiteConfig]
    site_ids: Mapping[str, int]
    archive: Archive
    crawl_id: int
    clock: Clock
    leases: Mapping[str, tuple[HeldLease, ...]] = field(default_factory=dict)  # by site
    profiles: Mapping[str, KnownProfile] = field(
        default_factory=dict
    )  # by site; pages are read with them
    policies: Mapping[str, Policy] = field(
        default_factory=dict
    )  # by site: when its articles are looked at again
    progress: Callable[[Event], None] = lambda _: None
    counts: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    endings: list[Callable[[str], Awaitable[None]]] = field(
        default_factory=list
    )  # what pipelines do for a site when all its pages are archived
    reading: ReadingProcess = field(init=False)

    def __post_init__(self) -> None:
        self.reading = ReadingProcess(
            processes=self.settings.reading_processes,
            timeout_s=self.settings.reading_timeout_s,
            memory_mb=self.settings.reading_memory_mb,
        )

    def rules_sha256(self, site: str) -> bytes:
        """A digest of everything that decides what is read from the site's pages, but for the extractor's version.

        Its rules, its profile, and how texts are compared: who compares otherwise reads otherwise.
        """
        profile = self.profiles.get(site)
        deciding = [self.sites[site].rules_sha256(), compare.NORMAL_VERSION]
        deciding += [profile.digest_sha256] if profile else []
        return hashlib.sha256(b"".join(deciding)).digest()

    def is_ending(self) -> bool:
        """Whether the crawl was asked to stop, or cannot go on: nothing more is to be begun."""
        return False

    def count(self, site: str, what: str, number: int = 1) -> None:
        """Add to one of the site's counts: the outcome of a visit, "pages", "sources", "links"."""
        self.counts[site][what] += number

    def tell(self, name: str, site: str, **facts: Any) -> None:
        """Tell whoever watches that something happened."""
        self.progress(Event(name, site, facts))

    @property
    def site_names(self) -> dict[int, str]:
        """The sites by their numbers."""
        return {site_id: name for name, site_id in self.site_ids.items()}

    def require_leases(self, session: Any, sites: Iterable[str]) -> None:
        """Make sure, in the transaction that writes, that these sites are still ours to write for.

        Raises:
            LeaseLost: Somebody else has taken one of them.
        """
        for site in sorted(sites):  # as they are renewed: Postgres locks them
            for lease in self.leases.get(site, ()):
                if not leases.check(session, lease.name, token=lease.token):
                    raise LeaseLost(site)


LEASE_TTL = timedelta(seconds=90)
"""How long a crawl that was frozen or killed keeps others from its hosts."""


def context_of(crawler: Any) -> CrawlContext:
    """The context of the crawl that a Scrapy crawler runs: its attribute `morgue`.

    Raises:
        LookupError: The crawler runs something else than a crawl of ours, such as `scrapy shell`.
    """
    context = getattr(crawler, "morgue", None)
    if not isinstance(context, CrawlContext):
        raise LookupError("this Scrapy crawler runs no crawl of Morgue")  # noqa: TRY004  it is absent
    return context
