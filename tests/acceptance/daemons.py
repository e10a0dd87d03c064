"""A real `morgue up` on a folder of a test: its log as events, and the crawls that it began."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from morgue.children import morgue_command
from tests.acceptance.project import environment, run_in_fork

PATIENCE_S = 90.0


@dataclass
class Daemon:
    """One that runs, and what it logged so far."""

    folder: Path
    process: "subprocess.Popen[str]"

    def events(self, name: str = "") -> list[dict[str, Any]]:
        """The lines of its log and of its children's, or those of one event."""
        lines = (self.folder / "daemon.log").read_text().splitlines()
        events = [json.loads(line) for line in lines if line.startswith("{")]
        return [event for event in events if not name or event["event"] == name]

    def ask(self, statement: str) -> list[list[Any]]:
        """What SQL answers."""
        done = run_in_fork(self.folder, "sql", "--json", statement)
        assert done.returncode in (0, 1), done.stderr
        return list(json.loads(done.stdout)["rows"])

    def until(self, is_so: Callable[[], Any], *, what: str) -> None:
        """Wait until something is so, as long as the daemon lives."""
        ends = time.monotonic() + PATIENCE_S
        while not is_so():
            assert self.process.poll() is None, (self.folder / "daemon.log").read_text()
            if time.monotonic() > ends:
                pytest.fail(f"{what} in {PATIENCE_S} s\n{(self.folder / 'daemon.log').read_text()}")
            time.sleep(0.2)  # other processes work meanwhile

    def kill_crawl(self) -> None:
        """Kill the process of the crawl that is open."""
        ((owner,),) = self.ask("select owner from crawl where finished_at is null")
        os.kill(int(str(owner).split(":")[1]), signal.SIGKILL)


@contextmanager
def daemon(folder: Path) -> Iterator[Daemon]:
    """One that works in a folder, and is stopped in peace at the end."""
    command = morgue_command("--config", str(folder / "morgue.yaml"), "up")
    with (folder / "daemon.log").open("w") as log:
        process = subprocess.Popen(command, stderr=log, text=True, env=environment())
        try:
            yield Daemon(folder, process)
            process.send_signal(signal.SIGTERM)
            assert process.wait(60) == 0
        finally:
            process.kill()
            process.wait()
