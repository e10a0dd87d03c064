"""Downloader middleware: cookies for the sites that ask for them, each with a jar of its own.

Scrapy's own middleware would download a list of public suffixes; a jar that only ever meets one
site's hosts needs none.
"""

from collections.abc import Iterable
from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.http import Response
from scrapy.http.cookies import CookieJar

from config.site import SiteConfig
from crawler.asked import asked_of
from pipeline.context import context_of


class SiteCookies:
    """Keeps a site's cookies for the length of a crawl, and gives them to its own hosts only."""

    def __init__(self, sites: Iterable[SiteConfig]) -> None:
        self._jars = {site.name: CookieJar() for site in sites if site.cookies}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Not configured where no site wants cookies."""
        try:
            cookies = cls(context_of(crawler).sites.values())
        except LookupError:
            raise NotConfigured from None
        if not cookies._jars:
            raise NotConfigured
        return cookies

    def process_request(self, request: Request) -> None:
        """Add what the site has set."""
        jar = self._jar(request)
        if jar is not None:
            jar.add_cookie_header(request)

    def process_response(self, request: Request, response: Response) -> Response:
        """Keep what the site sets."""
        jar = self._jar(request)
        if jar is not None:
            jar.extract_cookies(response, request)
        return response

    def _jar(self, request: Request) -> CookieJar | None:
        asked = asked_of(request)
        if asked is None or not asked.site.covers(request.url):
            return None
        return self._jars.get(asked.site.name)
