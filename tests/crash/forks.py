"""The other end of the zygote: orders a fork, waits for it, says how it ended."""

import atexit
import functools
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

ROOT = Path(__file__).resolve().parents[2]
KILLED = -9


@dataclass(frozen=True, slots=True)
class Death:
    """Where or when a fork is to die: at a named step, the count-th time, or after so many seconds.

    At a step it can also get a signal that it may live through.
    """

    step: str | None = None
    count: int = 1
    after_s: float | None = None
    number: int = signal.SIGKILL

    def __str__(self) -> str:
        if self.step is not None:
            return f"{self.step} {self.count}"
        return f"after {self.after_s:.3f} s"


@dataclass(frozen=True, slots=True)
class Ended:
    """How a fork ended: its exit code, or the negative number of the signal that ended it."""

    code: int
    seconds: float


class Forks:
    """A zygote, for the length of a `with` block."""

    def __init__(self, log: Path) -> None:
        self.log = log

    def __enter__(self) -> Self:
        self._zygote = subprocess.Popen(
            [sys.executable, "-m", "tests.crash.zygote"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._hear()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._zygote as zygote:
            assert zygote.stdin is not None
            zygote.stdin.close()

    def run(self, job: str, order: dict[str, Any], death: Death | None = None) -> Ended:
        """Have a fork do the job, to its end or to its death."""
        death = death or Death()
        asked = {
            "job": job,
            "order": order,
            "step": [death.step, death.count] if death.step else None,
            "signal": death.number,
            "kill_after_s": death.after_s,
            "log": str(self.log),
        }
        assert self._zygote.stdin is not None
        self._zygote.stdin.write(json.dumps(asked) + "\n")
        self._zygote.stdin.flush()
        return Ended(**self._hear())

    def run_printing(
        self, job: str, folder: Path, environment: Mapping[str, str], **order: Any
    ) -> tuple[int, str, str]:
        """Have a fork do a job in a folder; its exit code, and what it wrote to its output and its errors."""
        with tempfile.TemporaryDirectory(prefix="morgue-printed-") as printed:
            files = [Path(printed) / name for name in ("stdout", "stderr")]
            moved = {"folder": str(folder), "environment": dict(environment)}
            ended = self.run(job, order | moved | {"printed": [str(file) for file in files]})
            stdout, stderr = (file.read_text() if file.exists() else "" for file in files)
        return ended.code, stdout, stderr

    def said(self) -> str:
        """The end of what the forks have logged."""
        return self.log.read_text(errors="replace")[-3000:] if self.log.exists() else ""

    def _hear(self) -> dict[str, Any]:
        assert self._zygote.stdout is not None
        line = self._zygote.stdout.readline()
        if not line:
            raise RuntimeError(f"the zygote is gone: exit code {self._zygote.wait()}")
        heard: dict[str, Any] = json.loads(line)
        return heard


@functools.cache
def common() -> Forks:
    """The zygote of this process, which all of its tests share; it ends with the process."""
    folder = tempfile.TemporaryDirectory(prefix="morgue-zygote-")
    atexit.register(folder.cleanup)
    forks = Forks(Path(folder.name) / "log")
    forks.__enter__()
    atexit.register(forks.__exit__, None, None, None)
    return forks


def run_program(module: str, *words: object) -> int:
    """Have a fork be the program that a module is; its exit code, or the negative number of what killed it."""
    said = [str(word) for word in words]
    code, *printed = common().run_printing("program", ROOT, os.environ, module=module, words=said)
    sys.stderr.write("".join(printed)[-2000:])  # shown where a test fails
    return code
