"""The pace at each host: Scrapy's download slots, by host and port.

Knows how Scrapy keeps pace. Must not know why a host is to be asked slowly.
"""

from collections.abc import Iterable
from time import monotonic
from typing import Any, Final

from scrapy import Request
from scrapy.core.downloader import Downloader

from config.settings import Settings
from config.site import SiteConfig

KEY: Final = Downloader.DOWNLOAD_SLOT
_SHORTEST: Final = 0.001  # seconds; a slot without any delay never looks at the time


def paces(settings: Settings, sites: Iterable[SiteConfig]) -> dict[str, dict[str, Any]]:
    """The setting DOWNLOAD_SLOTS: delay and concurrency of every host of these sites."""
    slots = {}
    for site in sites:
        pace = {"delay": delay_of(settings, site), "concurrency": concurrency_of(settings, site)}
        slots.update({host: {**pace, "jitter": 0.0} for host in site.hosts})
    return slots


def delay_of(settings: Settings, site: SiteConfig) -> float:
    """Seconds between two requests to a host of the site."""
    delay = site.politeness.delay
    return settings.delay_s if delay is None else delay.total_seconds()


def concurrency_of(settings: Settings, site: SiteConfig) -> int:
    """Requests to a host of the site at a time."""
    return site.politeness.concurrent or settings.concurrent_per_host


def slow_down(downloader: Downloader, host: str, *, delay_s: float) -> None:
    """Leave at least `delay_s` seconds between two requests to a host, one at a time."""
    pace = downloader.per_slot_settings.setdefault(host, {"jitter": 0.0})
    if delay_s <= pace.get("delay", 0.0):
        return
    pace["delay"], pace["concurrency"] = delay_s, 1
    slot = downloader.slots.get(host)
    if slot is not None:
        slot.delay, slot.jitter, slot.concurrency = delay_s, 0.0, 1


def pause(downloader: Downloader, request: Request, *, seconds: float) -> None:
    """Send nothing to the request's host for some time; what is on its way stays on its way."""
    slot = downloader.slots.get(downloader.get_slot_key(request))
    if slot is None:
        return
    slot.delay = max(slot.delay, _SHORTEST)
    slot.lastseen = max(slot.lastseen, monotonic() + seconds - slot.delay)


def note_sent(downloader: Downloader, request: Request) -> None:
    """A request leaves later than its slot believes: count its delay from now."""
    slot = downloader.slots.get(downloader.get_slot_key(request))
    if slot is not None:
        slot.lastseen = max(slot.lastseen, monotonic())
