"""The posts of a WordPress site as its API lists them, the last changed first."""

import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any, Final
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit, urlunsplit

from crawler.sources import answer
from crawler.sources.answer import SourceAnswer
from db.archiving.entries import FoundLink
from pipeline import urls

PER_PAGE: Final = 100
"""Posts of one answer; WordPress allows no more."""

MAX_PAGES: Final = 50
"""Pages asked for in one crawl."""

_FIELDS: Final = "link,guid,title,date_gmt,modified_gmt"


def endpoint(url: str, *, page: int = 1) -> str:
    """The address of a page of posts, the last changed first, from the site's root or the API's."""
    query: dict[str, str | int] = {
        "per_page": PER_PAGE,
        "orderby": "modified",
        "order": "desc",
        "_fields": _FIELDS,
    }
    return _address(url, query, page=page)


def endpoint_between(url: str, *, first: date, last: date, page: int = 1) -> str:
    """The address of a page of the posts of these days, the oldest first.

    The API takes moments of the site's own clocks, and leaves the two limits themselves out.
    """
    query: dict[str, str | int] = {
        "per_page": PER_PAGE,
        "orderby": "date",
        "order": "asc",
        "after": f"{first - timedelta(days=1)}T23:59:59",
        "before": f"{last + timedelta(days=1)}T00:00:00",
        "_fields": _FIELDS,
    }
    return _address(url, query, page=page)


def following(address: str) -> str:
    """The page of posts behind this one."""
    parts = urlsplit(address)
    query = {name: each[-1] for name, each in parse_qs(parts.query).items()}
    query["page"] = str(page_of(address) + 1)
    return urlunsplit(parts._replace(query=urlencode(query, safe=",:")))


def _address(url: str, query: dict[str, str | int], *, page: int) -> str:
    parts = urlsplit(url)
    root, found, _ = parts.path.partition("/wp-json")
    path = (root if found else parts.path.rstrip("/")) + "/wp-json/wp/v2/posts"
    pages: dict[str, str | int] = {"page": page} if page > 1 else {}
    text = urlencode(query | pages, safe=",:")
    return urlunsplit((parts.scheme, parts.netloc, path, text, ""))


def read(
    body: bytes,
    *,
    url: str,
    content_type: str | None,
    now: datetime,
    max_links: int = 50_000,
    since: datetime | None = None,
) -> SourceAnswer:
    """Read one page of posts; `more` names the next one, unless this one reaches back to `since`.

    Never raises for any bytes.
    """
    if answer.looks_like_html(body, content_type=content_type):
        return SourceAnswer(problem="this is an HTML page, not the WordPress API")
    try:
        posts = json.loads(body.decode("utf-8-sig", "replace"), strict=False)
    except (ValueError, RecursionError) as error:
        return SourceAnswer(problem=f"this is not the WordPress API: {error}"[:300])
    if isinstance(posts, dict) and "code" in posts:
        words = answer.plain(str(posts.get("message") or posts["code"]))
        return SourceAnswer(problem=f"the WordPress API refused: {words}"[:300])
    if not isinstance(posts, list):
        return SourceAnswer(problem="this is not a list of WordPress posts")
    links = answer.unique(_posts(posts, url=url, now=now), not_key=urls.key(url), limit=max_links)
    if not links:
        is_last = page_of(url) > 1
        problem = None if is_last else "the WordPress API lists no posts"
        return SourceAnswer(problem=problem, is_empty=not is_last)
    if len(posts) < PER_PAGE or _reaches(links, since):
        return SourceAnswer(links=links)
    return SourceAnswer(links=links, more=_next(url))


def _reaches(links: tuple[FoundLink, ...], since: datetime | None) -> bool:
    """Whether the last posts of a page were changed before `since`."""
    changed = [found.modified_at for found in links if found.modified_at]
    return bool(since and changed and min(changed) < since)


def page_of(url: str) -> int:
    """Which page of posts an address names."""
    stated = parse_qs(urlsplit(url).query).get("page", ["1"])[0]
    return int(stated) if stated.isdecimal() and len(stated) < 6 else 1


def _next(url: str) -> tuple[str, ...]:
    page = page_of(url) + 1
    return (endpoint(url, page=page),) if page <= MAX_PAGES else ()


def _posts(posts: list[Any], *, url: str, now: datetime) -> Iterator[FoundLink | None]:
    for post in posts:
        if not isinstance(post, dict) or not isinstance(post.get("link"), str):
            continue
        yield answer.link(
            urljoin(url, post["link"]),
            title=_rendered(post.get("title")),
            guid=_rendered(post.get("guid")),
            published_at=answer.moment(_rendered(post.get("date_gmt")), now=now),
            modified_at=answer.moment(_rendered(post.get("modified_gmt")), now=now),
        )


def _rendered(value: object) -> str | None:
    if isinstance(value, dict):
        value = value.get("rendered")
    return value if isinstance(value, str) else None
