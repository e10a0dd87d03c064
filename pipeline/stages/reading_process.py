"""Reads pages in a process of its own, so that a page which hangs or kills the parser costs one extraction only.

Knows time limits and dead processes. Must not know what is read from a page.
"""

import asyncio
import multiprocessing
import signal
from collections.abc import Callable
from concurrent.futures import TimeoutError as FutureTimeoutError
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from pebble import ProcessExpired, ProcessPool

from pipeline import confines, cycles, extraction
from pipeline.reading import Reason

if TYPE_CHECKING:
    from pipeline.profiles.sighting import Sighting

T = TypeVar("T")


class Failed(NamedTuple):
    """Why a page could not be read."""

    reason: Reason
    detail: str


class ReadingProcess:
    """A pool of reading processes, started when the first page comes."""

    def __init__(self, *, processes: int, timeout_s: float, memory_mb: int) -> None:
        self._processes = processes
        self._timeout_s = timeout_s
        self._memory_mb = memory_mb
        self._pool: ProcessPool | None = None

    async def read(self, task: extraction.Task) -> extraction.Result:
        """What `extraction.perform` gives; a quarantined result where it takes too long or its process dies."""
        done = await self._do(extraction.perform, task)
        return extraction.failure(task, *done) if isinstance(done, Failed) else done

    async def sight(self, task: extraction.Task) -> "Sighting | None":
        """What `extraction.sight` gives; None where it takes too long or its process dies."""
        done = await self._do(extraction.sight, task)
        return None if isinstance(done, Failed) else done

    async def _do(
        self, function: Callable[[extraction.Task], T], task: extraction.Task
    ) -> T | Failed:
        if self._pool is None:
            # spawn: a fork of a process with a reactor and threads may hang
            self._pool = ProcessPool(
                max_workers=self._processes,
                context=multiprocessing.get_context("spawn"),
                initializer=_begin,
                initargs=[self._memory_mb],
            )
        future = self._pool.schedule(
            _within, args=[function, task, self._memory_mb], timeout=self._timeout_s
        )
        try:
            done: T = await asyncio.wrap_future(future)
        except FutureTimeoutError:
            detail = f"reading took longer than {self._timeout_s:g} s"
            return Failed(Reason.TIMEOUT, detail)
        except ProcessExpired as death:
            detail = f"the reading process died: exit code {death.exitcode}"
            if death.exitcode == -signal.SIGKILL:
                detail += " (killed, maybe for want of memory)"
            return Failed(Reason.READER_FAILED, detail)
        except confines.OutOfMemory as error:
            return Failed(Reason.TOO_LARGE, str(error))
        except Exception as error:  # noqa: BLE001  a reader's fault must not stop the crawl
            detail = f"{type(error).__name__}: {error}"[:500]
            return Failed(Reason.READER_FAILED, detail)
        return done

    async def close(self) -> None:
        """Stop the processes; what is still being read is given up (its capture is kept)."""
        if self._pool is None:
            return
        pool, self._pool = self._pool, None
        pool.stop()  # type: ignore[no-untyped-call]
        await asyncio.to_thread(pool.join, 10)


def _begin(memory_mb: int) -> None:
    """The first that a reading process does."""
    confines.end_with_parent()
    confines.limit_memory(memory_mb)
    cycles.look_seldom()


def _within(function: Callable[[extraction.Task], T], task: extraction.Task, memory_mb: int) -> T:
    return confines.within(memory_mb, function, task, has_failed=_has_failed)


def _has_failed(done: object) -> bool:
    return isinstance(done, extraction.Result) and extraction.has_failed(done.reading)
