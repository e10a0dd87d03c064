"""Reads an archive's pages again, and kills itself with SIGKILL the n-th time it comes to a named step.

usage: reextract_child.py ADDRESS CLOCK_MOMENT [STEP N]
"""

import sys
from datetime import datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from config.clock import ManualClock
from config.settings import Settings
from db.archive import Archive
from db.histories import changes, rereadings, resettle
from db.identities import actions, aliases
from morgue import reextraction as running
from morgue.reextraction import Run
from morgue.reextraction_report import SiteReport, Wanted
from pipeline.stages import neighbours
from tests.contract.press import site
from tests.crash.child import arm

STEPS = {
    "action_added": (actions, "add_action", "after"),
    "readings_written": (rereadings, "write_readings", "after"),
    "article_settled": (resettle, "write", "after"),
    "changes_recorded": (changes, "record", "after"),
    "articles_committed": (SiteReport, "take", "before"),
    "article_added": (aliases, "add_article", "after"),
    "quarantine_released": (rereadings, "release", "after"),
    "edits_followed": (neighbours, "catch_up", "before"),
    "action_completed": (actions, "complete_action", "after"),
}
"""Step -> whose function stands there, and on which side of it. "after" is inside its transaction."""


def main() -> int:
    """Read everything again by the better site file."""
    address, moment, *deadly = sys.argv[1:]
    if deadly:
        arm(deadly[0], int(deadly[1]), steps=STEPS)
    clock = ManualClock(datetime.fromisoformat(moment))
    running.ARTICLES = 2  # several transactions
    with Archive.open(address, clock=clock) as archive:
        run = Run(Settings(archive_url=address), archive, clock, jobs=1)
        run.over([site(remove=".extra")], Wanted())
    return 0


if __name__ == "__main__":
    sys.exit(main())
