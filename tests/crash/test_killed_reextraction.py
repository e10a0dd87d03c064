"""Reading kept pages again, killed with SIGKILL at each named step and run again: nothing lost, nothing doubled."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.crash.forks import KILLED, Death, Forks
from tests.crash.homes import Home, SqliteHome
from tests.crash.jobs import REEXTRACTION_STEPS
from tests.crash.rereadings import ReextractionLife, ReextractionScene

pytestmark = pytest.mark.timeout(600)  # of which the first test pays for the zygote

COUNTS = {
    "readings_written": 2,
    "article_settled": 3,
    "changes_recorded": 2,
    "articles_committed": 3,
}


@pytest.fixture(scope="module")
def scene_of(
    forks: Forks, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[Home], ReextractionScene]:
    """The scene at a home; made when it is first asked for."""
    made: dict[str, ReextractionScene] = {}

    def scene_of(home: Home) -> ReextractionScene:
        if home.name not in made:
            made[home.name] = ReextractionScene(forks, home, tmp_path_factory.mktemp("sites"))
        return made[home.name]

    return scene_of


@pytest.fixture
def unharmed(scene_of: Callable[[Home], ReextractionScene], sqlite_home: SqliteHome) -> list[Any]:
    """What an undisturbed run comes to, on either database."""
    return scene_of(sqlite_home).expected


@pytest.fixture
def life(scene_of: Callable[[Home], ReextractionScene], home: Home) -> Iterator[ReextractionLife]:
    begun = scene_of(home).begin(home)
    yield begun
    begun.end()


@pytest.mark.parametrize("step", REEXTRACTION_STEPS)
def test_a_killed_run_goes_on_where_it_was(
    step: str, unharmed: list[Any], life: ReextractionLife, forks: Forks
) -> None:
    death = Death(step, COUNTS.get(step, 1))
    assert forks.run("reextraction", life.order(0), death).code == KILLED, "it was not killed there"
    life.check_killed()
    assert forks.run("reextraction", life.order(1)).code == 0, forks.said()
    life.check_whole()
    assert life.state() == unharmed


def test_a_run_killed_with_its_reading_processes_goes_on_where_it_was(
    unharmed: list[Any], life: ReextractionLife, forks: Forks
) -> None:
    first, second = (life.order(run, processes=True) for run in range(2))
    assert forks.run("reextraction", first, Death("articles_committed", 3)).code == KILLED
    life.check_killed()
    assert forks.run("reextraction", second).code == 0, forks.said()
    life.check_whole()
    assert life.state() == unharmed
