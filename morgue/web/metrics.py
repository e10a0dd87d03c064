"""Metrics for Prometheus, read from the archive when they are asked for.

Names and units follow its conventions; labels are sites, outcomes and kinds, of which there are few.
"""

import threading
import time
from collections.abc import Callable, Iterator
from typing import Final

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import generate_latest
from prometheus_client.registry import Collector

from db.archive import Archive
from db.asking import alerting, ledgers, reports
from db.asking.reports import SiteStatus
from db.errors import ArchiveError
from morgue.version import VERSION
from morgue.watchman import Watchman

KEPT_S: Final = 15.0
"""Seconds for which an answer serves who asks again: scraping must not load the archive."""


class Metrics:
    """The page of metrics."""

    def __init__(self, archive: Archive, watchman: Watchman) -> None:
        """Reads the archive, and what the watchman found last."""
        self._registry = CollectorRegistry(auto_describe=False)
        self._registry.register(_ArchiveCollector(archive, watchman))
        self._lock = threading.Lock()
        self._page: tuple[float, bytes] | None = None

    def page(self) -> bytes:
        """The page; at most one thread makes it."""
        with self._lock:
            now = time.monotonic()
            if self._page is None or now - self._page[0] > KEPT_S:
                self._page = (now, generate_latest(self._registry))
            return self._page[1]


class _ArchiveCollector(Collector):
    def __init__(self, archive: Archive, watchman: Watchman) -> None:
        self._archive = archive
        self._watchman = watchman

    def collect(self) -> Iterator[Metric]:
        build = GaugeMetricFamily("morgue_build_info", "The release.", labels=["version"])
        build.add_metric([VERSION], 1)
        yield build
        up = GaugeMetricFamily("morgue_archive_up", "1 where the archive answers.")
        try:
            now = self._archive.clock.now()
            with self._archive.read() as session:
                sites = reports.site_status(session, now=now)
                sizes = ledgers.sizes(session)
                undelivered = alerting.undelivered_count(session)
        except ArchiveError:
            up.add_metric([], 0)
            yield up
            return
        up.add_metric([], 1)
        yield up
        yield from _of_archive(sizes, undelivered)
        yield from _of_sites([site for site in sites if not site.is_ad_hoc])
        yield from self._of_health()

    def _of_health(self) -> Iterator[Metric]:
        found = self._watchman.last
        if found is None:
            return
        checked = GaugeMetricFamily(
            "morgue_checkup_timestamp_seconds", "When sites were last checked up."
        )
        checked.add_metric([], found.at.timestamp())
        yield checked
        ill = GaugeMetricFamily(
            "morgue_site_findings", "What is wrong with a site now.", labels=["site", "kind"]
        )
        counts: dict[tuple[str, str], int] = {}
        for each in found.findings:
            key = (each.site, each.kind.value)
            counts[key] = counts.get(key, 0) + 1
        for labels, count in sorted(counts.items()):
            ill.add_metric(list(labels), count)
        yield ill
        read = GaugeMetricFamily(
            "morgue_site_articles_today", "New articles since midnight UTC.", labels=["site"]
        )
        for site, day in sorted(found.days.items()):
            read.add_metric([site], day.read)
        yield read


def _of_archive(sizes: dict[str, int], undelivered: int) -> Iterator[Metric]:
    for name, size in sizes.items():
        counter = CounterMetricFamily(f"morgue_{name}", f"Rows ever added to the ledger of {name}.")
        counter.add_metric([], size)
        yield counter
    waiting = GaugeMetricFamily("morgue_alert_deliveries_waiting", "Deliveries still to be made.")
    waiting.add_metric([], undelivered)
    yield waiting


def _of_sites(sites: list[SiteStatus]) -> Iterator[Metric]:
    gauges: dict[str, tuple[str, Callable[[SiteStatus], float | None]]] = {
        "articles": ("Articles that the archive has.", lambda s: s.article_count),
        "links_due": ("Pages that are due.", lambda s: s.due_link_count),
        "failures_in_a_row": ("Crawls in a row that reached nothing.", lambda s: s.failure_count),
        "sources_failing": (
            "Sources whose last look failed.",
            lambda s: sum(source.last_error is not None for source in s.sources),
        ),
        "crawled_timestamp_seconds": (
            "When the last crawl ended.",
            lambda s: s.crawled_at.timestamp() if s.crawled_at else None,
        ),
        "due_timestamp_seconds": (
            "When the next crawl is due.",
            lambda s: s.due_at.timestamp() if s.due_at else None,
        ),
    }
    for name, (words, of) in gauges.items():
        gauge = GaugeMetricFamily(f"morgue_site_{name}", words, labels=["site"])
        for site in sites:
            value = of(site)
            if value is not None:
                gauge.add_metric([site.name], value)
        yield gauge
