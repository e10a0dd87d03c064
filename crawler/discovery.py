"""From one document of a source to the links that its site wants. Pure: bytes in, links out.

Slow for long documents: call it in a thread.
"""

from datetime import datetime, timedelta

from config.site import SiteConfig, SourceConfig
from crawler.sources import feed, follow, section, sitemap, wordpress
from crawler.sources.answer import SourceAnswer
from db.archiving.entries import FoundLink

_OVERLAP = timedelta(days=1)
"""Sources state days, not moments: what changed up to a day before the last look may be news."""


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
    own = tuple(
        found for found in answer.links if site.wants(found.url) and source.wants(found.url)
    )
    problem = answer.problem
    if answer.links and not own:
        problem = (
            f"none of its {len(answer.links)} links is wanted, {answer.links[0].url} for one:"
            " see the site's aliases, allow and deny"
        )
    wanted = tuple(found for found in own if not _is_older(found, oldest))
    return SourceAnswer(
        links=wanted[: source.max_links],
        more=answer.more,
        problem=problem,
        is_empty=answer.is_empty or bool(answer.links and not own),
    )


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
        case "section":
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
