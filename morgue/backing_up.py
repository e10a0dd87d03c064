"""Backs the archive up at the pace that the settings ask for, in a child process, while the daemon runs.

Knows when a backup is due: the backups themselves say when the last was made, so that a restart forgets nothing.
Must not know how one is made.
"""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

import structlog

from config.clock import Clock
from config.settings import Settings
from db.backups import kept
from morgue.children import Child

log = structlog.stdlib.get_logger("morgue.backing_up")

LOOK = timedelta(minutes=1)
"""How often it is asked whether a backup is due."""

LONGEST = timedelta(hours=24)
LONGEST_BACKOFF = timedelta(hours=6)


def is_due(settings: Settings, now: datetime) -> bool:
    """Whether the settings ask for a backup that is not there.

    One of the future, which a clock that was wrong made, is none of the last hours.
    """
    if settings.backup_to is None or settings.backup_every_hours is None:
        return False
    made = kept.whole(settings.backup_to)
    every = timedelta(hours=settings.backup_every_hours)
    return not made or not made[-1].made_at <= now < made[-1].made_at + every


class BackupKeeper:
    """Looks, starts a backup, listens, tells."""

    def __init__(
        self,
        *,
        settings: Callable[[], Settings],
        command: Callable[[], Sequence[str]],
        clock: Clock,
        env: Mapping[str, str] | None = None,
        look: timedelta = LOOK,
        grace: timedelta = timedelta(seconds=30),
    ) -> None:
        """Takes what it depends on.

        Args:
            settings: As they are now.
            command: The command line that makes a backup and prints JSON.
            clock: Whose time the backups have.
            env: The environment of the child; its own where None.
            look: How often to look.
            grace: From SIGTERM to SIGKILL.
        """
        self._settings = settings
        self._command = command
        self._clock = clock
        self._env = env
        self._look = look
        self._grace = grace
        self._failures = 0
        self._not_before: datetime | None = None
        self._child: Child | None = None
        self._stopping = asyncio.Event()

    async def run(self) -> None:
        """Work until `stop`; a backup that is being made then is ended, and is none."""
        while not self._stopping.is_set():
            if await asyncio.to_thread(self._is_due):
                await self._back_up()
            try:
                await asyncio.wait_for(self._stopping.wait(), self._look.total_seconds())
            except TimeoutError:
                continue

    def stop(self) -> None:
        """Let `run` return."""
        self._stopping.set()
        if self._child is not None:
            self._child.stop()

    def _is_due(self) -> bool:
        now = self._clock.now()
        if self._not_before is not None and now < self._not_before:
            return False
        try:
            return is_due(self._settings(), now)
        except OSError as error:
            self._fail(str(error))
            return False

    async def _back_up(self) -> None:
        heard: list[bytes] = []
        self._child = Child(self._command(), env=self._env)
        try:
            ended = await self._child.run(heard.append, deadline=LONGEST, grace=self._grace)
        except OSError as error:
            self._fail(str(error))
            return
        finally:
            self._child = None
        if self._stopping.is_set():
            return
        if ended.code:
            self._fail(f"its process ended with {ended.code}; what it said stands above")
            return
        self._failures, self._not_before = 0, None
        told = _document(heard)
        log.info("backup_made", folder=told.get("folder"), copied_bytes=told.get("copied_bytes"))

    def _fail(self, error: str) -> None:
        wait = min(LOOK * 2 ** min(self._failures, 16), LONGEST_BACKOFF)
        self._failures += 1
        self._not_before = self._clock.now() + wait
        log.error(
            "backup_failed",
            error=error,
            again_in_s=int(wait.total_seconds()),
            remedy="`morgue backup` says more; earlier backups are untouched",
        )


def _document(lines: Sequence[bytes]) -> Mapping[str, object]:
    try:
        told = json.loads(b"\n".join(lines))
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}
