"""What confines a process of ours: it ends with the one that started it, and takes no more memory than it may.

Knows the kernel's means. Must not know what the process does. Where a means is missing, nothing is done.
"""

import contextlib
import ctypes
import os
import signal
import sys
import threading
from multiprocessing import connection, parent_process
from pathlib import Path

if sys.platform != "win32":
    import resource

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
