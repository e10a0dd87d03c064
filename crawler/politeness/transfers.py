"""Download handler: Scrapy's own, with limits on transfers and headers, and a way to end them all.

The limit on headers needs names that Scrapy and Twisted keep to themselves: neither has one.
"""

import asyncio
from collections.abc import Collection
from typing import Any, Final

from scrapy import Request
from scrapy.core.downloader.handlers.http11 import (
    HTTP11DownloadHandler,
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
)
from scrapy.crawler import Crawler
from scrapy.http import Response
from twisted.python.failure import Failure
from twisted.web._newclient import HEADER, STATUS, ParseError

from crawler.asked import Stopping
from crawler.politeness import slots
from crawler.politeness.certificates import TellingPolicy

stop_transfers: Final = object()
"""Signal: end the transfers from these `hosts`, or all (None); what was asked for fails with `Stopping`."""


MAX_HEADERS: Final = 256 * 1024
"""Bytes before a body begins; a server that never ends its headers would fill the memory."""


class _BoundedProtocol(_LenientHTTP11ClientProtocol):
    """Scrapy's protocol, which gives up on headers that do not end."""

    _size = 0

    def request(self, request: Any) -> Any:
        self._size = 0
        return super().request(request)

    def dataReceived(self, data: bytes) -> None:  # noqa: N802  Twisted's name
        if self._parser is not None and self._parser.state in (STATUS, HEADER):
            self._size += len(data)
            if self._size > MAX_HEADERS:
                words = f"more than {MAX_HEADERS} bytes of headers"
                failure = Failure(ParseError(words, data[:100]))  # type: ignore[no-untyped-call]
                self._giveUp(failure)  # type: ignore[no-untyped-call]
                return
        super().dataReceived(data)  # type: ignore[no-untyped-call]


class _BoundedFactory(_LenientHTTP11ClientFactory):
    def buildProtocol(self, _: Any) -> _BoundedProtocol:  # noqa: N802  Twisted's name
        return _BoundedProtocol(self._quiescentCallback)  # type: ignore[no-untyped-call]


class Transfers(HTTP11DownloadHandler):
    """Limits transfers, not waiting requests: a host that is slow to answer holds up no other."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._turns = asyncio.Semaphore(crawler.settings.getint("TRANSFERS_AT_A_TIME"))
        self._pool._factory = _BoundedFactory  # noqa: SLF001  as Scrapy sets its own
        if crawler.settings.getbool("DOWNLOAD_VERIFY_CERTIFICATES"):
            self._contextFactory: Any = TellingPolicy(self._contextFactory)
        self._running: dict[asyncio.Task[object], str | None] = {}  # and from which host
        self._stopped: set[asyncio.Task[object]] = set()
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
        self._running[task] = request.meta.get(slots.KEY)
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
            if task not in self._stopped:
                raise
            task.uncancel()
            raise Stopping from None
        finally:
            del self._running[task]
            self._stopped.discard(task)

    def _stop(self, hosts: Collection[str] | None = None) -> None:
        for task, host in self._running.items():
            if hosts is None or host in hosts:
                self._stopped.add(task)
                task.cancel()
