"""Downloader middleware: asks nothing that robots.txt forbids (RFC 9309), as slowly as it says.

Not to be had (4xx) means allowed. Unreachable (no answer, 5xx, 429) means forbidden.
"""

import asyncio
from dataclasses import dataclass
from typing import Any, Final, Self
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http.request import NO_CALLBACK
from scrapy.robotstxt import ProtegoRobotParser

from config.site import SiteConfig
from crawler.answers import explain
from crawler.asked import KEY, Asked, Refused, Stopping, asked_of
from crawler.crawl import Crawl
from crawler.politeness import slots
from crawler.politeness.guard import private_refusal
from db.archiving import robots
from pipeline import urls
from pipeline.context import context_of

MAX_PARSED: Final = 500 * 1024
"""Bytes of a robots.txt that count; RFC 9309 asks for at least as many."""

MAX_FETCHED: Final = 5_000_000
"""Bytes of a robots.txt after which it counts as unreachable."""

MAX_DELAY_S: Final = 120.0
"""The longest Crawl-delay that is kept; a longer one is taken for this."""

UNREACHABLE: Final = "robots.txt unreachable"


@dataclass(frozen=True, slots=True)
class _Rules:
    """What one host allows: a parser, or why nothing there may be asked for."""

    parser: ProtegoRobotParser | None = None
    refusal: str | None = None
    is_cut_short: bool = False  # nobody waited for the answer


class Robots:
    """Fetches each host's robots.txt once in a crawl, when its first URL is asked for, or takes what is fresh."""

    def __init__(self, crawler: Crawler, *, user_agent: str) -> None:
        self._crawler = crawler
        self._user_agent = user_agent
        self._crawl = _crawl_of(crawler)
        self._rules: dict[str, asyncio.Future[_Rules]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """With the name by which robots.txt knows us."""
        return cls(crawler, user_agent=str(crawler.settings["ROBOTSTXT_USER_AGENT"]))

    async def process_request(self, request: Request) -> None:
        """Refuse what is forbidden.

        Raises:
            Refused: robots.txt forbids it or is unreachable.
            Stopping: The crawl is being stopped, or has given up on the site.
        """
        asked = asked_of(request)
        if asked is None or asked.what == "robots" or asked.site.politeness.robots == "ignore":
            return
        parts = urlsplit(request.url)
        origin = f"{parts.scheme}://{parts.netloc}"
        known = self._rules.get(origin)
        if known is None:
            known = self._rules[origin] = asyncio.get_running_loop().create_future()
            known.set_result(self._kept(origin) or await self._fetch(origin, asked.site))
        rules = known.result() if known.done() else await asyncio.shield(known)
        if rules.is_cut_short:
            raise Stopping
        if rules.refusal:
            raise Refused(rules.refusal)
        if rules.parser and not rules.parser.allowed(request.url, self._user_agent):
            self._crawler.stats.inc_value("robots/forbidden_count")
            raise Refused("robots")

    async def _fetch(self, origin: str, site: SiteConfig) -> _Rules:
        """Ask for the file; whatever happens, there is an answer."""
        url = f"{origin}/robots.txt"
        template = Asked(site=site, what="robots", url=url)
        request = Request(
            url,
            meta={
                KEY: template,
                slots.KEY: urls.host(url),
                "download_timeout": self._crawler.settings.getfloat("DOWNLOAD_TIMEOUT"),
                "download_maxsize": MAX_FETCHED,
            },
            headers={"Accept": "text/plain, */*;q=0.5"},
            callback=NO_CALLBACK,
            dont_filter=True,
        )
        self._crawler.stats.inc_value("robots/request_count")
        try:
            response = await self._crawler.engine.download_async(request)
        except Stopping:
            return _Rules(is_cut_short=True)
        except Exception as error:  # noqa: BLE001  unreachable is unreachable
            words = explain(error, url=url)
            return _Rules(refusal=private_refusal(words, url=url) or f"{UNREACHABLE}: {words}")
        body = response.body if 200 <= response.status < 300 else b""
        if _is_telling(response.status) and len(body) <= robots.LARGEST:
            self._keep(origin, response.status, body)
        return self._read(response.status, body, origin)

    def _kept(self, origin: str) -> _Rules | None:
        """What the host said when it was asked by an earlier crawl."""
        known = self._crawl.robots.get(origin) if self._crawl else None
        return self._read(known.status, known.body, origin) if known else None

    def _keep(self, origin: str, status: int, body: bytes) -> None:
        if self._crawl is None:
            return
        now = self._crawl.clock.now()

        def note(session: Any) -> None:
            robots.keep(session, origin, status=status, body=body, now=now)

        self._crawl.notes.submit(note)

    def _read(self, status: int, body: bytes, origin: str) -> _Rules:
        if not _is_telling(status):
            return _Rules(refusal=f"{UNREACHABLE}: HTTP {status}")
        if status >= 300:
            return _Rules()
        if len(body) > MAX_PARSED:
            body = body[:MAX_PARSED].rpartition(b"\n")[0]
        parser = ProtegoRobotParser(body, None)
        delay_s = parser.crawl_delay(self._user_agent)
        if delay_s:
            slots.slow_down(
                self._crawler.engine.downloader,
                urls.host(origin),
                delay_s=min(delay_s, MAX_DELAY_S),
            )
        return _Rules(parser=parser)


def _is_telling(status: int) -> bool:
    """Whether an answer says what is allowed: a file, or that there is none."""
    return 200 <= status < 500 and status != 429


def _crawl_of(crawler: Crawler) -> Crawl | None:
    try:
        context = context_of(crawler)
    except LookupError:  # `scrapy shell`
        return None
    return context if isinstance(context, Crawl) else None
