"""Sitemaps, news sitemaps, indexes of sitemaps and plain lists: bytes in, links out."""

import re
import zlib
from collections.abc import Iterator
from datetime import datetime
from io import BytesIO
from typing import Any, Final
from urllib.parse import urljoin

from lxml import etree

from crawler.sources import answer, feed
from crawler.sources.answer import SourceAnswer
from db.archiving.entries import FoundLink
from pipeline import urls

MAX_CHILDREN: Final = 200
"""Sitemaps of one index that are asked for in one crawl."""

MAX_UNDATED: Final = 20
"""Of those that state no date, how many are asked for again: half from each end of the index."""

MAX_NAMED: Final = 50_000
"""Sitemaps of one index that are looked at: as many as the protocol allows."""

MAX_UNPACKED: Final = 60_000_000
"""Bytes of an unpacked sitemap; the protocol allows 50 MB."""

_BARE_AMPERSAND: Final = re.compile(
    rb"&(?!(?:#[0-9]{1,7}|#x[0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});)"
)


def read(
    body: bytes,
    *,
    url: str,
    content_type: str | None,  # noqa: ARG001  often wrong; the readers of all sources are alike
    now: datetime,
    max_links: int = 50_000,
    since: datetime | None = None,
) -> SourceAnswer:
    """Read a sitemap of any kind. Never raises for any bytes.

    Args:
        body: The document, gzipped or not.
        url: Where it was found; relative addresses hang on it.
        content_type: As its server stated it.
        now: The present moment.
        max_links: Links to return at most.
        since: Sitemaps of an index that did not change since then are left out.
    """
    if body[:2] == b"\x1f\x8b":
        unpacked = _unpack(body)
        if unpacked is None:
            return SourceAnswer(
                problem=f"the sitemap is damaged, or unpacks to more than {MAX_UNPACKED} bytes"
            )
        body = unpacked
    if not body.strip():
        return SourceAnswer(problem="the sitemap is empty")
    start = body[:512].lstrip(b"\xef\xbb\xbf \t\r\n")
    if answer.looks_like_html(body, content_type=None):
        return SourceAnswer(problem="this is an HTML page, not a sitemap")
    if start[:4].lower() in (b"http", b"/htt"):
        return _read_lines(body, url=url, max_links=max_links)
    if b"<rss" in start or b"<feed" in start:
        return feed.read(body, url=url, content_type=None, now=now, max_links=max_links)
    return _read_xml(body, url=url, now=now, max_links=max_links, since=since)


def _unpack(body: bytes) -> bytes | None:
    """The unpacked bytes, as far as there are any; None where it is too much or no gzip."""
    unpacker = zlib.decompressobj(wbits=31)
    try:
        unpacked = unpacker.decompress(body, MAX_UNPACKED + 1)
    except zlib.error:
        return None
    return None if len(unpacked) > MAX_UNPACKED else unpacked


def _read_lines(body: bytes, *, url: str, max_links: int) -> SourceAnswer:
    lines = body.decode("utf-8-sig", "replace").splitlines()
    found = answer.unique(
        (answer.link(line) for line in lines if line.strip()),
        not_key=urls.key(url),
        limit=max_links,
    )
    if not found:
        return SourceAnswer(problem="the list has no URLs", is_empty=True)
    return SourceAnswer(links=found)


def _read_xml(
    body: bytes, *, url: str, now: datetime, max_links: int, since: datetime | None
) -> SourceAnswer:
    if not body.startswith((b"\xff\xfe", b"\xfe\xff")):
        body = _BARE_AMPERSAND.sub(b"&amp;", body)
    children: list[tuple[datetime | None, str]] = []
    pages: list[FoundLink | None] = []
    problem = None
    parsing = _parsing(body)
    try:
        for element in _elements(parsing):
            if _is_named(element, "sitemap"):
                if len(children) >= MAX_NAMED:
                    continue
                children.append(_child(element, url=url, now=now))
            elif len(pages) < 2 * max_links:
                pages.append(_page(element, url=url, now=now))
    except etree.XMLSyntaxError as error:
        problem = f"the sitemap is damaged: {error.msg}"[:300]
    links = answer.unique(pages, not_key=urls.key(url), limit=max_links)
    more = _recent(children, not_url=url, since=since)
    if not links and not children:
        is_empty = problem is None
        return SourceAnswer(problem=problem or "the sitemap has no URLs", is_empty=is_empty)
    named = tuple((address, changed_at) for changed_at, address in dict.fromkeys(children))
    return SourceAnswer(
        links=links,
        more=more,
        problem=problem,
        children=named,
        is_damaged=len(parsing.error_log.filter_from_fatals()) > 0,
    )


def _parsing(body: bytes) -> Any:
    """The `url` and `sitemap` elements as they end; damage is stepped over and logged."""
    return etree.iterparse(
        BytesIO(body),
        events=("end",),
        tag=("{*}url", "{*}sitemap"),
        recover=True,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
    )


def _elements(parsing: Any) -> Iterator[etree._Element]:
    """Each element, forgotten when the next is asked for."""
    for _, element in parsing:
        yield element
        element.clear()
        parent = element.getparent()
        if parent is not None:
            while (before := element.getprevious()) is not None:
                parent.remove(before)


def _is_named(element: etree._Element, name: str) -> bool:
    return etree.QName(element).localname == name


def _value(element: etree._Element, path: str) -> str | None:
    found = element.find(path)
    return found.text.strip() if found is not None and found.text else None


def _child(element: etree._Element, *, url: str, now: datetime) -> tuple[datetime | None, str]:
    address = urljoin(url, _value(element, "{*}loc") or "")
    return answer.moment(_value(element, "{*}lastmod"), now=now), address


def _page(element: etree._Element, *, url: str, now: datetime) -> FoundLink | None:
    address = _value(element, "{*}loc")
    if not address:
        return None
    return answer.link(
        urljoin(url, address),
        title=_value(element, "{*}news/{*}title"),
        published_at=answer.moment(_value(element, "{*}news/{*}publication_date"), now=now),
        modified_at=answer.moment(_value(element, "{*}lastmod"), now=now),
    )


def _recent(
    children: list[tuple[datetime | None, str]], *, not_url: str, since: datetime | None
) -> tuple[str, ...]:
    """The sitemaps of an index worth asking for, the last changed first, undated ones last."""
    fetchable = [
        (changed_at, address)
        for changed_at, address in dict.fromkeys(children)
        if address != not_url and urls.is_fetchable(address)
    ]
    dated = sorted(
        ((changed_at, address) for changed_at, address in fetchable if changed_at),
        key=lambda child: child[0],
        reverse=True,
    )
    recent = [address for changed_at, address in dated if not since or changed_at >= since]
    undated = [address for changed_at, address in fetchable if changed_at is None]
    if since and len(undated) > MAX_UNDATED:
        undated = undated[: MAX_UNDATED // 2] + undated[-MAX_UNDATED // 2 :]
    return tuple(dict.fromkeys(recent + undated))[:MAX_CHILDREN]
