"""Downloader middleware: asks again where that may help, and waits where a server asks us to.

A short Retry-After pauses the host. One that is too long is left to the spider, which leaves the
host alone for this crawl.
"""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final, Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import DownloadConnectionRefusedError, DownloadFailedError
from scrapy.http import Response
from twisted.internet.error import ConnectError, ConnectionDone, ConnectionLost

from config.clock import Clock, SystemClock
from crawler.asked import Asked, asked_of
from crawler.politeness import slots
from pipeline.context import context_of

MAX_TRIES: Final = 2
"""Requests that are made again for one question."""

MAX_WAIT_S: Final = 120
"""The longest Retry-After that is waited for within a crawl, in seconds."""

LONGEST_S: Final = 30 * 86_400
"""A longer Retry-After is taken for this."""

_WAITING: Final = frozenset({429, 503})
_PASSING: Final = frozenset({408, 500, 502, 504, 520, 521, 522, 523, 524})
_UNSTATED_S: Final = 15  # of a 429 or 503 that does not say how long
_BROKEN: Final = (
    DownloadConnectionRefusedError,
    DownloadFailedError,
    ConnectError,
    ConnectionDone,
    ConnectionLost,
)


class Backoff:
    """Retries few times and honours Retry-After."""

    def __init__(self, crawler: Crawler, *, clock: Clock) -> None:
        self._crawler = crawler
        self._clock = clock

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """With the crawl's clock, for a Retry-After that names a date."""
        try:
            clock = context_of(crawler).clock
        except LookupError:
            clock = SystemClock()
        return cls(crawler, clock=clock)

    def process_response(self, request: Request, response: Response) -> Response | Request:
        """Ask again after a passing failure or a pause, or hand the answer on."""
        if response.status < 400:
            return response
        asked = asked_of(request)
        if asked is None:
            return response
        if response.status in _WAITING:
            return self._wait(request, response, asked)
        if response.status in _PASSING and asked.try_count < MAX_TRIES:
            return self._again(request, asked, pause_s=1.0 + asked.try_count)
        return response

    def process_exception(self, request: Request, exception: Exception) -> Request | None:
        """Ask again where a connection broke; a timeout has cost enough."""
        asked = asked_of(request)
        if asked is None or asked.try_count >= MAX_TRIES or not isinstance(exception, _BROKEN):
            return None
        return self._again(request, asked, pause_s=0.5 + asked.try_count)

    def _wait(self, request: Request, response: Response, asked: Asked) -> Response | Request:
        stated = retry_after(response.headers.get("Retry-After"), now=self._clock.now())
        seconds = _UNSTATED_S * 2**asked.try_count if stated is None else stated
        if seconds <= MAX_WAIT_S and asked.try_count < MAX_TRIES:
            self._crawler.stats.inc_value("backoff/pause_count")
            return self._again(request, asked, pause_s=max(seconds, 1))
        asked.retry_after_s = seconds
        return response

    def _again(self, request: Request, asked: Asked, *, pause_s: float) -> Request:
        slots.pause(self._crawler.engine.downloader, request, seconds=pause_s)
        asked.try_count += 1
        self._crawler.stats.inc_value("backoff/retry_count")
        return request.replace(dont_filter=True)


def retry_after(value: bytes | None, *, now: datetime) -> int | None:
    """Seconds that a Retry-After asks for: a number or a date (RFC 9110 §10.2.3); else None."""
    if not value or len(value) > 64:
        return None
    text = value.decode("latin-1").strip()
    if text.isascii() and text.isdigit():
        return min(int(text), LONGEST_S)
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return min(max(round((at - now).total_seconds()), 0), LONGEST_S)
