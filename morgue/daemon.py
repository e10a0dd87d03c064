"""`morgue up`: asks the archive which sites are due, and crawls them in child processes.

Knows when and how many at once. Must not know how a site is crawled. The schedule is data on the
site's row; APScheduler only ticks, and its job only starts a task: its shutdown cancels jobs.
"""

import asyncio
import json
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from config.clock import Clock
from db.errors import ArchiveError
from morgue.children import Child, Ended
from morgue.service_manager import ServiceManager

log = structlog.stdlib.get_logger("morgue.daemon")

LONGEST_BACKOFF = timedelta(hours=1)
LONGEST_LOOK = timedelta(minutes=5)
"""After which the archive is taken not to answer any more: the service manager may start us anew."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How often the daemon looks, how much it does at once, and how long it waits."""

    tick: timedelta = timedelta(seconds=10)
    children: int = 2
    batch: int = 20  # sites of one child
    deadline: timedelta = timedelta(minutes=65)  # of one child
    grace: timedelta = timedelta(seconds=30)  # from SIGTERM to SIGKILL
    backoff: timedelta = timedelta(minutes=1)  # after the first failure of a child


@dataclass(frozen=True, slots=True)
class DueSite:
    """A site that wants to be crawled now."""

    name: str
    hosts: frozenset[str]
    is_backfill: bool = False  # its past, in a child of its own, when no daily work waits


@dataclass(slots=True)
class _Trouble:
    """A site whose children fail, so that it is not started again at every tick."""

    until: datetime
    failures: int = 0


@dataclass(slots=True)
class _Running:
    child: Child
    sites: tuple[DueSite, ...]
    reported: set[str] = field(default_factory=set)  # sites that the child has spoken of


class Daemon:
    """Looks, starts, listens, stops."""

    def __init__(
        self,
        *,
        find_due: Callable[[], Sequence[DueSite]],
        command: Callable[[Sequence[str]], list[str]],
        clock: Clock,
        pace: Pace | None = None,
        env: Mapping[str, str] | None = None,
        read_again: Callable[[], None] = lambda: None,
        manager: ServiceManager | None = None,
    ) -> None:
        """Takes what it depends on.

        Args:
            find_due: asks the archive, longest due first; called in a thread.
            command: the command line that crawls the named sites and prints JSON lines; told the option
                --backfill before the name of a site whose back-fill is to go on.
            clock: for backing off from children that fail.
            pace: how often, how much, how long.
            env: the environment of its children; its own where None.
            read_again: told at SIGHUP, before the next look.
            manager: told how the daemon is.
        """
        self._find_due = find_due
        self._command = command
        self._clock = clock
        self._pace = pace or Pace()
        self._env = env
        self._read_again = read_again
        self._manager = manager or ServiceManager()
        self._looked_at = time.monotonic()
        self._running: dict[asyncio.Task[None], _Running] = {}
        self._trouble: dict[str, _Trouble] = {}
        self._looking: asyncio.Task[None] | None = None
        self._stopping = asyncio.Event()

    async def run(self) -> None:
        """Work until SIGTERM or SIGINT; then stop the children, wait for them, return."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.stop)
        loop.add_signal_handler(signal.SIGHUP, self._hang_up)
        scheduler = AsyncIOScheduler(jobstores={"default": MemoryJobStore()}, timezone=UTC)
        scheduler.add_job(
            self._tick,
            "interval",
            seconds=self._pace.tick.total_seconds(),
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
        )
        scheduler.start()
        if self._manager.watchdog:
            every = self._manager.watchdog / 3
            scheduler.add_job(self._tell_manager, "interval", seconds=every.total_seconds())
        log.info("daemon_started", tick_s=self._pace.tick.total_seconds())
        try:
            await self._tick()
            self._manager.ready(self._status())
            await self._stopping.wait()
        finally:
            scheduler.shutdown(wait=False)
            self._manager.stopping()
            await self._end_children()
            for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
                loop.remove_signal_handler(number)
        log.info("daemon_stopped")

    def stop(self) -> None:
        """Stop: the first time in peace, the second time at once."""
        if self._stopping.is_set():
            for running in self._running.values():
                running.child.kill()
            return
        log.info("daemon_stopping", children=len(self._running))
        self._stopping.set()

    def _hang_up(self) -> None:
        """What SIGHUP asks a daemon for: read the configuration again."""
        log.info("daemon_rereads")
        self._manager.reloading()
        self._read_again()
        self._manager.ready(self._status())

    async def _tick(self) -> None:
        """Start one look, unless one is under way."""
        if self._stopping.is_set() or (self._looking and not self._looking.done()):
            return
        self._looked_at = time.monotonic()
        self._looking = asyncio.create_task(self._look(), name="look")

    async def _tell_manager(self) -> None:
        """Say that the daemon works, unless a look has been under way for too long."""
        if time.monotonic() - self._looked_at < LONGEST_LOOK.total_seconds():
            self._manager.working(self._status())

    def _status(self) -> str:
        names = [site.name for running in self._running.values() for site in running.sites]
        return f"crawling {', '.join(names)}" if names else "waiting for a site to be due"

    async def _look(self) -> None:
        """Ask what is due and start as many children as there is room for."""
        if len(self._running) >= self._pace.children:
            return
        try:
            due = await asyncio.to_thread(self._find_due)
        except ArchiveError as error:
            log.warning("due_sites_unknown", error=str(error))
            return
        except Exception:
            log.exception("due_sites_unknown", remedy="the archive is asked again at the next tick")
            return
        waiting = [site for site in due if not self._is_in_trouble(site.name)]
        while waiting and not self._stopping.is_set():
            if len(self._running) >= self._pace.children:
                return
            busy = self._busy_hosts()
            free = [site for site in waiting if not busy & site.hosts]
            batch = self._batch(free)
            if not batch:
                return
            self._start(batch)
            waiting = [site for site in waiting if site not in batch]

    def _batch(self, free: Sequence[DueSite]) -> tuple[DueSite, ...]:
        """Sites for one child: daily work together, or else one back-fill, which may never fill all children."""
        daily = tuple(site for site in free if not site.is_backfill)
        if daily:
            return daily[: self._pace.batch]
        past = sum(running.sites[0].is_backfill for running in self._running.values())
        return tuple(free[:1]) if past < max(self._pace.children - 1, 1) else ()

    def _busy_hosts(self) -> set[str]:
        return {
            host
            for running in self._running.values()
            for site in running.sites
            for host in site.hosts
        }

    def _is_in_trouble(self, name: str) -> bool:
        trouble = self._trouble.get(name)
        return trouble is not None and self._clock.now() < trouble.until

    def _start(self, sites: tuple[DueSite, ...]) -> None:
        names = [site.name for site in sites]
        options = ["--backfill"] if sites[0].is_backfill else []
        command = self._command([*options, *names])
        running = _Running(child=Child(command, env=self._env), sites=sites)
        task = asyncio.create_task(self._crawl(running), name=f"crawl {' '.join(names)}")
        self._running[task] = running
        task.add_done_callback(self._forget)
        log.info("crawl_started", sites=names)

    def _forget(self, task: asyncio.Task[None]) -> None:
        del self._running[task]
        if not task.cancelled() and (error := task.exception()):
            log.error("crawl_lost", error=repr(error))

    async def _crawl(self, running: _Running) -> None:
        names = [site.name for site in running.sites]

        def hear(line: bytes) -> None:
            if event := _site_finished(line):
                running.reported.add(event["site"])
                _tell(event)

        try:
            ended = await running.child.run(
                hear, deadline=self._pace.deadline, grace=self._pace.grace
            )
        except OSError as error:
            log.error("child_not_started", sites=names, error=str(error))  # noqa: TRY400 - expected, no traceback
            self._back_off(names)
            return
        self._judge(names, reported=running.reported, ended=ended)

    def _judge(self, names: Sequence[str], *, reported: set[str], ended: Ended) -> None:
        """Sites that a child did not report on are backed off from: its schedule has not moved."""
        for name in reported:
            self._trouble.pop(name, None)
        silent = [name for name in names if name not in reported]
        if ended.was_killed:
            log.warning("child_killed", sites=names, remedy="it did not end when asked")
        elif ended.was_stopped and not self._stopping.is_set():
            log.warning("child_overdue", sites=names, remedy="raise max_crawl_minutes")
        elif ended.code and silent and not self._stopping.is_set():
            log.warning("child_failed", sites=silent, code=ended.code)
        if silent and not self._stopping.is_set():
            self._back_off(silent)

    def _back_off(self, names: Sequence[str]) -> None:
        for name in names:
            trouble = self._trouble.setdefault(name, _Trouble(until=self._clock.now()))
            wait = min(self._pace.backoff * 2 ** min(trouble.failures, 16), LONGEST_BACKOFF)
            trouble.failures += 1
            trouble.until = self._clock.now() + wait

    async def _end_children(self) -> None:
        """Ask every child to end and wait until each has."""
        if self._looking:
            await self._looking
        for running in self._running.values():
            running.child.stop()
        while self._running:
            await asyncio.wait(list(self._running))


def _site_finished(line: bytes) -> Mapping[str, Any] | None:
    """What a child's line says of a site; None for any other line."""
    try:
        event = json.loads(line)
    except ValueError:
        return None
    if not isinstance(event, dict) or event.get("event") != "site_finished":
        return None
    return event if isinstance(event.get("site"), str) else None


def _tell(event: Mapping[str, Any]) -> None:
    """What an operator wants to know of a child's line."""
    told = {key: event[key] for key in ("site", "counts", "due_at") if event.get(key)}
    if event.get("error"):
        log.warning("site_failed", **told, error=event["error"])
    else:
        log.info("site_crawled", **told)
