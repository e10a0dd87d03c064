"""Kept pages read again by a better site file: the work of `morgue reextract`, killed.

Knows a small newspaper whose every article is read otherwise today, and what has to hold after a kill. Must not know
pytest.
"""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

from sqlalchemy import func, select

from config.clock import ManualClock
from db.archive import Archive
from db.models import Action, Edit, Extraction, Quarantine, Revision, Supersession
from tests.contract.press import PARAGRAPHS, Press, answers, page, site
from tests.crash.forks import Forks
from tests.crash.homes import Home
from tests.crash.jobs import REEXTRACTION_STEPS
from tests.crash.lives import check_sound

_MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
_LEASE = timedelta(minutes=5)  # later than that of a run that was killed
_COUNTED = (Revision, Supersession, Extraction, Edit)


class ReextractionScene:
    """Five articles that are read otherwise, and a page that only the better site file believes."""

    job = "reextraction"
    steps: ClassVar = dict.fromkeys(REEXTRACTION_STEPS, (1,)) | {
        "readings_written": (1, 2, 3),
        "article_settled": (1, 2, 3, 4, 5),
        "changes_recorded": (1, 2, 3),
        "articles_committed": (1, 2, 3, 4, 5),
    }

    def __init__(self, forks: Forks, home: Home, folder: Path) -> None:
        """Reads again once undisturbed, to know what that comes to."""
        self.template = home.new()
        clock = ManualClock(_MONDAY)
        with Archive.open(self.template, clock=clock) as archive:
            _write(Press(archive, clock, self.template, folder))
        self.begun_at = clock.now()
        undisturbed = self.begin(home)
        ended = forks.run(self.job, undisturbed.order(0))
        assert ended.code == 0, forks.said()
        self.seconds = ended.seconds
        self.expected = undisturbed.state()
        undisturbed.end()

    def begin(self, home: Home) -> "ReextractionLife":
        """A copy of the newspaper's archive."""
        return ReextractionLife(self, home, home.new(self.template))


class ReextractionLife:
    """One archive whose pages are read again."""

    def __init__(self, scene: ReextractionScene, home: Home, address: str) -> None:
        self.address = address
        self._scene = scene
        self._home = home
        self._runs = 0

    def order(self, run: int, *, processes: bool = False) -> dict[str, Any]:
        """A run that is later than the last one's lease; with reading processes, as users have them, if asked for."""
        self._runs += 1
        moment = self._scene.begun_at + run * _LEASE
        return {"address": self.address, "moment": moment.isoformat(), "processes": processes}

    def check_killed(self) -> None:
        """Every promise is kept."""
        check_sound(self.address)

    def check_whole(self) -> None:
        """The archive says what it does after an undisturbed run, and names no more runs than there were."""
        check_sound(self.address)
        assert self.state() == self._scene.expected
        with self._open() as archive, archive.read() as session:
            assert (
                1 <= (session.scalar(select(func.count()).select_from(Action)) or 0) <= self._runs
            )

    def state(self) -> list[Any]:
        """What the archive says, and of how many rows."""
        with self._open() as archive:
            with archive.read() as session:
                counts = [
                    session.scalar(select(func.count()).select_from(table)) for table in _COUNTED
                ]
                waiting = session.scalar(
                    select(func.count()).where(Quarantine.released_at.is_(None))
                )
            return [answers(archive), counts, waiting]

    def end(self) -> None:
        """Throw the archive away."""
        self._home.drop(self.address)

    def _open(self) -> Archive:
        return Archive.open(self.address, clock=ManualClock(self._scene.begun_at), read_only=True)


def _write(press: Press) -> None:
    for number, path in enumerate("abcde"):
        first = PARAGRAPHS[number % 4]
        for teaser in ("A whale.", "A seal."):
            press.look(path, page(first, title=f"Story {path}", extra=teaser), hours=60)
        press.look(path, page(first, PARAGRAPHS[(number + 1) % 4], title=f"Story {path}"), hours=60)
    press.site = site(remove="main")
    html = page(*PARAGRAPHS[1:], title="Who pays for a dock?")
    assert press.look("dock", html).outcome == "quarantined"
    press.clock.advance(timedelta(days=1))
