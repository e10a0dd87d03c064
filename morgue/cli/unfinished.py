"""Where a run of `verify` is, kept so that a later one can go on. Knows a file of the person's own.

Not in the archive: one that may only be read can be checked, too.
"""

import contextlib
import hashlib
import json
import os
import time
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from db.verify import Progress, Violation

PAUSE_S = 2.0
"""A run that is killed does so much again."""


class Unfinished:
    """The place of one archive's run."""

    def __init__(self, archive: str, *, env: Mapping[str, str]) -> None:
        home = Path(env.get("XDG_STATE_HOME") or Path(env.get("HOME", "~")) / ".local" / "state")
        name = hashlib.sha256(archive.encode()).hexdigest()[:16]
        self.path = home.expanduser() / "morgue" / f"verify-{name}.json"
        self._archive = archive
        self._kept_at = time.monotonic()
        self._last: Progress | None = None
        self.violations: list[Violation] = []

    def load(self) -> Progress | None:
        """What an earlier run told last; its violations are told with those of this one."""
        try:
            kept: dict[str, Any] = json.loads(self.path.read_text(encoding="utf-8"))
            self.violations = [Violation(**each) for each in kept["violations"]]
            return Progress(kept["promise"], int(kept["done"]), int(kept["total"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def hear(self, progress: Progress) -> None:
        """Remember a step; every other second on the disk."""
        self.violations += progress.found
        self._last = progress
        if time.monotonic() - self._kept_at >= PAUSE_S:
            self.keep()

    def keep(self) -> None:
        """Write the place down. Where that is impossible, a later run begins anew."""
        self._kept_at = time.monotonic()
        if self._last is None:
            return
        told = {
            "archive": self._archive,
            "promise": self._last.promise,
            "done": self._last.done,
            "total": self._last.total,
            "violations": [asdict(each) for each in self.violations],
        }
        beside = self.path.with_suffix(f".{os.getpid()}")
        with contextlib.suppress(OSError):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            beside.write_text(json.dumps(told), encoding="utf-8")
            beside.replace(self.path)

    def forget(self) -> None:
        """The run came to its end."""
        with contextlib.suppress(OSError):
            self.path.unlink()
