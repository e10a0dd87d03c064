"""`morgue up`: asks the archive which sites are due, and crawls them in child processes.

Knows when and how many at once. Must not know how a site is crawled. The schedule is data: ticks only start a
look, in a task of its own, since the end of APScheduler cancels its jobs.
"""

import asyncio
import json
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import structlog

from db.errors import ArchiveError
from morgue.children import Child, Ended
from morgue.service_manager import ServiceManager
from morgue.ticking import Ticker

log = structlog.stdlib.get_logger("morgue.daemon")

LONGEST_BACKOFF = timedelta(hours=1)
LONGEST_LOOK = timedelta(minutes=5)
"""After which the archive is taken not to answer any more: the service manager may start us anew."""

_BLAMELESS = frozenset({0, 2, 3, 130})
"""Exit codes of a child that could not do its work, for a reason that is no site's: see morgue.cli.errors."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How often the daemon looks, how much it does at once, and how long it waits."""

    tick: timedelta = timedelta(seconds=10)
    children: int = 2  # that were started within `patience`
    patience: timedelta = timedelta(minutes=2)  # after which due sites wait for no child any more
    most_children: int = 6
    batch: int = 250  # sites of one child
    slack: timedelta = timedelta(minutes=5)  # of a child beyond the longest of its sites
    grace: timedelta = timedelta(seconds=30)  # from SIGTERM to SIGKILL
    backoff: timedelta = timedelta(minutes=1)  # after the first failure of a child


@dataclass(frozen=True, slots=True)
class DueSite:
    """A site that wants to be crawled now."""

    name: str
    hosts: frozenset[str]
    longest: timedelta = timedelta(hours=1)  # that its crawl may take
    is_backfill: bool = False  # its past, in a child of its own, when no daily work waits

    @property
    def key(self) -> str:
        """What its troubles are kept under: those of its past are not those of its day."""
        return f"{self.name} (past)" if self.is_backfill else self.name


@dataclass(slots=True)
class _Trouble:
    """A site whose children fail, so that it is not started again at every tick."""

    until_s: float  # monotonic: a clock that is set changes nothing
    failures: int = 0
    batch: int | None = (
        None  # in how large a batch it may be: one site of a batch that was lost is to blame
    )


@dataclass(slots=True)
class _Running:
    child: Child
    sites: tuple[DueSite, ...]
    since_s: float
    reported: set[str] = field(default_factory=set)  # sites that the child has done with

    @property
    def left(self) -> list[DueSite]:
        """The sites that it is still crawling."""
        return [site for site in self.sites if site.name not in self.reported]


class Daemon:
    """Looks, starts, listens, stops."""

    def __init__(
        self,
        *,
        find_due: Callable[[], Sequence[DueSite]],
        command: Callable[[Sequence[str]], list[str]],
        note_lost: Callable[[str, str], None] = lambda _name, _words: None,
        close_dead: Callable[[], object] = lambda: None,
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
            note_lost: told of a site whose crawl was lost, and how; called in a thread.
            close_dead: closes crawls that nobody is doing any more, at the start and where a child may have left
                one; called in a thread.
            pace: how often, how much, how long.
            env: the environment of its children; its own where None.
            read_again: told at SIGHUP, before the next look.
            manager: told how the daemon is.
        """
        self._find_due = find_due
        self._command = command
        self._note_lost = note_lost
        self._close_dead = close_dead
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
        ticker = Ticker()
        ticker.add(self._tick, every=self._pace.tick)
        if self._manager.watchdog:
            ticker.add(self._tell_manager, every=self._manager.watchdog / 3)
        ticker.start()
        log.info("daemon_started", tick_s=self._pace.tick.total_seconds())
        try:
            await self._bury()
            await self._tick()
            self._manager.ready(self._status())
            await self._stopping.wait()
        finally:
            ticker.stop()
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

    def trouble(self) -> str | None:
        """What is wrong with the daemon itself, for who asks over HTTP; None: it works."""
        since = time.monotonic() - self._looked_at
        if since < LONGEST_LOOK.total_seconds():
            return None
        return f"the archive has not been asked for due sites for {since:.0f} seconds"

    def _status(self) -> str:
        names = [site.name for running in self._running.values() for site in running.left]
        return f"crawling {', '.join(names)}" if names else "waiting for a site to be due"

    async def _look(self) -> None:
        """Ask what is due and start as many children as there is room for."""
        if not self._has_room():
            return
        try:
            due = await asyncio.to_thread(self._find_due)
        except ArchiveError as error:
            log.warning("due_sites_unknown", error=str(error))
            return
        except Exception:
            log.exception("due_sites_unknown", remedy="the archive is asked again at the next tick")
            return
        waiting = [site for site in due if not self._is_in_trouble(site.key)]
        while waiting and not self._stopping.is_set() and self._has_room():
            busy = self._busy_hosts()
            batch = self._batch([site for site in waiting if not busy & site.hosts])
            if not batch:
                return
            self._start(batch)
            waiting = [site for site in waiting if site not in batch]

    def _has_room(self) -> bool:
        """Whether a child may be started. One that takes long keeps no other waiting, as long as memory lasts."""
        now = time.monotonic()
        patience = self._pace.patience.total_seconds()
        young = [each for each in self._running.values() if now - each.since_s < patience]
        return len(young) < self._pace.children and len(self._running) < self._pace.most_children

    def _batch(self, free: Sequence[DueSite]) -> tuple[DueSite, ...]:
        """Sites for one child: daily work together, or else one back-fill, which may never fill all children.

        It begins with the longest due, and takes those that may be with it.
        """
        batch: list[DueSite] = []
        most = self._pace.batch
        for site in free:
            if site.is_backfill:
                continue
            trouble = self._trouble.get(site.key)
            limit = trouble.batch if trouble and trouble.batch else self._pace.batch
            if len(batch) < min(most, limit):
                batch.append(site)
                most = min(most, limit)
        if batch:
            return tuple(batch)
        past = sum(running.sites[0].is_backfill for running in self._running.values())
        return tuple(free[:1]) if past < max(self._pace.children - 1, 1) else ()

    def _busy_hosts(self) -> set[str]:
        return {
            host
            for running in self._running.values()
            for site in running.left
            for host in site.hosts
        }

    def _is_in_trouble(self, key: str) -> bool:
        trouble = self._trouble.get(key)
        return trouble is not None and time.monotonic() < trouble.until_s

    def _start(self, sites: tuple[DueSite, ...]) -> None:
        names = [site.name for site in sites]
        options = ["--backfill"] if sites[0].is_backfill else []
        command = self._command([*options, *names])
        running = _Running(
            child=Child(command, env=self._env), sites=sites, since_s=time.monotonic()
        )
        task = asyncio.create_task(self._crawl(running), name=f"crawl {' '.join(names)}")
        self._running[task] = running
        task.add_done_callback(self._forget)
        log.info("crawl_started", sites=names)

    def _forget(self, task: asyncio.Task[None]) -> None:
        sites = self._running.pop(task).sites
        if not task.cancelled() and (error := task.exception()):
            log.error("crawl_lost", sites=[site.name for site in sites], error=repr(error))

    async def _crawl(self, running: _Running) -> None:
        named = {site.name: site for site in running.sites}

        def hear(line: bytes) -> None:
            event = _site_event(line)
            if event is None:
                return
            name = event["site"]
            running.reported.add(name)
            if event["event"] == "site_busy":
                log.info("site_busy", site=name, why=event.get("why"))
                self._leave_alone([named[name]] if name in named else [])
                return
            if name in named:
                self._trouble.pop(named[name].key, None)
            _tell(event)

        longest = max(site.longest for site in running.sites) + self._pace.slack
        try:
            ended = await running.child.run(hear, deadline=longest, grace=self._pace.grace)
        except OSError as error:
            log.error("child_not_started", sites=[*named], error=str(error))  # noqa: TRY400 - expected, no traceback
            self._leave_alone(running.sites)
            return
        if ended.was_killed or ended.code not in _BLAMELESS:
            await self._bury()
        if not self._stopping.is_set():
            await self._judge(running.left, ended=ended)

    async def _bury(self) -> None:
        """Have crawls closed that nobody is doing any more, so that none is said to be running."""
        try:
            await asyncio.to_thread(self._close_dead)
        except ArchiveError as error:  # the next crawl does it
            log.warning("dead_crawls_not_closed", error=str(error))

    async def _judge(self, silent: Sequence[DueSite], *, ended: Ended) -> None:
        """What becomes of the sites that a child did not report on: their schedule has not moved.

        One of them is to blame where the child was lost. They are tried again in batches of half the size, until
        one that is alone is lost again: then it is the one.
        """
        if not silent:
            return
        self._leave_alone(silent)
        if ended.code == 0 and not ended.was_stopped:
            return
        names, words = [site.name for site in silent], _how_lost(ended)
        log.warning("child_failed", sites=names, code=ended.code, how=words)
        if ended.code in _BLAMELESS and not ended.was_stopped:
            return
        for site in silent:
            self._trouble[site.key].batch = max(1, len(silent) // 2)
        if len(silent) == 1 and not silent[0].is_backfill:
            try:
                await asyncio.to_thread(self._note_lost, names[0], words)
            except ArchiveError as error:
                log.warning("loss_not_noted", site=names[0], error=str(error))

    def _leave_alone(self, sites: Sequence[DueSite]) -> None:
        """Start no child for these sites for a while; longer each time for one that is alone in failing."""
        for site in sites:
            trouble = self._trouble.setdefault(site.key, _Trouble(until_s=0.0))
            wait = min(self._pace.backoff * 2 ** min(trouble.failures, 16), LONGEST_BACKOFF)
            if len(sites) == 1:
                trouble.failures += 1
            trouble.until_s = time.monotonic() + wait.total_seconds()

    async def _end_children(self) -> None:
        """Ask every child to end and wait until each has."""
        if self._looking:
            await self._looking
        for running in self._running.values():
            running.child.stop()
        while self._running:
            await asyncio.wait(list(self._running))


def _site_event(line: bytes) -> Mapping[str, Any] | None:
    """What a child's line says of a site that it is done with; None for any other line."""
    try:
        event = json.loads(line)
    except ValueError:
        return None
    if not isinstance(event, dict) or event.get("event") not in ("site_finished", "site_busy"):
        return None
    return event if isinstance(event.get("site"), str) else None


def _how_lost(ended: Ended) -> str:
    """How a child ended, for a person."""
    if ended.was_stopped:
        late = "its crawl was not over when its time was up"
        return f"{late}, and was killed" if ended.was_killed else late
    if ended.code == -signal.SIGKILL:
        return "its crawl was killed, maybe for want of memory"
    if ended.code < 0:
        return f"its crawl died of signal {-ended.code}"
    return f"its crawl ended with exit code {ended.code}"


def _tell(event: Mapping[str, Any]) -> None:
    """What an operator wants to know of a child's line."""
    told = {
        key: event[key]
        for key in ("site", "crawl", "outcome", "counts", "due_at")
        if event.get(key)
    }
    if event.get("error"):
        log.warning("site_failed", **told, error=event["error"])
    else:
        log.info("site_crawled", **told)
