"""What confines a process of ours: it ends with the one that started it, and takes no more memory than it may.

Knows the kernel's means. Must not know what the process does. Where a means is missing, nothing is done.
"""

import contextlib
import ctypes
import os
import signal
import sys
import threading
from collections.abc import Callable
from multiprocessing import connection, parent_process
from pathlib import Path
from typing import TypeVar

if sys.platform != "win32":
    import resource

T = TypeVar("T")
R = TypeVar("R")

_PR_SET_PDEATHSIG = 1
_NEAR = 0.8  # of its limit: who failed there, failed of it


def limit_memory(megabytes: int) -> None:
    """Let this process, and those that it starts, have so much memory of their own each; more is a MemoryError.

    Not RLIMIT_AS: threads and allocators reserve far more addresses than they use.
    """
    if sys.platform != "linux":
        return
    _, most = resource.getrlimit(resource.RLIMIT_DATA)
    wanted = megabytes << 20
    if most != resource.RLIM_INFINITY:
        wanted = min(wanted, most)
    resource.setrlimit(resource.RLIMIT_DATA, (wanted, most))


def peak_mb() -> float:
    """The most memory that this process had at once; 0 where nobody says."""
    with contextlib.suppress(OSError, StopIteration, ValueError):
        lines = Path("/proc/self/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1024
    return 0.0


def is_near(megabytes: int, *, since_mb: float) -> bool:
    """Whether this process came close to its limit since it had that peak."""
    peak = peak_mb()
    return peak > since_mb and peak > _NEAR * megabytes


class OutOfMemory(Exception):  # noqa: N818  like LeaseLost: the name says what happened
    """A task took more memory than its process may have."""


def within(
    memory_mb: int,
    function: Callable[[T], R],
    task: T,
    *,
    has_failed: Callable[[R], bool] = lambda _: False,
) -> R:
    """Do a task, and tell a failure for want of memory from others: a parser may call it by any name.

    Args:
        memory_mb: The limit of this process.
        function: Does the task.
        task: Is done.
        has_failed: Whether a result tells of a failure, which may have been for want of memory.

    Raises:
        OutOfMemory: The task took too much.
    """
    before = peak_mb()
    words = f"out of memory: reading took more than {memory_mb} MB"
    try:
        done = function(task)
    except Exception as error:
        if isinstance(error, MemoryError) or is_near(memory_mb, since_mb=before):
            raise OutOfMemory(words) from None
        raise
    if has_failed(done) and is_near(memory_mb, since_mb=before):
        raise OutOfMemory(words)
    return done


def end_with_parent() -> None:
    """Have this process killed when the one that started it is gone, however that ended, and whatever we are at."""
    parent = os.getppid()
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)  # Linux
    if os.getppid() != parent:  # it was gone before
        os.kill(os.getpid(), signal.SIGKILL)
    starter = parent_process()
    if starter is not None:  # elsewhere: as soon as Python code may run
        threading.Thread(target=_wait_and_end, args=(starter.sentinel,), daemon=True).start()


def _wait_and_end(sentinel: int) -> None:
    connection.wait([sentinel])
    os.kill(os.getpid(), signal.SIGKILL)
