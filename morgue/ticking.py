"""Ticks that come on time whatever the wall clock is set to. Knows APScheduler, which reads it.

Its jobs stand at moments: were the clock set back by a day, it would sleep for that day. Must not know what is done.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, timedelta

import structlog
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from config.clock import SystemClock

log = structlog.stdlib.get_logger("morgue.daemon")

Tick = Callable[[], Awaitable[None]]


class Ticker:
    """Calls functions again and again until it is stopped. They must only start what takes long."""

    def __init__(self) -> None:
        self.scheduler = AsyncIOScheduler(jobstores={"default": MemoryJobStore()}, timezone=UTC)
        self._clock = SystemClock()  # as APScheduler reads it
        self._last: dict[str, float] = {}  # when each was called, on the clock that is never set
        self._guard: asyncio.Task[None] | None = None

    def add(self, function: Tick, *, every: timedelta) -> None:
        """Call a function at every so long an interval, the first time after one."""

        async def tick() -> None:
            self._last[job.id] = time.monotonic()
            await function()

        job = self.scheduler.add_job(
            tick,
            "interval",
            seconds=every.total_seconds(),
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
        )
        self._last[job.id] = time.monotonic()

    def start(self) -> None:
        """Begin to tick."""
        self.scheduler.start()
        self._guard = asyncio.create_task(self._keep(), name="ticks")

    def stop(self) -> None:
        """Tick no more."""
        if self._guard:
            self._guard.cancel()
        self.scheduler.shutdown(wait=False)

    async def _keep(self) -> None:
        """Bring jobs back that wait for a moment which the clock will not show for long."""
        while True:
            jobs = self.scheduler.get_jobs()
            await asyncio.sleep(min(job.trigger.interval_length for job in jobs))
            for job in jobs:
                since = time.monotonic() - self._last[job.id]
                now = self._clock.now()
                is_far = job.next_run_time - now > job.trigger.interval
                if is_far and since > job.trigger.interval_length:
                    log.warning("clock_set_back", remedy="none is needed: ticks go on")
                    job.modify(next_run_time=now)
