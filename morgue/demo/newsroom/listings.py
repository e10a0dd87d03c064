"""Feeds and sitemaps of an outlet, from its articles as they stand at a moment.

Knows the formats. Must not know HTTP.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from xml.sax.saxutils import escape, quoteattr

from morgue.demo.newsroom.outlets import Outlet

FEED_LENGTH = 50
NEWS_SITEMAP_DAYS = 2
NEWS_SITEMAP_LENGTH = 1000  # as the format allows
_XML = '<?xml version="1.0" encoding="UTF-8"?>\n'
_SITEMAPS = "http://www.sitemaps.org/schemas/sitemap/0.9"


@dataclass(frozen=True, slots=True)
class Entry:
    """One article in a list: its newest state."""

    url: str
    guid: str
    title: str
    summary: str
    published: datetime  # aware, in the outlet's time zone
    modified: datetime
    section: str
    language: str


def rss(outlet: Outlet, base: str, entries: Sequence[Entry]) -> bytes:
    """RSS 2.0 of the newest entries."""
    items = "".join(
        f"<item><title>{escape(entry.title)}</title><link>{escape(entry.url)}</link>"
        f'<guid isPermaLink="false">{escape(entry.guid)}</guid>'
        f"<description>{escape(entry.summary)}</description>"
        f"<category>{escape(entry.section)}</category>"
        f"<pubDate>{format_datetime(entry.published)}</pubDate>"
        f"<atom:updated>{entry.modified.isoformat()}</atom:updated></item>\n"
        for entry in entries[:FEED_LENGTH]
    )
    return (
        f'{_XML}<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel>'
        f"<title>{escape(outlet.title)}</title><link>{base}/</link>"
        f"<description>News from {escape(outlet.title)}</description><language>en</language>"
        f"<ttl>15</ttl>\n{items}</channel></rss>\n"
    ).encode()


def atom(outlet: Outlet, base: str, entries: Sequence[Entry]) -> bytes:
    """Atom of the newest entries."""
    newest = max((entry.modified for entry in entries), default=datetime(2026, 1, 1, tzinfo=UTC))
    items = "".join(
        f"<entry><id>{escape(entry.guid)}</id><title>{escape(entry.title)}</title>"
        f'<link rel="alternate" href={quoteattr(entry.url)}/>'
        f"<published>{entry.published.isoformat()}</published>"
        f"<updated>{entry.modified.isoformat()}</updated>"
        f"<category term={quoteattr(entry.section)}/>"
        f'<summary type="text">{escape(entry.summary)}</summary></entry>\n'
        for entry in entries[:FEED_LENGTH]
    )
    return (
        f'{_XML}<feed xmlns="http://www.w3.org/2005/Atom">'
        f"<id>tag:{outlet.name}.example,2026:feed</id>"
        f"<title>{escape(outlet.title)}</title><updated>{newest.isoformat()}</updated>"
        f'<author><name>{escape(outlet.title)}</name></author><link href="{base}/"/>\n'
        f"{items}</feed>\n"
    ).encode()


def json_feed(outlet: Outlet, base: str, entries: Sequence[Entry]) -> bytes:
    """JSON Feed 1.1 of the newest entries."""
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": outlet.title,
        "home_page_url": f"{base}/",
        "feed_url": f"{base}{outlet.path_of('json_feed')}",
        "items": [
            {
                "id": entry.guid,
                "url": entry.url,
                "title": entry.title,
                "summary": entry.summary,
                "content_text": entry.summary,
                "date_published": entry.published.isoformat(),
                "date_modified": entry.modified.isoformat(),
                "tags": [entry.section],
                "language": entry.language,
            }
            for entry in entries[:FEED_LENGTH]
        ],
    }
    return json.dumps(document, ensure_ascii=False).encode()


def news_sitemap(outlet: Outlet, entries: Sequence[Entry], *, now: datetime) -> bytes:
    """The news of the last two days, as the news extension of sitemaps has it."""
    since = now - timedelta(days=NEWS_SITEMAP_DAYS)
    recent = [entry for entry in entries if entry.published > since][:NEWS_SITEMAP_LENGTH]
    items = "".join(
        f"<url><loc>{escape(entry.url)}</loc><lastmod>{entry.modified.isoformat()}</lastmod>"
        f"<news:news><news:publication><news:name>{escape(outlet.title)}</news:name>"
        f"<news:language>{entry.language}</news:language></news:publication>"
        f"<news:publication_date>{entry.published.isoformat()}</news:publication_date>"
        f"<news:title>{escape(entry.title)}</news:title></news:news></url>\n"
        for entry in recent
    )
    return (
        f'{_XML}<urlset xmlns="{_SITEMAPS}" '
        f'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">\n{items}</urlset>\n'
    ).encode()


def sitemap(entries: Sequence[Entry]) -> bytes:
    """A sitemap of the entries."""
    items = "".join(
        f"<url><loc>{escape(entry.url)}</loc><lastmod>{entry.modified.isoformat()}</lastmod></url>\n"
        for entry in entries
    )
    return f'{_XML}<urlset xmlns="{_SITEMAPS}">\n{items}</urlset>\n'.encode()


def sitemap_index(base: str, days: Sequence[tuple[str, datetime]]) -> bytes:
    """An index of one sitemap a day: (path, when anything in it last changed)."""
    items = "".join(
        f"<sitemap><loc>{base}{path}</loc><lastmod>{moment.isoformat()}</lastmod></sitemap>\n"
        for path, moment in days
    )
    return f'{_XML}<sitemapindex xmlns="{_SITEMAPS}">\n{items}</sitemapindex>\n'.encode()


def robots(outlet: Outlet, base: str, *, crawl_delay_s: float | None) -> bytes:
    """What the outlet asks of crawlers."""
    lines = ["User-agent: *", "Disallow: /private/"]
    if crawl_delay_s is not None:
        lines.append(f"Crawl-delay: {crawl_delay_s:g}")
    lines += [
        "",
        f"Sitemap: {base}{outlet.path_of('sitemap_index')}",
        f"Sitemap: {base}{outlet.path_of('news_sitemap')}",
    ]
    return "\n".join([*lines, ""]).encode()
