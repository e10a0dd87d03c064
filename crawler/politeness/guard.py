"""Downloader middleware: only http(s), and private addresses only where the site allows them."""

from collections.abc import Iterable
from typing import Self
from urllib.parse import urlsplit

from scrapy import Request, signals
from scrapy.crawler import Crawler

from config.site import SiteConfig
from crawler.asked import Refused, asked_of
from crawler.politeness.resolver import GuardedResolver
from pipeline import urls
from pipeline.context import context_of


class AddressGuard:
    """Tells the resolver which names may be private, and keeps other sites away from those."""

    def __init__(self, sites: Iterable[SiteConfig] | None) -> None:
        self._sites = None if sites is None else tuple(sites)
        self._private = {
            site.name: private_names(site)
            for site in self._sites or ()
            if site.politeness.allow_private_addresses
        }
        self._private_anywhere = frozenset().union(*self._private.values())

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """For a crawl's sites; where there is no crawl (`scrapy shell`) it guards nothing."""
        try:
            guard = cls(context_of(crawler).sites.values())
        except LookupError:
            guard = cls(None)
        crawler.signals.connect(guard.engine_started, signal=signals.engine_started)
        return guard

    def engine_started(self) -> None:
        """The reactor runs and has its resolver: tell it what is allowed."""
        resolver = installed_resolver()
        if self._sites is None:
            resolver.allow_all()
        else:
            resolver.allow(self._private_anywhere)

    def process_request(self, request: Request) -> None:
        """Refuse what no site may ask for; the resolver judges the addresses behind names."""
        asked = asked_of(request)
        if self._sites is None or asked is None:
            return
        if asked.redirects and not urls.is_fetchable(request.url):
            raise Refused("not a web address")
        if not self._private_anywhere:
            return
        name = name_of(request.url)
        if name in self._private_anywhere and name not in self._private.get(asked.site.name, ()):
            raise Refused("private address")


def installed_resolver() -> GuardedResolver:
    """The resolver of the running reactor."""
    from twisted.internet import reactor  # noqa: PLC0415  importing it installs one

    resolver = reactor.nameResolver
    if not isinstance(resolver, GuardedResolver):
        raise TypeError("the setting TWISTED_DNS_RESOLVER must name the GuardedResolver")
    return resolver


def private_refusal(words: str, *, url: str) -> str | None:
    """The refusal behind a failure that looks like one of DNS, where the resolver kept an address back."""
    if not words.startswith("dns:"):
        return None
    name = name_of(url)
    address = installed_resolver().refused_address(name)
    return f"private address: {name} is {address}" if address else None


def private_names(site: SiteConfig) -> frozenset[str]:
    """The names that may lead to private addresses when asked for the site."""
    sources = (name_of(source.url) for source in site.sources)
    return frozenset({*sources, *(name_of(f"http://{host}/") for host in site.hosts)})


def name_of(url: str) -> str:
    """The name or literal address that is resolved for a URL."""
    return urlsplit(url).hostname or ""
