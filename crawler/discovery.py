"""From one document of a source to the links that its site wants. Pure: bytes in, links out.

Slow for long documents: call it in a thread.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from config.site import SiteConfig, SourceConfig
from crawler.sources import feed, follow, section, sitemap, wordpress
from crawler.sources.answer import Dropped, SourceAnswer
from crawler.sources.listing import LONGEST, Listing
from db.archiving.entries import FoundLink

_OVERLAP = timedelta(days=1)
"""Sources state days, not moments: what changed up to a day before the last look may be news."""

_EXAMPLES: Final = 5
"""Links of a source that are kept of those that were left out for one reason."""


def address(source: SourceConfig) -> str:
    """The URL to ask for first."""
    return wordpress.endpoint(source.url) if source.kind == "wordpress" else source.url


def horizon(source: SourceConfig, *, checked_at: datetime | None, now: datetime) -> datetime | None:
    """How far back a source of many documents is read; None: all of it."""
    oldest = now - source.max_age if source.max_age else None
    seen = checked_at - _OVERLAP if checked_at else None
    return max(filter(None, (oldest, seen)), default=None)


def read(
    body: bytes,
    *,
    site: SiteConfig,
    source: SourceConfig,
    url: str,
    content_type: str | None,
    now: datetime,
    since: datetime | None,
    max_links: int,
) -> SourceAnswer:
    """Read a document of a source and keep what the site wants.

    Args:
        body: The document.
        site: Whose links are wanted.
        source: Where the document came from.
        url: As it answered.
        content_type: As its server stated it.
        now: The present moment.
        since: See `horizon`.
        max_links: Links to read at most; the source's own limit applies besides.
    """
    answer = _read(
        body,
        site=site,
        source=source,
        url=url,
        content_type=content_type,
        now=now,
        since=since,
        max_links=max_links,
    )
    oldest = now - source.max_age if source.max_age else None
    sorting = _Sorting(site=site, source=source, oldest=oldest)
    wanted = sorting.wanted(answer.links)
    if len(answer.links) >= max_links:
        sorting.drop("max_links_per_source reached")
    problem = answer.problem
    if answer.links and not sorting.own_count:
        problem = (
            f"none of its {len(answer.links)} links is wanted, {answer.links[0].url} for one:"
            " see the site's aliases, allow and deny"
        )
    return replace(
        answer,
        links=wanted,
        problem=problem,
        dropped=sorting.dropped(),
        is_empty=answer.is_empty or bool(answer.links and not sorting.own_count),
        listing=_listing(answer, source=source, url=url, max_links=max_links),
    )


def _listing(
    answer: SourceAnswer, *, source: SourceConfig, url: str, max_links: int
) -> Listing | None:
    """All that a document names, whatever its site wants of it; None where that is not told for certain.

    A page whose links are followed lists its site's pages, not its news; and posts leave the later pages of the
    WordPress API for the first one.
    """
    is_list = source.kind not in ("follow", "archive")
    is_later = source.kind == "wordpress" and wordpress.page_of(url) > 1
    is_whole = answer.problem is None and not answer.is_damaged and len(answer.links) < max_links
    if is_list and not is_later and is_whole and 0 < len(answer.links) <= LONGEST:
        return Listing.of(answer.links)
    return None


@dataclass(slots=True)
class _Sorting:
    """Which links of a source its site wants, and how many are left out why."""

    site: SiteConfig
    source: SourceConfig
    oldest: datetime | None
    own_count: int = 0  # that site and source want, whatever their age
    counts: Counter[str] = field(default_factory=Counter)
    urls: dict[str, list[str]] = field(default_factory=dict)

    def wanted(self, links: Sequence[FoundLink]) -> tuple[FoundLink, ...]:
        kept: list[FoundLink] = []
        for found in links:
            reason = self._why_not(found)
            if not reason and self.source.max_links and len(kept) >= self.source.max_links:
                reason = "over max_links"
            if reason:
                self.drop(reason, found.url)
            else:
                kept.append(found)
        return tuple(kept)

    def drop(self, reason: str, url: str | None = None) -> None:
        self.counts[reason] += url is not None
        kept = self.urls.setdefault(reason, [])
        if url and len(kept) < _EXAMPLES:
            kept.append(url)

    def dropped(self) -> dict[str, Dropped]:
        return {name: Dropped(self.counts[name], tuple(urls)) for name, urls in self.urls.items()}

    def _why_not(self, found: FoundLink) -> str:
        if not self.site.covers(found.url):
            return "another host"
        if not (self.site.wants(found.url) and self.source.wants(found.url)):
            return "not wanted by allow and deny"
        self.own_count += 1
        return "older than max_age" if _is_older(found, self.oldest) else ""


def _is_older(found: FoundLink, oldest: datetime | None) -> bool:
    stated = found.modified_at or found.published_at
    return bool(oldest and stated and stated < oldest)


def _read(
    body: bytes,
    *,
    site: SiteConfig,
    source: SourceConfig,
    url: str,
    content_type: str | None,
    now: datetime,
    since: datetime | None,
    max_links: int,
) -> SourceAnswer:
    match source.kind:
        case "feed":
            return feed.read(body, url=url, content_type=content_type, now=now, max_links=max_links)
        case "news_sitemap" | "sitemap":
            return sitemap.read(
                body, url=url, content_type=content_type, now=now, max_links=max_links, since=since
            )
        case "wordpress":
            return wordpress.read(
                body, url=url, content_type=content_type, now=now, max_links=max_links, since=since
            )
        case "section" | "archive":
            rule = source.links
            return section.read(
                body,
                url=url,
                content_type=content_type,
                max_links=max_links,
                css=rule.css if rule else None,
                xpath=rule.xpath if rule else None,
                is_guessing=not (rule or source.allow or site.allow),
            )
        case "follow":
            return follow.read(
                body, url=url, content_type=content_type, depth=0, max_links=max_links
            )
