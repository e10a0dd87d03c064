"""A project folder whose commands are run as a user runs them: each in a process of its own."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass
class Project:
    """A folder with settings and site files."""

    folder: Path

    def morgue(self, *words: str, days: float = 0) -> str:
        """What a command prints, with the clock moved by so many days; the command must go well."""
        done = subprocess.run(
            [sys.executable, "-P", "-m", "morgue", "--config", str(self.folder / "morgue.yaml"), *words],
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
            env={**os.environ, "MORGUE_CLOCK_OFFSET_S": str(86_400 * days)},
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout
