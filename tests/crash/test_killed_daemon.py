"""The daemon killed with SIGKILL: its children end by themselves, and the next one goes on."""

from collections.abc import Callable

import pytest

from tests.crash.forks import Forks
from tests.crash.homes import Home, SqliteHome
from tests.crash.lives import live
from tests.crash.scenes import CrawlScene, DaemonScene


@pytest.mark.timeout(600)
def test_a_killed_daemon_leaves_no_children_and_the_next_goes_on(
    forks: Forks, crawls_of: Callable[[Home], dict[str, CrawlScene]], sqlite_home: SqliteHome
) -> None:
    scene = DaemonScene(crawls_of(sqlite_home)["first crawl"], seconds=6.0)
    steps = tuple(scene.steps)
    tally = live(forks, scene, sqlite_home, kills=len(steps), seed="daemon", first=steps)
    assert tally.kills.total() >= len(steps)
