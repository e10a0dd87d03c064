"""Downloader middleware: follows redirects, each hop as politely as the first, and notes them."""

from typing import Final, Self
from urllib.parse import urljoin

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response
from w3lib.url import safe_url_string

from crawler.asked import TooManyRedirects, asked_of
from crawler.politeness import slots
from pipeline import urls

_STATUSES: Final = frozenset({301, 302, 303, 307, 308})


class Redirects:
    """Turns an answer that points elsewhere into the request for it."""

    def __init__(self, *, limit: int) -> None:
        self._limit = limit

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """With the limit of the settings."""
        return cls(limit=crawler.settings.getint("REDIRECT_MAX_TIMES"))

    def process_response(self, request: Request, response: Response) -> Response | Request:
        """Follow a redirect.

        Raises:
            TooManyRedirects: They do not end.
        """
        location = response.headers.get("Location")
        if response.status not in _STATUSES or not location:
            return response
        target = _target(request.url, location)
        asked = asked_of(request)
        if target is None or asked is None:
            return response
        asked.redirects.append((response.status, target))
        if len(asked.redirects) > self._limit or target == request.url:
            raise TooManyRedirects
        following = request.replace(url=target, cls=None, dont_filter=True)
        following.headers.pop("Cookie", None)
        following.meta[slots.KEY] = urls.host(target)
        if urls.host(target) != urls.host(request.url):
            following.headers.pop("Authorization", None)
        following.priority = request.priority + 1
        return following


def _target(url: str, location: bytes) -> str | None:
    """Where a redirect leads; None where that is no address at all."""
    try:
        return safe_url_string(urljoin(url, safe_url_string(location.strip()))).partition("#")[0]
    except ValueError:
        return None
