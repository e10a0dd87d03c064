"""Child processes: started, listened to line by line, ended in time.

Knows nothing of what they do.
"""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

MAX_LINE = 1 << 20
"""Bytes of one line of a child's output; what is longer is dropped."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a child ended."""

    code: int  # its exit code; the negative signal number where a signal ended it
    was_stopped: bool  # we asked it to end, because its time was up or because we are ending
    was_killed: bool  # it did not end when asked


def morgue_command(*arguments: str) -> list[str]:
    """The command line of a child Morgue: this interpreter, and no folder on its path."""
    return [sys.executable, "-P", "-m", "morgue", *arguments]


class Child:
    """One child process in a session of its own, so that a terminal's Ctrl-C reaches us alone.

    It gets nothing on its standard input, which ends when we do: see `morgue.lifeline`.
    """

    def __init__(self, command: Sequence[str], *, env: Mapping[str, str] | None = None) -> None:
        self._command = list(command)
        self._env = dict(os.environ if env is None else env)
        self._stop = asyncio.Event()
        self._kill = asyncio.Event()

    def stop(self) -> None:
        """Ask the child to end; `run` returns when it has."""
        self._stop.set()

    def kill(self) -> None:
        """End the child now."""
        self._stop.set()
        self._kill.set()

    async def run(
        self, on_line: Callable[[bytes], None], *, deadline: timedelta, grace: timedelta
    ) -> Ended:
        """Run the child to its end: SIGTERM at the deadline or at `stop`, SIGKILL after the grace.

        Its standard error is ours. Raises OSError where it cannot be started.
        """
        loop = asyncio.get_running_loop()
        transport, listener = await loop.subprocess_exec(
            lambda: _Listener(on_line),
            *self._command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=None,
            env=self._env,
            start_new_session=True,
        )
        was_stopped = was_killed = False
        try:
            await _any_of(listener.exited, self._stop, within=deadline)
            was_stopped = not listener.exited.is_set()
            if was_stopped:
                _signal(transport.get_pid(), signal.SIGTERM)
                await _any_of(listener.exited, self._kill, within=grace)
        finally:
            was_killed = not listener.exited.is_set()
            # the whole group: what the child leaves behind would hold its pipe open
            _signal_group(transport.get_pid(), signal.SIGKILL)
            await listener.exited.wait()
            await listener.heard_all.wait()
            transport.close()
        code = transport.get_returncode()
        assert code is not None
        return Ended(code=code, was_stopped=was_stopped, was_killed=was_killed)


async def _any_of(*events: asyncio.Event, within: timedelta) -> None:
    """Wait until one of the events is set or the time is up."""
    waits = [asyncio.create_task(event.wait()) for event in events]
    try:
        await asyncio.wait(
            waits, timeout=within.total_seconds(), return_when=asyncio.FIRST_COMPLETED
        )
    finally:
        for wait in waits:
            wait.cancel()


def _signal(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def _signal_group(pid: int, number: signal.Signals) -> None:
    """Signal the child and its own children: it leads a session, its pid is the group's number."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, number)


class _Listener(asyncio.SubprocessProtocol):
    """Cuts a child's output into lines, and knows when it has ended."""

    def __init__(self, on_line: Callable[[bytes], None]) -> None:
        self.exited = asyncio.Event()
        self.heard_all = asyncio.Event()
        self._on_line = on_line
        self._rest = bytearray()
        self._is_too_long = False

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        """Hand over each whole line."""
        del fd
        *lines, rest = data.split(b"\n")
        for line in lines:
            self._take(line)
            if not self._is_too_long:
                self._on_line(bytes(self._rest))
            self._rest.clear()
            self._is_too_long = False
        self._take(rest)

    def _take(self, part: bytes) -> None:
        if len(self._rest) + len(part) > MAX_LINE:
            self._is_too_long = True
            self._rest.clear()
        if not self._is_too_long:
            self._rest += part

    def pipe_connection_lost(self, fd: int, exc: Exception | None) -> None:
        """Hand over a last line without an end."""
        del fd, exc
        if self._rest:
            self._on_line(bytes(self._rest))
        self.heard_all.set()

    def process_exited(self) -> None:
        """Say that the child has ended, whoever still holds its pipe."""
        self.exited.set()
