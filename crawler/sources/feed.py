"""Feeds: RSS, Atom and JSON Feed, bytes in, links out.

Slow (a millisecond an entry): call it in a thread.
"""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from typing import Any, Final
from urllib.parse import urljoin
from xml.sax import SAXException

import feedparser

from crawler.sources import answer
from crawler.sources.answer import SourceAnswer
from db.archiving.entries import FoundLink
from pipeline import urls

MAX_READ: Final = 4_000_000
"""Bytes of a feed that are read. Feeds list the newest first, so what is cut off is old."""

_BEGINNING: Final = re.compile(rb"<(?:item|entry)[\s>]")
_END: Final = re.compile(rb"</(?:rss|feed|rdf:RDF)\s*>")


def read(
    body: bytes, *, url: str, content_type: str | None, now: datetime, max_links: int = 50_000
) -> SourceAnswer:
    """Read a feed of any of the three formats. Never raises for any bytes."""
    if not body.strip():
        return SourceAnswer(problem="the feed is empty")
    if answer.looks_like_html(body, content_type=content_type):
        return SourceAnswer(problem="this is an HTML page, not a feed")
    start = body[:64].lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith((b"{", b"[")):
        return _read_json(body, url=url, now=now, max_links=max_links)
    return _read_xml(body, url=url, now=now, max_links=max_links)


def _read_xml(body: bytes, *, url: str, now: datetime, max_links: int) -> SourceAnswer:
    kept, problem = _first_part(body)
    try:
        parsed = feedparser.parse(
            BytesIO(kept),
            response_headers={"content-type": "application/xml", "content-location": url},
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except Exception as error:  # noqa: BLE001  feedparser lets its parsers' exceptions through
        return SourceAnswer(problem=f"this is not a feed: {error}"[:300])
    if not parsed.version and not parsed.entries:
        return SourceAnswer(problem="this is not a feed: neither RSS nor Atom was recognised")
    links = answer.unique(
        (_entry(entry, url=url, now=now) for entry in parsed.entries),
        not_key=urls.key(url),
        limit=max_links,
    )
    if not links:
        return SourceAnswer(problem="the feed has no entries", is_empty=True)
    return SourceAnswer(links=links, problem=problem, is_damaged=_is_damaged(kept, parsed))


def _is_damaged(body: bytes, parsed: Any) -> bool:
    """Whether entries may have been lost: it is no XML, and does not end, or has others than were read.

    Many a feed is no XML for the sake of one "&", and is read all the same.
    """
    if not isinstance(parsed.get("bozo_exception"), SAXException):
        return False
    return not _END.search(body) or len(_BEGINNING.findall(body)) != len(parsed.entries)


def _first_part(body: bytes) -> tuple[bytes, str | None]:
    """The feed, or as many whole entries as the limit allows."""
    if len(body) <= MAX_READ:
        return body, None
    words = f"the feed has {len(body) / 1e6:.0f} MB: only its first part was read"
    for entry_end, feed_end in ((b"</item>", b"</channel></rss>"), (b"</entry>", b"</feed>")):
        at = body.rfind(entry_end, 0, MAX_READ)
        if at > 0:
            return body[: at + len(entry_end)] + feed_end, words
    return body[:MAX_READ], words


def _entry(entry: dict[str, Any], *, url: str, now: datetime) -> FoundLink | None:
    target = entry.get("feedburner_origlink") or entry.get("link")
    if not isinstance(target, str) or not target:
        return None
    # entry.get would give the publication where no update is stated
    published = _parsed(dict.get(entry, "published_parsed"), now=now)
    modified = _parsed(dict.get(entry, "updated_parsed"), now=now)
    guid = entry.get("id")
    return answer.link(
        urljoin(url, target.strip()),
        title=entry.get("title"),
        guid=guid if isinstance(guid, str) else None,
        published_at=published or modified,
        modified_at=modified,
    )


def _parsed(stated: Any, *, now: datetime) -> datetime | None:
    """The moment in a struct_time of feedparser, which is in UTC."""
    if not stated:
        return None
    try:
        year, month, day, hour, minute, second = stated[:6]
        at = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
        return answer.believable(at, now=now)
    except (ValueError, TypeError):  # a leap second, a day 32
        return None


def _read_json(body: bytes, *, url: str, now: datetime, max_links: int) -> SourceAnswer:
    try:
        feed = json.loads(body.decode("utf-8-sig", "replace"), strict=False)
    except (ValueError, RecursionError) as error:
        return SourceAnswer(problem=f"this is not a JSON Feed: {error}"[:300])
    if not isinstance(feed, dict) or not isinstance(feed.get("items"), list):
        return SourceAnswer(problem="this is not a JSON Feed: it has no list of items")
    links = answer.unique(
        _items(feed["items"], url=url, now=now), not_key=urls.key(url), limit=max_links
    )
    if not links:
        return SourceAnswer(problem="the feed has no entries", is_empty=True)
    return SourceAnswer(links=links)


def _items(items: list[Any], *, url: str, now: datetime) -> Iterator[FoundLink | None]:
    for item in items:
        if not isinstance(item, dict):
            continue
        target = item.get("url") or item.get("external_url")
        if not isinstance(target, str):
            continue
        published = answer.moment(_text(item.get("date_published")), now=now)
        modified = answer.moment(_text(item.get("date_modified")), now=now)
        yield answer.link(
            urljoin(url, target),
            title=_text(item.get("title")),
            guid=_text(item.get("id")),
            published_at=published or modified,
            modified_at=modified,
        )


def _text(value: object) -> str | None:
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int) else None
