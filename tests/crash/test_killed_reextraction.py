"""Reading kept pages again, killed with SIGKILL at each named step and run again: nothing lost, nothing doubled."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from config.clock import ManualClock
from db.archive import Archive
from db.models import Action, Edit, Extraction, Quarantine, Revision, Supersession
from db.verify import verify
from tests.contract.press import PARAGRAPHS, Press, page, site

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
CHILD = Path(__file__).with_name("reextract_child.py")
STEPS = [
    ("action_added", 1),
    ("readings_written", 2),
    ("article_settled", 3),
    ("changes_recorded", 2),
    ("articles_committed", 3),
    ("article_added", 1),
    ("quarantine_released", 1),
    ("edits_followed", 1),
    ("action_completed", 1),
]


def write(press: Press) -> None:
    """Five articles with edits of the extractor's own, and a page that only a better extractor believes."""
    for number, path in enumerate("abcde"):
        first = PARAGRAPHS[number % 4]
        for teaser in ("A whale.", "A seal."):
            press.look(path, page(first, title=f"Story {path}", extra=teaser), hours=60)
        press.look(path, page(first, PARAGRAPHS[(number + 1) % 4], title=f"Story {path}"), hours=60)
    press.site = site(remove="main")
    html = page(*PARAGRAPHS[1:], title="Who pays for a dock?")
    assert press.look("dock", html).outcome == "quarantined"
    press.clock.advance(timedelta(days=1))


def read_again(address: str, clock: ManualClock, *step: str) -> int:
    command = [sys.executable, "-P", str(CHILD), address, clock.now().isoformat(), *step]
    done = subprocess.run(command, timeout=100, check=False, capture_output=True, text=True)
    sys.stderr.write(done.stderr[-2000:])  # shown where a test fails
    return done.returncode


def state(press: Press) -> list[Any]:
    tables = (Revision, Supersession, Extraction, Edit)
    with press.archive.read() as session:
        counts = [session.scalar(select(func.count()).select_from(table)) for table in tables]
        waiting = session.scalar(select(func.count()).where(Quarantine.released_at.is_(None)))
    return [press.answers(), counts, waiting]


@pytest.fixture(scope="module")
def unharmed(tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    """What an undisturbed run comes to."""
    folder = tmp_path_factory.mktemp("unharmed")
    address = f"sqlite:///{folder}/archive.sqlite3"
    clock = ManualClock(MONDAY)
    with Archive.open(address, clock=clock) as archive:
        press = Press(archive, clock, address, folder)
        write(press)
        assert read_again(address, clock) == 0
        return state(press)


@pytest.mark.parametrize(("step", "count"), STEPS, ids=[step for step, _ in STEPS])
def test_a_killed_run_goes_on_where_it_was(
    step: str, count: int, unharmed: list[Any], archive: Archive, archive_url: str, tmp_path: Path
) -> None:
    clock = ManualClock(MONDAY)
    press = Press(archive, clock, archive_url, tmp_path)
    write(press)
    assert read_again(archive_url, clock, step, str(count)) == -9, "it was not killed there"
    assert verify(archive) == []
    clock.advance(timedelta(minutes=5))  # later than the dead run's lease
    assert read_again(archive_url, clock) == 0
    assert state(press) == unharmed
    assert verify(archive) == []
    with archive.read() as session:
        assert session.scalar(select(func.count()).select_from(Action)) in (1, 2)
