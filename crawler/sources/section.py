"""Section pages: links by the site's rule, or those whose address looks like an article's."""

import re
from typing import Final
from urllib.parse import urlsplit

from crawler.sources import answer
from crawler.sources.anchors import anchors
from crawler.sources.answer import SourceAnswer
from pipeline import urls

_DATE: Final = re.compile(
    r"/(?:19|20)\d\d[/-]?(?:0?[1-9]|1[0-2])(?:[/-]?(?:[0-2]?\d|3[01]))?(?=[/_-])"
)
_NUMBER: Final = re.compile(r"\d{5,}")
_PAGE_ENDING: Final = re.compile(r"\.(?:s?html?|php|aspx?|jsp)$", re.IGNORECASE)
_FILE_ENDING: Final = re.compile(
    r"\.(?:jpe?g|png|gif|webp|svg|ico|pdf|zip|mp[34]|css|js|xml|rss|json|apk|docx?|xlsx?)$",
    re.IGNORECASE,
)
_NOT_ARTICLE: Final = re.compile(
    r"/(?:tags?|topics?|categor(?:y|ies)|authors?|search|login|subscribe|feed|rss|about"
    r"|contact|privacy|terms|page/\d{1,4})(?:/|$|\.)",
    re.IGNORECASE,
)


def read(
    body: bytes,
    *,
    url: str,
    content_type: str | None,
    max_links: int = 50_000,
    css: str | None = None,
    xpath: str | None = None,
    is_guessing: bool = False,
) -> SourceAnswer:
    """Read a section page. Never raises for any bytes.

    Args:
        body: The page.
        url: Where it was found; relative addresses hang on it.
        content_type: As its server stated it.
        max_links: Links to return at most.
        css: Of the links, or of elements around them; all links where no rule is given.
        xpath: The same, as an XPath.
        is_guessing: Nothing says which links are articles: keep those of this host that look so.
    """
    host = urls.host(url)
    links = answer.unique(
        (
            answer.link(address)
            for address in anchors(body, url=url, content_type=content_type, css=css, xpath=xpath)
            if not is_guessing or (urls.host(address) == host and looks_like_article(address))
        ),
        not_key=urls.key(url),
        limit=max_links,
    )
    if not links:
        return SourceAnswer(problem="no links to articles on the page", is_empty=True)
    return SourceAnswer(links=links)


def looks_like_article(url: str) -> bool:
    """Whether an address has what those of articles have: a date, a long number or a headline."""
    path = urlsplit(url).path
    if len(path) < 2 or _FILE_ENDING.search(path) or _NOT_ARTICLE.search(path):
        return False
    last = _PAGE_ENDING.sub("", path.rstrip("/").rsplit("/", 1)[-1])
    words = [word for word in re.split(r"[-_]", last) if word]
    if len(words) >= 4:
        return True
    if _DATE.search(path):
        return bool(last)
    return bool(_NUMBER.search(last))
