"""What was said before the command: which settings file, how loud.

Plain values without imports, so that help stays quick.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Invocation:
    """One call of the command line."""

    config: Path | None  # --config
    verbosity: int  # -1: quiet, 0, 1: verbose, 2: everything
    env: Mapping[str, str]
    cwd: Path

    @property
    def is_quiet(self) -> bool:
        """Whether results alone are wanted."""
        return self.verbosity < 0

    @property
    def log_level(self) -> str | None:
        """The level that -v and -q ask for; None: as the settings say."""
        return {-1: "error", 0: None, 1: "info"}.get(self.verbosity, "debug")
