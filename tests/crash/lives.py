"""Lives of archives: what works at one is killed again and again, then left alone; nothing may be lost or doubled.

Knows kills and what has to hold after each. Must not know pytest.
"""

import random
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any, Protocol

from config.clock import SystemClock
from db.archive import Archive
from db.asking.sql import run_read_only
from db.verify import verify
from tests.crash.forks import KILLED, Death, Forks
from tests.crash.homes import Home

MOMENT = "any moment"
_MOST_RUNS = 5  # of one life before it is left alone
_LATEST = 0.95  # of the time that an undisturbed run takes, for kills at random moments


class Scene(Protocol):
    """One kind of work at an archive that can be killed."""

    job: str
    steps: Mapping[str, Sequence[int]]  # step -> at which of its times a run may be killed
    seconds: float  # of an undisturbed run

    def begin(self, home: Home) -> "Life":
        """An archive at which the work is to be done."""
        ...


class Life(Protocol):
    """One archive."""

    address: str

    def order(self, run: int) -> dict[str, Any]:
        """What the run is to do; later than the last one's lease."""
        ...

    def check_killed(self) -> None:
        """What has to hold after a kill."""
        ...

    def check_whole(self) -> None:
        """What has to hold when a run was left alone."""
        ...

    def end(self) -> None:
        """Throw the archive away."""
        ...


@dataclass(slots=True)
class Tally:
    """How many kills there were, by where."""

    kills: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)  # the work was done before
    lives: int = 0

    def add(self, other: "Tally") -> None:
        self.kills.update(other.kills)
        self.missed.update(other.missed)
        self.lives += other.lives


def deaths(scene: Scene, seed: str, *, first: Sequence[str] = ()) -> Iterator[Death]:
    """For ever: each named step once in a random order, as many random moments between, then again."""
    chance = random.Random(seed)
    yield from (Death(step) for step in first)
    while True:
        round_ = [*scene.steps, *[None] * len(scene.steps)]
        chance.shuffle(round_)
        for step in round_:
            if step is None:
                yield Death(after_s=chance.random() * _LATEST * scene.seconds)
            else:
                yield Death(step, count=chance.choice(scene.steps[step]))


def live(
    forks: Forks, scene: Scene, home: Home, *, kills: int, seed: str, first: Sequence[str] = ()
) -> Tally:
    """Kill the scene's work so often, at as many archives as that takes.

    Args:
        forks: Who does the work.
        scene: What work.
        home: Where the archives are.
        kills: How many at least.
        seed: Of what is left to chance.
        first: Steps at which it is killed before chance has its turn.

    Raises:
        AssertionError: Something was lost, doubled or broken; says after which kills.
    """
    tally = Tally()
    coming = deaths(scene, seed, first=first)
    while tally.kills.total() < kills:
        life = scene.begin(home)
        died: list[Death] = []
        try:
            _live_once(forks, scene, life, coming, tally, died)
        except AssertionError as error:
            words = f"{scene.job} on {home.name}, killed {', '.join(map(str, died))}: {error}"
            raise AssertionError(f"{words}\n{forks.said()}") from error
        tally.lives += 1
        life.end()
    return tally


def _live_once(
    forks: Forks,
    scene: Scene,
    life: Life,
    coming: Iterator[Death],
    tally: Tally,
    died: list[Death],
) -> None:
    for run in range(_MOST_RUNS):
        death = next(coming)
        ended = forks.run(scene.job, life.order(run), death)
        where = death.step or MOMENT
        if ended.code == 0:
            tally.missed[where] += 1
            break
        assert ended.code == KILLED, f"exit code {ended.code} instead of a kill {death}"
        died.append(death)
        tally.kills[where] += 1
        life.check_killed()
    ended = forks.run(scene.job, life.order(_MOST_RUNS))
    assert ended.code == 0, f"the run that was left alone ended with {ended.code}"
    life.check_whole()


def rows(address: str, statement: str) -> list[tuple[Any, ...]]:
    """What a question to the archive is answered with."""
    return answers(address, [statement])[0]


def answers(address: str, statements: Iterable[str]) -> list[list[tuple[Any, ...]]]:
    """What each question to the archive is answered with."""
    with Archive.open(address, clock=SystemClock(), read_only=True) as archive:
        return [
            [tuple(row) for row in run_read_only(archive, statement, limit=10_000).rows]
            for statement in statements
        ]


def check_sound(address: str) -> None:
    """The file is no ruin, and every promise is kept."""
    check_file(address)
    with Archive.open(address, clock=SystemClock(), read_only=True) as archive:
        assert verify(archive) == []


def check_file(address: str) -> None:
    """SQLite's own check of the file; Postgres has none that is not its administrator's."""
    if not address.startswith("sqlite"):
        return
    with closing(sqlite3.connect(address.removeprefix("sqlite:///"))) as connection:
        assert connection.execute("pragma integrity_check").fetchall() == [("ok",)]
