"""Runs a command and says what it cost: wall and CPU seconds, peak memory of it and its children."""

import os
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Cost:
    """What a command cost."""

    wall_s: float
    cpu_s: float  # user and system, children included
    peak_mb: float  # largest sum of resident memory over the process and its descendants
    stdout: str


def _children(pid: int) -> list[int]:
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        found += [int(child) for child in task.read_text().split()]
    return found


def tree_mb(pid: int) -> float:
    """Resident megabytes of a process and its descendants, shared pages counted once (PSS)."""
    total = 0.0
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                total += int(line.split()[1]) / 1024
        return total + sum(tree_mb(child) for child in _children(pid))
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return total


def own_peak_mb() -> float:
    """The most resident megabytes of this process at once. Not `ru_maxrss`: that begins with what its parent had."""
    status = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmHWM:"))


@dataclass(slots=True)
class Peak:
    """The most memory that a process and its descendants had at once, as far as it was watched."""

    mb: float = 0.0


@contextmanager
def watched(pid: int) -> Iterator[Peak]:
    """The peak of a process, looked at five times a second while the block runs."""
    peak, done = Peak(), threading.Event()

    def watch() -> None:
        while not done.wait(0.2):
            peak.mb = max(peak.mb, tree_mb(pid))

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield peak
    finally:
        done.set()
        watcher.join()


def waited(process: "subprocess.Popen[str]") -> float:
    """Wait for a process's end; its CPU seconds, user and system, with those of its children that ended."""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return usage.ru_utime + usage.ru_stime


def run(
    command: Sequence[str], *, env: Mapping[str, str] | None = None, cwd: Path | None = None
) -> Cost:
    """Run a command to its end.

    Raises:
        RuntimeError: it failed; its error output is in the message.
    """
    began = time.perf_counter()
    with (
        subprocess.Popen(
            list(command),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=cwd,
            env={**os.environ, **(env or {})},
        ) as process,
        watched(process.pid) as peak,
    ):
        errors: list[str] = []
        assert process.stderr is not None
        assert process.stdout is not None
        stderr = process.stderr
        drain = threading.Thread(target=lambda: errors.append(stderr.read()), daemon=True)
        drain.start()
        stdout = process.stdout.read()
        drain.join()
        cpu_s = waited(process)
    if process.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}:\n{errors[0]}")
    return Cost(wall_s=time.perf_counter() - began, cpu_s=cpu_s, peak_mb=peak.mb, stdout=stdout)
