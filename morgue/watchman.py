"""Beside the crawls: looks at how sites do, keeps what is learnt, raises and delivers alerts.

Knows when. Everything slow happens in a thread, one thing at a time; nothing here holds a crawl up.
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from datetime import timedelta

import structlog

from config.settings import Settings
from config.site import SiteConfig
from db.archive import Archive
from db.errors import ArchiveError
from morgue.alerting import desk
from morgue.checkup import CheckUp, keep_up
from morgue.cli.ailing import examine

log = structlog.stdlib.get_logger("morgue.watchman")

ROUND = timedelta(seconds=15)
"""Between two looks at what is to be told."""

CHECK_UPS = timedelta(minutes=10)
"""Between two looks at how sites do."""


class Watchman:
    """Goes his rounds until he is told to stop."""

    def __init__(
        self,
        archive: Archive,
        *,
        settings: Callable[[], Settings],
        sites: Callable[[], Mapping[str, SiteConfig]],
        env: Mapping[str, str],
        every: timedelta = ROUND,
    ) -> None:
        """Takes what he depends on; settings and sites are asked for anew on each round."""
        self._archive = archive
        self._settings = settings
        self._sites = sites
        self._env = env
        self._every = every
        self._checked_at: float | None = None
        self._running_since = archive.clock.now()
        self._stopping = asyncio.Event()
        self.last: CheckUp | None = None
        """The last check-up; None before the first."""

    def stop(self) -> None:
        """End after the round that is under way."""
        self._stopping.set()

    async def run(self) -> None:
        """Go round after round. A round that fails is told, and the next one is gone."""
        while not self._stopping.is_set():
            try:
                await asyncio.to_thread(self.go_round)
            except ArchiveError as error:
                log.warning("round_failed", error=str(error))
            except Exception:
                log.exception("round_failed", remedy="the next round tries again")
            try:
                await asyncio.wait_for(self._stopping.wait(), self._every.total_seconds())
            except TimeoutError:
                continue

    def go_round(self) -> None:
        """One round."""
        settings = self._settings()
        is_checked = self._check_up(settings)
        if settings.alerts:
            findings = self.last.findings if self.last and is_checked else None
            desk.raise_alerts(self._archive, settings.alerts, findings)
            desk.deliver(self._archive, settings.alerts, settings.channels, env=self._env)

    def _check_up(self, settings: Settings) -> bool:
        now = time.monotonic()
        if self._checked_at is not None and now - self._checked_at < CHECK_UPS.total_seconds():
            return False
        keep_up(self._archive)
        before = {each.occasion for each in self.last.findings} if self.last else set()
        self.last = examine(
            self._archive, self._sites(), settings, running_since=self._running_since
        )
        self._checked_at = now
        for finding in self.last.findings:
            if finding.occasion not in before:
                log.warning(
                    "site_found_ill",
                    site=finding.site or None,
                    kind=finding.kind.value,
                    part=finding.part or None,
                    since=finding.since.isoformat(),
                    words=finding.words,
                    remedy=finding.remedy,
                )
        return True
