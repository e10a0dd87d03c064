"""How long a crawl may keep each site: its time, its leases, a person's pause.

Knows lanes and the event loop. Must not know what is asked of a site, nor Scrapy.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import structlog

from crawler import scheduled
from crawler.crawl import Crawl
from crawler.lanes import Lane
from db.archiving import leases
from db.archiving.steering import pauses
from db.errors import ArchiveError
from pipeline.context import LEASE_TTL

_LAST_S = 60.0  # that a crawl has beyond the time of its sites

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Unwelcome:
    """Sites that a crawl is to leave, by name."""

    taken: Sequence[str] = ()  # by somebody else
    paused: Sequence[str] = ()  # by a person, since the crawl began


class Crawling(Protocol):
    """Who crawls."""

    def stop(self, words: str) -> None:
        """End the crawl soon."""

    def leave(self, lane: Lane, words: str) -> None:
        """Leave a site for the rest of the crawl: what waits for its turn is not asked for."""

    def leave_at_once(self, lane: Lane, words: str) -> None:
        """Leave a site at once: what is on its way from it is given up, too."""


class Tenure:
    """Watches the clock and the archive from the opening of a crawl to its end."""

    def __init__(self, of: Crawl, crawling: Crawling) -> None:
        self._of = of
        self._crawling = crawling
        self._deadlines: list[asyncio.TimerHandle] = []

    def begin(self) -> None:
        """Set the alarm for every site and for the crawl as a whole; needs a running loop."""
        loop = asyncio.get_running_loop()
        minutes = self._of.settings.max_crawl_minutes
        longest = minutes * 60
        for lane in self._of.lanes.values():
            if lane.longest is not None:
                seconds = lane.longest.total_seconds()
                self._deadlines.append(loop.call_later(seconds, self._time_is_up, lane))
                longest = max(longest, seconds + _LAST_S)
        self._deadlines.append(loop.call_later(longest, self._crawling.stop, _was_up(minutes)))

    def end(self) -> None:
        """Set the alarms off."""
        for deadline in self._deadlines:
            deadline.cancel()

    async def hold(self) -> None:
        """Hold on to the hosts; leave sites that somebody else has taken, or that a person has paused."""
        loop = asyncio.get_running_loop()
        held_at = loop.time()
        while True:
            await asyncio.sleep(LEASE_TTL.total_seconds() / 3)
            try:
                left = await asyncio.to_thread(_renew, self._of)
                held_at = loop.time()
            except ArchiveError as error:
                log.warning("leases_not_renewed", sites=self._of.open_sites(), error=str(error))
                is_late = loop.time() - held_at > LEASE_TTL.total_seconds()
                left = _Unwelcome(taken=list(self._of.lanes) if is_late else ())
            self._heed(left)

    def _heed(self, left: _Unwelcome) -> None:
        for name in left.taken:
            if name not in self._of.reports:
                words = "somebody else has taken over this site"
                self._crawling.leave(self._of.lanes[name], words)
        for name in left.paused:
            self._pause(self._of.lanes[name])

    def _pause(self, lane: Lane) -> None:
        """What was not asked for stays due."""
        if lane.closed_because is None and not lane.is_done():
            lane.is_paused = True
            log.info("site_paused", site=lane.site.name)
            self._crawling.leave(lane, "it was paused")

    def _time_is_up(self, lane: Lane) -> None:
        """A site has had its time: what it has not answered stays due, and no other site waits for it."""
        if lane.is_done() or lane.longest is None:
            return
        lane.is_late = True
        lane.is_getting_on = lane.answered_since(self._of.clock.now() - lane.longest / 4)
        words = _was_up(lane.longest.total_seconds() / 60)
        if not lane.is_getting_on:
            words += " while it did not answer"
        self._crawling.leave_at_once(lane, words)


def _was_up(minutes: float) -> str:
    return f"its time of {minutes:g} minutes was up"


def _renew(crawl: Crawl) -> _Unwelcome:
    """Hold on to every lease. Returns the sites that are to be left."""

    def renewed(session: Any) -> _Unwelcome:
        now = crawl.clock.now()
        paused = _paused_since(session, crawl)
        lost = []
        for site, held in sorted(crawl.leases.items()):
            if site in crawl.reports:
                continue
            kept = [
                leases.renew(session, each.name, token=each.token, now=now, ttl=LEASE_TTL)
                for each in held
            ]
            if not all(kept):
                lost.append(site)
        return _Unwelcome(taken=lost, paused=paused)

    return crawl.archive.transact(renewed)


def _paused_since(session: Any, crawl: Crawl) -> list[str]:
    """The sites that were paused since; what a person began at this terminal, that person ends."""
    if crawl.trigger != scheduled.TRIGGER:
        return []
    found = pauses(session, crawl.site_ids.values())
    names = crawl.site_names
    return [
        names[number] for number, at in found.items() if at != crawl.paused_before[names[number]]
    ]
