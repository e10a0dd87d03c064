"""Following links, the last resort: every link of a page that the site wants, one step deeper."""

from crawler.sources import answer
from crawler.sources.anchors import anchors
from crawler.sources.answer import SourceAnswer
from pipeline import urls


def read(
    body: bytes, *, url: str, content_type: str | None, depth: int, max_links: int = 50_000
) -> SourceAnswer:
    """The links of a page found at `depth` (the source itself is 0). Never raises for any bytes."""
    found = (
        answer.link(address, depth=depth + 1)
        for address in anchors(body, url=url, content_type=content_type)
    )
    return SourceAnswer(links=answer.unique(found, not_key=urls.key(url), limit=max_links))
