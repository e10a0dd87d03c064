"""Second pipeline: a kept page is read, in a process of its own.

Knows which pages need reading. Must not know what is made of the reading.
"""

from typing import Any, Self

from pipeline import extraction
from pipeline.context import CrawlContext, context_of
from pipeline.items import Fetched


class ReadPage:
    """Has every newly kept page read; the same bytes by the same rules say the same again."""

    def __init__(self, context: CrawlContext) -> None:
        self._context = context

    @classmethod
    def from_crawler(cls, crawler: Any) -> Self:
        """For the crawl that the Scrapy crawler belongs to."""
        return cls(context_of(crawler))

    async def process_item(self, fetched: Fetched) -> Fetched:
        """Read the page, unless there is none or its bytes are known."""
        is_known = fetched.same_as_revision_id is not None
        if fetched.capture_id is None or is_known or fetched.body is None:
            return fetched
        fetched.result = await self._context.reading.read(self.task(fetched))
        return fetched

    def task(self, fetched: Fetched) -> extraction.Task:
        """What the reading process needs to know."""
        assert fetched.body is not None
        link = fetched.link
        profile = self._context.profiles.get(fetched.site)
        return extraction.Task(
            body=fetched.body,
            url=fetched.url_answered or fetched.url,
            site=self._context.sites[fetched.site],
            fetched_at=fetched.fetched_at,
            content_type=fetched.header("content-type"),
            feed_title=link.title,
            feed_published=link.published_at,
            is_truncated=fetched.is_truncated,
            max_depth=self._context.settings.max_depth,
            profile=profile.content if profile else None,
        )

    async def close_spider(self) -> None:
        """End the reading processes."""
        await self._context.reading.close()
