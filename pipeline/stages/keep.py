"""First pipeline: the body goes into the capture store before anything is read from it.

Knows which answers have bytes worth keeping. Must not know what they say.
"""

import asyncio
from collections.abc import Sequence
from typing import Any, Self

from db.archive import Session
from db.archiving import ledger
from db.archiving.entries import Kept, NewCapture
from db.writer import Writer
from pipeline import answer
from pipeline.context import CrawlContext, context_of
from pipeline.items import Fetched

_LINGER_S = 0.05
"""How long a capture waits for others to be committed with: a commit alone costs as much as ten."""


class KeepCapture:
    """Commits the capture of every usable page; only then is the page handed on."""

    def __init__(self, context: CrawlContext) -> None:
        self._context = context
        self._writer: Writer[NewCapture, Kept] = Writer(
            context.archive, self._apply, linger_s=_LINGER_S
        )

    @classmethod
    def from_crawler(cls, crawler: Any) -> Self:
        """For the crawl that the Scrapy crawler belongs to."""
        return cls(context_of(crawler))

    async def process_item(self, fetched: Fetched) -> Fetched:
        """Keep the body if there is one to be read; note what the last capture showed if its bytes are the same."""
        if fetched.capture_id is not None:  # kept by a crawl that did not live to read it
            return fetched
        site = self._context.sites[fetched.site]
        if answer.classify(fetched, site=site).kind is not answer.Kind.PAGE:
            return fetched
        assert fetched.body is not None
        assert fetched.status is not None
        capture = NewCapture(
            site_id=self._context.site_ids[fetched.site],
            link_id=fetched.link_id,
            crawl_id=fetched.crawl_id,
            fetched_at=fetched.fetched_at,
            url=fetched.url,
            status=fetched.status,
            body=fetched.body,
            headers=fetched.headers,
            url_answered=fetched.url_answered,
            redirects=fetched.redirects,
            is_truncated=fetched.is_truncated,
        )
        kept = await asyncio.wrap_future(self._writer.submit(capture))
        fetched.capture_id = kept.capture_id
        if kept.is_same_bytes:  # of a page that showed no text the same bytes are read once more
            fetched.same_as_revision_id = kept.previous_revision_id
        return fetched

    async def close_spider(self) -> None:
        """Commit what waits."""
        await asyncio.to_thread(self._writer.close)

    def _apply(self, session: Session, captures: Sequence[NewCapture]) -> list[Kept]:
        self._context.require_leases(
            session, {self._context.site_names[capture.site_id] for capture in captures}
        )
        return ledger.keep_captures(session, self._context.archive.captures, captures)
