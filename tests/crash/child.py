"""A crawl that kills itself with SIGKILL the n-th time it comes to a named step, or whose disk is full.

usage: child.py MORGUE.YAML CLOCK_OFFSET_S [STEP N]
       child.py MORGUE.YAML CLOCK_OFFSET_S disk_full PAGES
       child.py MORGUE.YAML CLOCK_OFFSET_S waits STEP N FILE    (FILE.reached is made, FILE is waited for)

In a process of its own, or in a fork that has imported everything.
"""

import os
import signal
import sys
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from config.clock import SystemClock
from config.settings import load_settings
from config.site import load_sites
from crawler import closing
from crawler.run import run_crawl
from db import engine
from db.archiving import ledger, links, profiles
from db.identities import identity
from pipeline.stages.archive import ArchiveVisit
from pipeline.stages.find_edits import FindEdits
from pipeline.stages.keep import KeepCapture
from pipeline.stages.read import ReadPage
from pipeline.stages.relate import RelateArticle

STEPS = {
    "links_offered": (links, "offer_links", "after"),
    "capture_comes": (KeepCapture, "process_item", "before"),
    "capture_written": (ledger, "keep_captures", "after"),
    "capture_kept": (ReadPage, "process_item", "before"),
    "page_read": (ArchiveVisit, "process_item", "before"),
    "visit_written": (ledger, "archive_entries", "after"),
    "revision_uncompared": (FindEdits, "process_item", "before"),
    "visit_archived": (RelateArticle, "process_item", "before"),
    "reprint_written": (identity, "add_reprint", "after"),
    "profile_written": (profiles, "add_profile", "after"),
    "crawl_ends": (closing, "finish", "before"),
}
"""Step -> whose function stands there, and on which side of it. "after" is inside its transaction."""


def arm(
    step: str,
    count: int,
    *,
    steps: Mapping[str, tuple[Any, str, str]] = STEPS,
    number: int = signal.SIGKILL,
) -> None:
    """Make the process die at the step, the count-th time, or get another signal there."""
    owner, name, side = steps[step]
    original: Callable[..., Any] = getattr(owner, name)
    left = count

    def deadly(*args: Any, **kwargs: Any) -> Any:
        nonlocal left
        left -= 1
        is_the_one = left == 0  # other threads come here meanwhile
        if side == "before" and is_the_one:
            os.kill(os.getpid(), number)
        result = original(*args, **kwargs)
        if side == "after" and is_the_one:
            os.kill(os.getpid(), number)
        return result

    setattr(owner, name, deadly)


def arm_wait(step: str, count: int, gate: Path) -> None:
    """Make the process stand still before the step, the count-th time, until there is a file."""
    owner, name, _ = STEPS[step]
    original: Callable[..., Any] = getattr(owner, name)
    left = count

    def waiting(*args: Any, **kwargs: Any) -> Any:
        nonlocal left
        left -= 1
        if left == 0:
            gate.with_name(f"{gate.name}.reached").touch()
            while not gate.exists():
                time.sleep(0.05)  # another process stops and starts a server
        return original(*args, **kwargs)

    setattr(owner, name, waiting)


def fill_disk(pages: int) -> None:
    """Let the archive's file grow to so many pages only: SQLite then fails as on a full disk."""
    original = engine.open_engine

    def small(*args: Any, **kwargs: Any) -> Engine:
        opened = original(*args, **kwargs)

        @event.listens_for(opened, "connect")
        def limit(connection: Any, _record: Any) -> None:
            connection.execute(f"PRAGMA max_page_count = {pages}")

        return opened

    engine.open_engine = small


def main(config: str, offset_s: str, *deadly: str) -> int:
    """Crawl every configured site."""
    if deadly[:1] == ("disk_full",):
        fill_disk(int(deadly[1]))
    elif deadly[:1] == ("waits",):
        arm_wait(deadly[1], int(deadly[2]), Path(deadly[3]))
    elif deadly:
        arm(deadly[0], int(deadly[1]))
    settings = load_settings(Path(config), env=os.environ, cwd=Path.cwd())
    report = run_crawl(
        settings,
        list(load_sites(settings.sites_dir).values()),
        trigger="command",
        clock=SystemClock(offset=timedelta(seconds=float(offset_s))),
    )
    sys.stdout.write(f"{report.outcome}: {report.error}\n")
    return 0 if report.outcome == "finished" else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
