"""One page, asked for as a crawl asks for it and kept nowhere: robots.txt, limits, redirects and all.

Knows how a crawl is cut down to one answer. Must not know what is done with the answer. One a process, as crawls are.
"""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

from config.clock import Clock
from config.settings import Settings
from config.site import SiteConfig
from crawler.run import run_crawl
from pipeline.context import CrawlContext, Event, context_of
from pipeline.items import Fetched

_HANDED_OVER = "page_handed_over"


class HandOver:
    """The only item pipeline of such a crawl: the answer goes to whoever asked."""

    def __init__(self, context: CrawlContext) -> None:
        self._context = context

    @classmethod
    def from_crawler(cls, crawler: Any) -> Self:
        """For the crawl that the Scrapy crawler belongs to."""
        return cls(context_of(crawler))

    async def process_item(self, fetched: Fetched) -> Fetched:
        """Hand over an answer."""
        self._context.tell(_HANDED_OVER, fetched.site, fetched=fetched)
        return fetched


def ask(
    url: str, *, settings: Settings, known_sites: Sequence[SiteConfig], clock: Clock
) -> Fetched | str:
    """Ask for a page once.

    Returns:
        What came of it, refusals and failures included; in words, why there was no asking.

    Raises:
        ConfigError: The crawler would be anonymous: no contact is set.
        BadAddress: The URL cannot be crawled.
    """
    answers: list[Fetched] = []

    def hear(event: Event) -> None:
        if event.name == _HANDED_OVER:
            answers.append(event.facts["fetched"])

    with tempfile.TemporaryDirectory(prefix="morgue-", ignore_cleanup_errors=True) as folder:
        report = run_crawl(
            settings.model_copy(
                update={
                    "archive_url": f"sqlite:///{Path(folder) / 'archive.sqlite3'}",
                    "capture_store": "database",
                }
            ),
            (),
            urls=[url],
            known_sites=known_sites,
            trigger="try",
            clock=clock,
            progress=hear,
            scrapy={"ITEM_PIPELINES": {"crawler.once.HandOver": 100}},
        )
    if answers:
        return answers[-1]
    problem = next((site.error for site in report.sites if site.error), None)
    return report.error or problem or "there was no answer"
