"""One slice of a site's back-fill that kills itself with SIGKILL the n-th time it comes to a named step.

usage: backfill_child.py MORGUE.YAML CLOCK_OFFSET_S SITE [STEP N]
"""

import os
import sys
from datetime import timedelta
from pathlib import Path

from config.clock import SystemClock
from config.settings import load_settings
from config.site import load_sites
from crawler import backlog
from crawler.run import run_crawl
from db.archiving import backfills
from tests.crash.child import STEPS, arm

BACKFILL_STEPS = {
    "lists_begun": (backfills, "add_documents", "after"),
    "list_comes": (backlog.Backlog, "take", "before"),
    "list_written": (backfills, "note_read", "after"),
    "pages_chosen": (backfills, "wanted_links", "after"),
    "slice_ended": (backfills, "end_slice", "after"),
}


def main() -> int:
    """Go on with the site's back-fill, and do none of its daily work."""
    config, offset_s, name, *deadly = sys.argv[1:]
    if deadly:
        arm(deadly[0], int(deadly[1]), steps=STEPS | BACKFILL_STEPS)
    settings = load_settings(Path(config), env=os.environ, cwd=Path.cwd())
    report = run_crawl(
        settings,
        [],
        backlogs=[load_sites(settings.sites_dir)[name]],
        trigger="backfill",
        clock=SystemClock(offset=timedelta(seconds=float(offset_s))),
    )
    sys.stdout.write(f"{report.outcome}: {report.error}\n")
    return 0 if report.outcome == "finished" else 1


if __name__ == "__main__":
    sys.exit(main())
