"""How a process is named as the owner of leases and crawls, and whether an owner is surely dead.

Knows processes of this machine as Linux tells of them. Elsewhere no owner is ever known to be dead: its lease runs out.
"""

import os
import socket
from functools import cache
from pathlib import Path

_PROC = Path("/proc")


def owner_name() -> str:
    """This process, told apart from every other there was or will be: host:pid, then where and when it was started."""
    return ":".join((socket.gethostname(), str(os.getpid()), *_origin(os.getpid())))


def in_words(owner: str) -> str:
    """An owner for people: host:pid."""
    return ":".join(owner.split(":")[:2])


def is_surely_dead(owner: str | None) -> bool:
    """Whether the owner was a process that this kernel would show us, and does not.

    Processes of another boot, machine or container are not ours to judge: a container may share our kernel, and even
    our name, while its processes are hidden from us.
    """
    host, _, rest = (owner or "").partition(":")
    pid, *origin = rest.split(":")
    if not host or len(origin) != 3 or not pid.isdecimal() or origin[:2] != list(_kernel()):
        return False
    return _started(int(pid)) != origin[2]


def _origin(pid: int) -> tuple[str, ...]:
    started = _started(pid)
    return (*_kernel(), started) if _kernel() and started else ()


@cache
def _kernel() -> tuple[str, ...]:
    """This boot of this kernel, and the part of its processes that we see; empty where nobody says."""
    try:
        boot = (_PROC / "sys/kernel/random/boot_id").read_text().strip()
        seen = (_PROC / "self/ns/pid").readlink().name
    except OSError:
        return ()
    return boot[:13], "".join(filter(str.isdecimal, seen))


def _started(pid: int) -> str | None:
    """When a living process was started, in the kernel's ticks; None where there is none."""
    try:
        text = (_PROC / str(pid) / "stat").read_text()
    except OSError:
        return None
    state, *fields = text.rpartition(")")[2].split()
    return None if state in "ZX" else fields[18]
