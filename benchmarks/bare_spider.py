"""The limit that crawls are measured against: Scrapy that downloads the given pages and drops them.

usage: bare_spider.py URLS.json [--conditional]
URLS.json: [[url, etag or null], ...]; with --conditional each request asks for a 304.
"""

import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.http import Response


class BareSpider(Spider):
    name = "bare"
    pages: list[list[str]]

    async def start(self) -> AsyncIterator[Any]:
        conditional = "--conditional" in sys.argv
        for url, etag in self.pages:
            headers = {"If-None-Match": etag} if conditional and etag else {}
            yield Request(url, headers=headers, meta={"handle_httpstatus_list": [304]})

    def parse(self, response: Response) -> None:
        pass


if __name__ == "__main__":
    process = AsyncCrawlerProcess(
        {
            "LOG_LEVEL": "WARNING",
            "ROBOTSTXT_OBEY": True,
            "CONCURRENT_REQUESTS": 16,
            "CONCURRENT_REQUESTS_PER_DOMAIN": 16,
            "TELNETCONSOLE_ENABLED": False,
            "REMOTE_CONTROL_ENABLED": False,
            "COOKIES_ENABLED": False,
        }
    )
    process.crawl(BareSpider, pages=json.loads(Path(sys.argv[1]).read_text()))
    crawler = next(iter(process.crawlers))
    process.start()
    stats = crawler.stats.get_stats() if crawler.stats else {}
    print(json.dumps({k: v for k, v in stats.items() if "status_count" in k}))
