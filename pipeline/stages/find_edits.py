"""Fourth pipeline: what a publisher changed is found out and kept, after the revision is archived.

Knows when revisions are compared. Must not know what an edit is.
Dying anywhere loses nothing: what was not compared is found again by following the stream of changes.
"""

import asyncio
from typing import Any, Self

from db.writer import Writer
from pipeline.context import CrawlContext, context_of
from pipeline.items import Fetched
from pipeline.stages.neighbours import Compared, catch_up, of_article, write_each

_LINGER_S = 0.25
"""How long edits wait for others to be committed with; until then they are only to be found again."""

_CAUGHT_UP = 500
"""Pairs that a crawl compares for others before it begins, and again when it ends."""


class FindEdits:
    """Compares a new revision with the one before it."""

    def __init__(self, context: CrawlContext) -> None:
        self._context = context
        self._writer: Writer[Compared, None] = Writer(
            context.archive, write_each, linger_s=_LINGER_S
        )

    @classmethod
    def from_crawler(cls, crawler: Any) -> Self:
        """For the crawl that the Scrapy crawler belongs to."""
        return cls(context_of(crawler))

    async def open_spider(self) -> None:
        """Compare what an earlier crawl archived and did not live to compare."""
        await asyncio.to_thread(catch_up, self._context.archive, limit=_CAUGHT_UP)

    async def process_item(self, fetched: Fetched) -> Fetched:
        """Compare what this look added, if it added something to an article that was there."""
        archived = fetched.archived
        if archived is None or (archived.revision_number or 0) < 2:
            return fetched
        assert archived.article_id is not None
        for found in await asyncio.to_thread(
            of_article, self._context.archive, archived.article_id
        ):
            await asyncio.wrap_future(self._writer.submit(found))
            self._context.count(fetched.site, "edits")
        return fetched

    async def close_spider(self) -> None:
        """Commit what waits, and note how far the stream of changes is followed."""
        await asyncio.to_thread(self._writer.close)
        await asyncio.to_thread(catch_up, self._context.archive, limit=_CAUGHT_UP)
