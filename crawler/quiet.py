"""Scrapy's log lines, but none for every single page, and no whole pages in any of them."""

import logging
from typing import Any

from scrapy import Spider
from scrapy.http import Request, Response
from scrapy.logformatter import LogFormatter, LogFormatterResult
from twisted.python.failure import Failure

from crawler.asked import asked_of


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
        """An event, with the page's address in place of the page; the failure stands beside it."""
        del exception, response, spider
        facts = {"site": getattr(item, "site", None), "url": getattr(item, "url", None)}
        return {"level": logging.ERROR, "msg": "page_not_archived", "args": facts}

    def spider_error(
        self,
        failure: Failure,
        request: Request,
        response: Response | Failure,
        spider: Spider,
    ) -> LogFormatterResult:
        """An event: what came of an answer was a failure of ours."""
        del failure, response, spider
        asked = asked_of(request)
        facts = {"site": asked.site.name if asked else None, "url": request.url}
        return {"level": logging.ERROR, "msg": "answer_not_handled", "args": facts}
