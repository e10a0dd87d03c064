"""A crawl under plain `scrapy crawl`: opened when the spider is made, closed with it."""

import os
from pathlib import Path

from scrapy import signals
from scrapy.crawler import Crawler

from config.clock import SystemClock
from config.settings import load_settings
from config.site import load_sites
from crawler import closing, crawl
from crawler.crawl import Crawl
from db.archive import Archive


def begin(crawler: Crawler, *, names: str | None) -> Crawl:
    """Open a crawl of the named sites of this folder's configuration.

    Raises:
        SystemExit: No site is named, or one that does not exist, or all are busy; says what to do.
        ConfigError: The configuration is wrong.
    """
    settings = load_settings(env=os.environ, cwd=Path.cwd())
    sites = load_sites(settings.sites_dir)
    wanted = [name.strip() for name in (names or "").split(",") if name.strip()]
    unknown = [name for name in wanted if name not in sites]
    if unknown or not wanted:
        problem = f"there is no site {unknown[0]}" if unknown else "no site is named"
        raise SystemExit(f"{problem}: add -a name=NAME with one or more of {', '.join(sites)}")
    assignments = crawl.assign([sites[name] for name in wanted])
    if crawl.needs_contact(assignments):
        settings.user_agent_or_error()
    clock = SystemClock()
    archive = Archive.open(settings.archive_url, clock=clock, captures=settings.capture_store)
    opened = crawl.begin(settings, assignments, archive=archive, clock=clock, trigger="scrapy")
    if isinstance(opened, dict):
        archive.close()
        raise SystemExit("; ".join(opened.values()))

    def closed() -> None:
        with archive:
            closing.finish(opened)

    # engine_stopped comes after everything that closes with the spider
    crawler.signals.connect(closed, signal=signals.engine_stopped, weak=False)
    crawler.morgue = opened  # type: ignore[attr-defined]
    return opened
