"""A project folder whose commands are run as a user runs them: each in a process of its own."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from morgue.children import morgue_command
from tests.crash import forks


def environment(**more: str) -> dict[str, str]:
    """The environment of a child: nothing of ours that it does not name itself."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MORGUE_")}
    return kept | more


def run(folder: Path, *words: str, **more: str) -> "subprocess.CompletedProcess[str]":
    """What became of a command in the folder, and what it said; `more` is added to its environment."""
    return subprocess.run(
        morgue_command("--config", str(folder / "morgue.yaml"), *words),
        capture_output=True,
        text=True,
        check=False,
        timeout=400,
        cwd=folder,
        env=environment(**more),
    )


def run_in_fork(folder: Path, *words: str, **more: str) -> "subprocess.CompletedProcess[str]":
    """As `run`, in a process of its own that has what Morgue imports from its birth: half the price or less."""
    said = ["--config", str(folder / "morgue.yaml"), *words]
    done = forks.common().run_printing("command", folder, environment(**more), words=said)
    return subprocess.CompletedProcess(said, *done)


@dataclass
class Project:
    """A folder with settings and site files."""

    folder: Path

    def morgue(self, *words: str, days: float = 0) -> str:
        """What a command prints, with the clock moved by so many days; the command must go well."""
        done = run_in_fork(self.folder, *words, MORGUE_CLOCK_OFFSET_S=str(86_400 * days))
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def stderr(self, *words: str) -> str:
        """What a command says beside its results, however it ends."""
        return run_in_fork(self.folder, *words).stderr
