"""One whole crawl, from settings to report: what every caller of the crawler uses. One a process.

Scrapy's reactor cannot be started twice: who crawls again starts a child process.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from scrapy.core.downloader import contextfactory  # noqa: F401  see below
from scrapy.crawler import AsyncCrawlerProcess
from structlog.contextvars import bound_contextvars

from config.clock import Clock
from config.settings import Settings
from config.site import SiteConfig
from crawler import closing, crawl
from crawler.crawl import BadAddress, Crawl
from crawler.report import CrawlReport, SiteReport
from crawler.spiders.site import SiteSpider
from crawler.stops import Stops
from crawler.translation import scrapy_settings
from db.archive import Archive
from db.archiving.steering import Agenda
from db.errors import ArchiveError
from pipeline.context import Event

__all__ = ["BadAddress", "run_crawl"]

# Scrapy's contextfactory and what it imports look through the whole stack, and through all modules for each frame of
# it, to name some deprecated classes: 0.05 s of CPU where few imports are under way, 0.4 s from the depth of ours. So
# it comes first, and who crawls imports this module before others of the crawler.


def run_crawl(
    settings: Settings,
    sites: Sequence[SiteConfig],
    *,
    urls: Sequence[str] = (),
    known_sites: Sequence[SiteConfig] = (),
    backlogs: Sequence[SiteConfig] = (),
    trigger: str,
    clock: Clock,
    progress: Callable[[Event], None] | None = None,
    limit: int | None = None,
    takes_pages: bool = True,
    announce: Callable[[str], None] = lambda _: None,
    scrapy: dict[str, Any] | None = None,
    is_wanted: Callable[[SiteConfig, Agenda], bool] | None = None,
    site_ended: Callable[[SiteReport], None] = lambda _: None,
) -> CrawlReport:
    """Crawl to the end. The first SIGINT or SIGTERM ends it soon, the second at once.

    Args:
        settings: The project's settings.
        sites: Sites to be crawled wholly: sources, and everything that is due.
        urls: Further pages, each as a page of its site; one of no known site gets its own.
        known_sites: Sites to which a URL may belong besides those crawled.
        backlogs: Sites whose back-fill goes on, for one slice of time.
        trigger: What started it: "command", "schedule", "demo".
        clock: What every moment comes from.
        progress: Told of every event; called in this thread, must be quick.
        limit: Pages asked for at most.
        takes_pages: False: sources are read, and no page is asked for.
        announce: Told in a sentence before the archive's schema is touched.
        scrapy: Settings of Scrapy to override, for benchmarks.
        is_wanted: Whether a site is still to be crawled, asked once nobody else can begin.
        site_ended: Told of each site as soon as its part is closed; of those that a stop leaves, only the report tells.

    Raises:
        ConfigError: The crawler would be anonymous: no contact is set.
        BadAddress: One of the URLs cannot be crawled.
        ArchiveError: The archive cannot be opened; one that fails later makes the crawl FAILED.
    """
    assignments = crawl.assign(sites, urls=urls, known=known_sites)
    assignments = crawl.with_backlogs(assignments, backlogs)
    assignments = [replace(each, takes_pages=takes_pages) for each in assignments]
    if crawl.needs_contact(assignments):
        settings.user_agent_or_error()
    with (
        Archive.open(
            settings.archive_url, clock=clock, captures=settings.capture_store, announce=announce
        ) as archive,
        Stops() as stops,
    ):
        opened = crawl.begin(
            settings,
            assignments,
            archive=archive,
            clock=clock,
            trigger=trigger,
            progress=progress,
            limit=limit,
            is_wanted=is_wanted,
            site_ended=site_ended,
        )
        if isinstance(opened, dict):
            return closing.nothing_done(opened, now=clock.now())
        with bound_contextvars(crawl=opened.crawl_id):  # in every line of the log
            try:
                _run(opened, scrapy_settings(settings) | (scrapy or {}), stops)
            except BaseException as error:
                opened.failed_because = f"{type(error).__name__}: {error}"
                _finish_quietly(opened)
                raise
            return closing.finish(opened)


def _run(opened: Crawl, settings: dict[str, Any], stops: Stops) -> None:
    process = AsyncCrawlerProcess(settings)
    crawler = process.create_crawler(SiteSpider)
    crawler.morgue = opened  # type: ignore[attr-defined]
    crawling = process.crawl(crawler)

    def stop_soon(words: str) -> None:
        opened.stopped_because = opened.stopped_because or words
        if isinstance(crawler.spider, SiteSpider):
            crawler.spider.stop(words)

    def stop_at_once(words: str) -> None:
        from twisted.internet import reactor  # noqa: PLC0415  installed by now

        opened.stopped_because = words
        reactor.crash()  # type: ignore[misc]  # the stubs take it for an unbound method

    with stops.served(stop_soon, stop_at_once):
        process.start(install_signal_handlers=False)
    if crawling.done():
        crawling.result()
    else:
        _end_threads()


def _end_threads() -> None:
    """After a reactor that was ended at once: its threads would keep the process."""
    from twisted.internet import reactor  # noqa: PLC0415  installed by now

    reactor.getThreadPool().stop()


def _finish_quietly(opened: Crawl) -> None:
    """Close the crawl if the archive lets us; the error that is on its way says more."""
    try:
        closing.finish(opened)
    except ArchiveError:
        return
