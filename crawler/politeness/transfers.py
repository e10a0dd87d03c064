"""Download handler: Scrapy's own, with a limit on transfers at a time and a way to end them."""

import asyncio
from typing import Final

from scrapy import Request
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.crawler import Crawler
from scrapy.http import Response

from crawler.asked import Stopping
from crawler.politeness import slots

stop_transfers: Final = object()
"""Signal: end every transfer now; what was asked for fails with `Stopping`."""


class Transfers(HTTP11DownloadHandler):
    """Limits transfers, not waiting requests: a host that is slow to answer holds up no other."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._turns = asyncio.Semaphore(crawler.settings.getint("TRANSFERS_AT_A_TIME"))
        self._running: set[asyncio.Task[object]] = set()
        self._is_stopping = False
        paces = crawler.settings.getdict("DOWNLOAD_SLOTS").values()
        self._pool.maxPersistentPerHost = max(
            [self._pool.maxPersistentPerHost, *(pace.get("concurrency", 1) for pace in paces)]
        )
        crawler.signals.connect(self._stop, signal=stop_transfers)

    async def download_request(self, request: Request) -> Response:
        """Download, in turn.

        Raises:
            Stopping: The crawl is being stopped.
        """
        task = asyncio.current_task()
        assert task is not None
        self._running.add(task)
        try:
            if self._turns.locked():
                await self._turns.acquire()
                slots.note_sent(self._crawler.engine.downloader, request)
            else:
                await self._turns.acquire()
            try:
                return await super().download_request(request)
            finally:
                self._turns.release()
        except asyncio.CancelledError:
            if not self._is_stopping:
                raise
            task.uncancel()
            raise Stopping from None
        finally:
            self._running.discard(task)

    def _stop(self) -> None:
        self._is_stopping = True
        for task in self._running:
            task.cancel()
