"""What an earlier crawl kept and did not live to read: handed to the pipelines as if it had just come.

Knows kept captures. Must not know why the earlier crawl ended.
"""

from collections.abc import Iterator

from db.archiving import ledger, links
from db.captures import CaptureError
from pipeline.context import CrawlContext
from pipeline.items import Fetched

_AT_A_TIME = 10_000


def unread_pages(context: CrawlContext) -> Iterator[Fetched]:
    """The unread captures of the crawl's sites, oldest first; one body in memory at a time.

    A capture whose body the store cannot give back is passed over: `morgue verify` names it.
    """
    names = {number: name for name, number in context.site_ids.items()}
    with context.archive.read() as session:
        captures = ledger.unread_captures(session, sorted(names), limit=_AT_A_TIME)
        known = links.load_links(session, sorted({capture.link_id for capture in captures}))
    for capture in captures:
        try:
            with context.archive.read() as session:
                body = context.archive.captures.get(session, capture.body_sha256)
        except CaptureError:
            continue
        yield Fetched(
            site=names[capture.site_id],
            link=known[capture.link_id],
            crawl_id=capture.crawl_id,
            url=capture.url,
            fetched_at=capture.fetched_at,
            status=capture.status,
            url_answered=capture.url_answered or capture.url,
            redirects=capture.redirects,
            headers=capture.headers,
            body=body,
            is_truncated=capture.is_truncated,
            capture_id=capture.id,
        )
