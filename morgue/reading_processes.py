"""Reads many pages in processes of their own, in order: one that hangs or dies costs its page alone.

Knows time limits, dead processes and order. Must not know what a task is. The crawl's ReadingProcess promises the
same for pages that come one by one; here tasks are sent ahead, so that no process waits for the next one.
"""

import multiprocessing
import signal
import time
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing import connection
from multiprocessing.connection import Connection
from typing import Any, Generic, Protocol, TypeVar

from pipeline import confines, cycles
from pipeline.reading import Reason

_AHEAD = (
    2  # tasks that a process has, the one in work included: what waits in its pipe must fit there
)
_WINDOW = 32  # tasks for each process between the oldest without a result and the newest
_START_S = 120.0
_MS = 0.001

T = TypeVar("T")
R = TypeVar("R")
T_contra = TypeVar("T_contra", contravariant=True)
R_co = TypeVar("R_co", covariant=True)


class Work(Protocol[T_contra, R_co]):
    """What is done with each task; is sent to every process once."""

    def prepare(self) -> None:
        """Limit the process, import and load what takes long, before any task's time runs."""
        ...

    def __call__(self, task: T_contra, /) -> R_co:
        """Do one task."""
        ...


@dataclass(frozen=True, slots=True)
class Lost(Generic[T]):
    """A task without a result, and why it has none."""

    task: T
    reason: Reason
    detail: str


@dataclass(slots=True)
class _Entry:
    task: Any
    result: Any = None
    is_done: bool = False


@dataclass(slots=True)
class _Process:
    process: Any
    channel: Connection
    since: float  # when it began what it is at
    is_ready: bool = False
    given: deque[_Entry] = field(default_factory=deque)

    def end(self) -> int | None:
        """Make sure that it is dead; with which exit code."""
        self.channel.close()
        self.process.kill()
        self.process.join()
        code: int | None = self.process.exitcode
        self.process.close()
        return code


def in_order(
    work: Work[T, R], tasks: Iterable[T], *, jobs: int, timeout_s: float
) -> Iterator[R | Lost[T]]:
    """The results in the order of the tasks, which are taken no faster than results are.

    Args:
        work: What is done with each task.
        tasks: Small values: one has to fit into a pipe, unless it is the only one.
        jobs: Processes at most; none is started before it has something to do.
        timeout_s: The longest that one task may take.

    Yields:
        Each result, or the task as lost where its time or memory was up, it raised, or its process died.

    Raises:
        RuntimeError: A process cannot be started at all.
    """
    crew = _Crew(work, jobs=jobs, timeout_s=timeout_s)
    try:
        yield from crew.run(tasks)
    finally:
        crew.end()


class _Crew:
    """The processes of one run."""

    def __init__(self, work: Work[Any, Any], *, jobs: int, timeout_s: float) -> None:
        self._work = work
        self._jobs = jobs
        self._timeout_s = timeout_s
        self._processes: list[_Process] = []
        self._waiting: deque[_Entry] = deque()

    def run(self, tasks: Iterable[Any]) -> Iterator[Any]:
        upcoming = iter(tasks)
        window: deque[_Entry] = deque()
        is_over = False
        while True:
            while not is_over and len(window) < _WINDOW * self._jobs:
                task = next(upcoming, self)
                if task is self:
                    is_over = True
                    break
                window.append(_Entry(task))
                self._waiting.append(window[-1])
            while window and window[0].is_done:
                yield window.popleft().result
            if window:
                self._hand_out()
                if not window[0].is_done:
                    self._listen()
            elif is_over:
                return

    def end(self) -> None:
        """End every process, whatever it is at."""
        while self._processes:
            self._processes.pop().end()

    def _hand_out(self) -> None:
        """Give what waits to whoever has least to do, and start processes while all are busy."""
        while self._waiting:
            idlest = min(self._processes, key=lambda each: len(each.given), default=None)
            if (idlest is None or idlest.given) and len(self._processes) < self._jobs:
                idlest = self._start()
            if idlest is None or len(idlest.given) >= _AHEAD:
                return
            entry = self._waiting.popleft()
            if not idlest.given:
                idlest.since = time.monotonic()
            idlest.given.append(entry)
            with suppress(OSError):  # it has just died: noticed when it is listened to
                idlest.channel.send(entry.task)

    def _start(self) -> _Process:
        # spawn: a fork of a process with threads may hang
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(
            target=_serve, args=(self._work, theirs, self._timeout_s), daemon=True
        )
        with _no_interrupts():
            process.start()
        theirs.close()
        self._processes.append(_Process(process, ours, time.monotonic()))
        return self._processes[-1]

    def _listen(self) -> None:
        """Take what has come by the next deadline, then end those whose time is up."""
        deadline = min(self._deadline(each) for each in self._processes)
        channels = {each.channel: each for each in self._processes}
        for channel in connection.wait(channels, max(deadline - time.monotonic(), _MS)):
            self._receive(channels[channel])  # type: ignore[index]  # what was waited for
        now = time.monotonic()
        late = [each for each in self._processes if self._deadline(each) <= now]
        for each in late:
            if not each.channel.poll():
                self._lose(each, is_late=True)

    def _deadline(self, process: _Process) -> float:
        if not process.is_ready:
            return process.since + _START_S
        return process.since + self._timeout_s if process.given else float("inf")

    def _receive(self, process: _Process) -> None:
        try:
            result = process.channel.recv()
        except (EOFError, OSError):
            self._lose(process)
            return
        process.since = time.monotonic()
        if not process.is_ready:
            process.is_ready = True
            return
        entry = process.given.popleft()
        entry.result, entry.is_done = result, True

    def _lose(self, process: _Process, *, is_late: bool = False) -> None:
        """A process is gone or has to go: its task is lost, what waited behind it is not."""
        self._processes.remove(process)
        code = process.end()
        if not process.is_ready:
            raise RuntimeError(f"a reading process could not be started: exit code {code}")
        if not process.given:
            return
        entry = process.given.popleft()
        self._waiting.extendleft(reversed(process.given))
        if is_late or code == -signal.SIGALRM:
            words = f"reading took longer than {self._timeout_s:g} s"
            entry.result = Lost(entry.task, Reason.TIMEOUT, words)
        else:
            words = f"the reading process died: exit code {code}"
            entry.result = Lost(entry.task, Reason.READER_FAILED, words)
        entry.is_done = True


def _serve(work: Work[Any, Any], channel: Connection, timeout_s: float) -> None:
    """The life of a process. It ends with its parent, even where that was killed while a task hangs."""
    with suppress(EOFError, OSError):
        confines.end_with_parent()
        cycles.look_seldom()
        work.prepare()
        channel.send(None)
        while True:
            task = channel.recv()
            signal.setitimer(signal.ITIMER_REAL, 2 * timeout_s)
            try:
                result: Any = work(task)
            except confines.OutOfMemory as error:
                result = Lost(task, Reason.TOO_LARGE, str(error))
            except Exception as error:  # noqa: BLE001  whatever it is, it costs this task alone
                result = Lost(task, Reason.READER_FAILED, f"{type(error).__name__}: {error}"[:500])
            signal.setitimer(signal.ITIMER_REAL, 0)
            channel.send(result)


@contextmanager
def _no_interrupts() -> Iterator[None]:
    """A process that is started in the block never hears a terminal's Ctrl-C; we do, afterwards."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
