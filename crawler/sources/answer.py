"""What reading one document of a source gave. Knows values only, no formats and no network."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from html import unescape
from typing import Final

from crawler.sources.listing import Listing
from db.archiving.entries import FoundLink
from pipeline import identify, urls

MAX_TITLE: Final = 1_000
"""Characters of a title that a source states; what is longer is cut."""

_FUTURE: Final = timedelta(days=1)
_TAG: Final = re.compile(r"<[^<>]{0,2000}>")


@dataclass(frozen=True, slots=True)
class Dropped:
    """Links of a source that were not taken, for one reason: how many, and a few of them."""

    count: int
    urls: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SourceAnswer:
    """Links found, further documents of the same source (best first), and what was wrong.

    A problem beside links says that only a part could be read.
    """

    links: tuple[FoundLink, ...] = ()
    more: tuple[str, ...] = ()
    problem: str | None = None
    is_empty: bool = False  # the problem is that it names no link, or none that is wanted
    children: tuple[tuple[str, datetime | None], ...] = ()  # of an index: all, with their dates
    dropped: Mapping[str, Dropped] = field(default_factory=dict)  # by reason
    is_damaged: bool = False  # it may name links that could not be read
    listing: Listing | None = None  # None: it cannot be told whether it names all that it should


def link(
    url: str,
    *,
    title: str | None = None,
    guid: str | None = None,
    published_at: datetime | None = None,
    modified_at: datetime | None = None,
    depth: int = 0,
) -> FoundLink | None:
    """A link, or None where the URL cannot be fetched."""
    url = url.strip()
    if not urls.is_fetchable(url):
        return None
    return FoundLink(
        url=url,
        url_key=urls.key(url),
        title=plain(title),
        guid=guid.strip()[:MAX_TITLE] or None if guid else None,
        published_at=published_at,
        modified_at=modified_at,
        depth=depth,
    )


def unique(links: Iterable[FoundLink | None], *, not_key: str, limit: int) -> tuple[FoundLink, ...]:
    """Each link once, in order; the source's own address is none of its links.

    A guid that the source gives to several pages names none of them, and is left out.
    """
    seen = {not_key}
    kept: list[FoundLink] = []
    for found in links:
        if found is None or found.url_key in seen:
            continue
        if len(kept) >= limit:
            break
        seen.add(found.url_key)
        kept.append(found)
    telling = identify.telling_guids((found.guid, found.url_key) for found in kept)
    return tuple(
        found if found.guid is None or found.guid in telling else replace(found, guid=None)
        for found in kept
    )


def plain(text: str | None) -> str | None:
    """A stated title without tags, entities and line breaks."""
    if not text:
        return None
    text = unescape(_TAG.sub(" ", text[: 4 * MAX_TITLE]))
    return " ".join(text.split())[:MAX_TITLE] or None


def moment(text: str | None, *, now: datetime) -> datetime | None:
    """A stated moment as UTC: ISO 8601 or RFC 5322; without an offset it is taken for UTC.

    Moments in the future and before 1970 are mistakes, and None.
    """
    if not text or len(text) > 64:
        return None
    text = text.strip()
    try:
        stated = datetime.fromisoformat(text)
    except ValueError:
        try:
            stated = parsedate_to_datetime(text)
        except (ValueError, TypeError, IndexError, OverflowError):
            return None
    return believable(stated if stated.tzinfo else stated.replace(tzinfo=UTC), now=now)


def believable(stated: datetime, *, now: datetime) -> datetime | None:
    """The moment in UTC, unless it lies in the future or before 1970."""
    try:
        stated = stated.astimezone(UTC)
    except (OverflowError, ValueError):
        return None
    if stated.year < 1970 or stated > now + _FUTURE:
        return None
    return stated


def looks_like_html(body: bytes, *, content_type: str | None) -> bool:
    """Whether a web page was sent where a feed or a sitemap was asked for."""
    start = body[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype html", b"<html", b"<head", b"<body")):
        return True
    if start.startswith((b"{", b"[", b"<rss", b"<feed", b"<urlset", b"<sitemapindex")):
        return False
    if start.startswith(b"<?xml"):
        return b"<html" in start
    return bool(content_type) and "html" in str(content_type).lower()
