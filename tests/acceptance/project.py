"""A project folder whose commands are run as a user runs them: each in a process of its own."""

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass
class Project:
    """A folder with settings and site files."""

    folder: Path

    def morgue(self, *words: str, days: float = 0) -> str:
        """What a command prints, with the clock moved by so many days; the command must go well."""
        done = self._run(words, days=days)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def stderr(self, *words: str) -> str:
        """What a command says beside its results, however it ends."""
        return self._run(words).stderr

    def _run(self, words: Sequence[str], *, days: float = 0) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-P", "-m", "morgue", "--config", str(self.folder / "morgue.yaml"), *words],
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
            env={**os.environ, "MORGUE_CLOCK_OFFSET_S": str(86_400 * days)},
        )  # fmt: skip
