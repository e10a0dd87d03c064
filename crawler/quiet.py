"""Scrapy's log lines, but none for every single page, and no whole pages in any of them."""

from typing import Any

from scrapy import Spider
from scrapy.http import Request, Response
from scrapy.logformatter import LogFormatter, LogFormatterResult
from twisted.python.failure import Failure


class Quiet(LogFormatter):
    """Formats what is wrong; the archive's ledger says the rest, at no further cost."""

    def crawled(  # type: ignore[override]  # Scrapy accepts None since 2.19
        self, _request: Request, _response: Response, _spider: Spider
    ) -> LogFormatterResult | None:
        """Nothing."""
        return None

    def scraped(  # type: ignore[override]  # the same
        self, _item: Any, _response: Response | Failure | None, _spider: Spider
    ) -> LogFormatterResult | None:
        """Nothing: it would print whole pages."""
        return None

    def item_error(
        self,
        item: Any,
        exception: BaseException,
        response: Response | Failure | None,
        spider: Spider,
    ) -> LogFormatterResult:
        """The failure, with the page's address in place of the page."""
        return super().item_error(getattr(item, "url", item), exception, response, spider)
