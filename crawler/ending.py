"""How a running crawl is brought to its end soon. Knows Scrapy's engine and its queues."""

import asyncio
import contextlib
from collections.abc import Collection
from typing import Final

from scrapy.core.downloader import Downloader
from scrapy.crawler import Crawler
from twisted.python.failure import Failure

from crawler.asked import Stopping
from crawler.politeness.transfers import stop_transfers

GRACE_S: Final = 5.0
"""Seconds that transfers on their way get."""

_LOOK_S: Final = 0.1


async def end(crawler: Crawler) -> None:
    """Close the spider: nothing more is sent, transfers get a grace, items are still archived."""
    loop = asyncio.get_running_loop()
    closing = loop.create_task(crawler.engine.close_spider_async(reason="stopped"))
    last_call = loop.time() + GRACE_S
    while not closing.done():
        drop_waiting(crawler.engine.downloader)
        if loop.time() > last_call:
            crawler.signals.send_catch_log(stop_transfers, hosts=None)
        await asyncio.wait({closing}, timeout=_LOOK_S)
    with contextlib.suppress(RuntimeError):  # the engine was closed meanwhile
        closing.result()


def leave(crawler: Crawler, *, hosts: Collection[str]) -> None:
    """Ask nothing more of these hosts, what is on its way from them included."""
    drop_waiting(crawler.engine.downloader, hosts=hosts)
    crawler.signals.send_catch_log(stop_transfers, hosts=hosts)


def drop_waiting(downloader: Downloader, *, hosts: Collection[str] | None = None) -> None:
    """Fail what waits for its host's next turn, at these hosts or at all, as `Stopping`.

    A Crawl-delay would hold us up for minutes, and a host that wants to be left alone is.
    """
    for host, slot in downloader.slots.items():
        while slot.queue and (hosts is None or host in hosts):
            _, waiting = slot.queue.popleft()
            waiting.errback(Failure(Stopping()))  # type: ignore[no-untyped-call]
