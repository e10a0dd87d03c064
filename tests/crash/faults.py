"""A disk that fails: from a call on, reads, writes or opening in a folder go wrong, as the kernel would say it."""

import ctypes
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import IntFlag
from pathlib import Path
from typing import Any

SOURCE = Path(__file__).with_name("faults.c")


class Kind(IntFlag):
    """Which calls fail."""

    WRITE = 1
    READ = 2
    OPEN = 4  # for writing


def build(folder: Path) -> Path:
    """The library that makes a process's disk fail."""
    library = folder / "faults.so"
    command = ["cc", "-shared", "-fPIC", "-O1", "-o", str(library), str(SOURCE), "-ldl"]
    subprocess.run(command, check=True)
    return library


def environment(library: Path) -> dict[str, str]:
    """For a process that arms its faults itself."""
    return os.environ | {"LD_PRELOAD": str(library)}


def armed(library: Path, folder: Path, *, after: int, error: int, kind: Kind) -> dict[str, str]:
    """For a process whose disk fails after so many calls."""
    return environment(library) | {
        "FAULT_FOLDER": str(folder),
        "FAULT_AFTER": str(after),
        "FAULT_ERRNO": str(error),
        "FAULT_KINDS": str(int(kind)),
    }


@dataclass
class Struck:
    """Whether a fault came to pass."""

    hits: int = 0


@contextmanager
def failing(folder: Path, *, after: int, error: int, kind: Kind) -> Iterator[Struck]:
    """In a process that has the library: let the disk fail after so many calls, for the length of the block."""
    library: Any = ctypes.CDLL(None)
    library.fault_hits.restype = ctypes.c_long
    struck = Struck()
    library.fault_arm(str(folder).encode(), ctypes.c_long(after), error, int(kind))
    try:
        yield struck
    finally:
        struck.hits = library.fault_hits()
        library.fault_arm(b"", ctypes.c_long(-1), 0, 0)
