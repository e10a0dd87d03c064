"""Scrapy requests for links and sources: headers, conditions, limits. Knows how to ask."""

from collections.abc import Callable
from typing import Any

from scrapy import Request

from config.settings import Settings
from config.site import SiteConfig
from crawler.asked import KEY, Asked
from crawler.lanes import SourceDocument
from crawler.politeness import slots
from db.archiving.backfill_lists import KnownDocument
from db.archiving.entries import KnownLink
from pipeline import urls

_PAGE = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
_SOURCE = {
    "feed": "application/atom+xml,application/rss+xml,application/feed+json,application/xml;q=0.9,"
    "application/json;q=0.8,*/*;q=0.5",
    "wordpress": "application/json",
    "sitemap": "application/xml,text/xml,text/plain;q=0.9,*/*;q=0.5",
    "news_sitemap": "application/xml,text/xml,text/plain;q=0.9,*/*;q=0.5",
}
_MEGABYTE = 1_000_000

Callback = Callable[[Any], Any]


class Requests:
    """Makes the requests of one crawl; what depends on the site alone is worked out once."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._of_site: dict[str, tuple[dict[str, str], float, int]] = {}

    def page(
        self, site: SiteConfig, link: KnownLink, *, callback: Callback, errback: Callback
    ) -> Request:
        """For a link, with the conditions that the last answer allows."""
        headers, timeout, max_size = self._site(site)
        return _request(
            link.url,
            asked=Asked(site=site, what="page", url=link.url, subject=link),
            headers={"Accept": _PAGE, **headers, **_conditions(link.etag, link.last_modified)},
            timeout=timeout,
            max_size=max_size,
            callback=callback,
            errback=errback,
        )

    def source(
        self, site: SiteConfig, document: SourceDocument, *, callback: Callback, errback: Callback
    ) -> Request:
        """For a document of a source; its first is asked for with conditions."""
        known = document.run.known
        is_conditional = document.depth == 0 and not document.is_audit and not known.wrong_304_at
        return self._list(
            site,
            Asked(site=site, what="source", url=document.url, subject=document),
            kind=document.run.config.kind,
            conditions=_conditions(known.etag, known.last_modified) if is_conditional else {},
            callback=callback,
            errback=errback,
        )

    def past(
        self, site: SiteConfig, document: KnownDocument, *, callback: Callback, errback: Callback
    ) -> Request:
        """For a list that a back-fill reads."""
        asked = Asked(site=site, what="source", url=document.url, subject=document)
        return self._list(
            site, asked, kind=document.kind, conditions={}, callback=callback, errback=errback
        )

    def _list(
        self,
        site: SiteConfig,
        asked: Asked,
        *,
        kind: str,
        conditions: dict[str, str],
        callback: Callback,
        errback: Callback,
    ) -> Request:
        headers, timeout, _ = self._site(site)
        return _request(
            asked.url,
            asked=asked,
            headers={"Accept": _SOURCE.get(kind, _PAGE), **headers, **conditions},
            timeout=timeout,
            max_size=int(self._settings.max_source_mb * _MEGABYTE),
            callback=callback,
            errback=errback,
        )

    def _site(self, site: SiteConfig) -> tuple[dict[str, str], float, int]:
        known = self._of_site.get(site.name)
        if known is None:
            polite = site.politeness
            headers = {"User-Agent": self._settings.user_agent}
            if site.language:
                headers["Accept-Language"] = f"{site.language}, *;q=0.5"
            timeout = polite.timeout.total_seconds() if polite.timeout else self._settings.timeout_s
            max_mb = polite.max_page_mb or self._settings.max_page_mb
            known = ({**headers, **site.headers}, timeout, int(max_mb * _MEGABYTE))
            self._of_site[site.name] = known
        return known


def _conditions(etag: str | None, last_modified: str | None) -> dict[str, str]:
    conditions = {}
    if etag:
        conditions["If-None-Match"] = etag
    if last_modified:
        conditions["If-Modified-Since"] = last_modified
    return conditions


def _request(
    url: str,
    *,
    asked: Asked,
    headers: dict[str, str],
    timeout: float,
    max_size: int,
    callback: Callback,
    errback: Callback,
) -> Request:
    meta: dict[str, Any] = {
        KEY: asked,
        slots.KEY: urls.host(url),
        "download_timeout": timeout,
        "download_maxsize": max_size,
    }
    return Request(
        url, headers=headers, meta=meta, callback=callback, errback=errback, dont_filter=True
    )
