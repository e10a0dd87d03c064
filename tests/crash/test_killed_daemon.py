"""The daemon killed with SIGKILL: its children end by themselves, and the next one goes on."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crash.forks import Forks
from tests.crash.homes import SqliteHome
from tests.crash.lives import live
from tests.crash.scenes import DaemonScene, crawl_scenes, press


@pytest.fixture
def forks(tmp_path: Path) -> Iterator[Forks]:
    with Forks(tmp_path / "log") as running:
        yield running


@pytest.mark.timeout(600)
def test_a_killed_daemon_leaves_no_children_and_the_next_goes_on(
    forks: Forks, tmp_path: Path
) -> None:
    home = SqliteHome(tmp_path)
    with press(tmp_path) as running:
        first = crawl_scenes(running, forks, home)["first crawl"]
        scene = DaemonScene(first, seconds=6.0)
        tally = live(
            forks, scene, home, kills=len(scene.steps), seed="daemon", first=tuple(scene.steps)
        )
    assert tally.kills.total() >= len(scene.steps)
