"""A crawl asked to stop at any of its steps, the first and the last included: it is closed, and the next goes on."""

import signal
from collections.abc import Callable

import pytest

from tests.crash.forks import Death, Forks
from tests.crash.homes import Home, SqliteHome
from tests.crash.lives import rows
from tests.crash.scenes import (
    CrawlScene,
    check_same,
    state,
    without_profiles,
)

STEPS = (
    "leases_taken",
    "crawl_begun",
    "links_offered",
    "visit_written",
    "crawl_ends",
    "crawl_ended",
    "seal_made",
)


@pytest.mark.parametrize("step", STEPS)
def test_a_crawl_that_is_asked_to_stop_is_closed(
    forks: Forks,
    crawls_of: Callable[[Home], dict[str, CrawlScene]],
    sqlite_home: SqliteHome,
    step: str,
) -> None:
    scene = crawls_of(sqlite_home)["first crawl"]
    life = scene.begin(sqlite_home)
    ended = forks.run(scene.job, life.order(0), Death(step, number=signal.SIGTERM))
    assert ended.code in (0, 1), forks.said()  # 0: it had come to its end
    crawls = rows(life.address, "select outcome, finished_at is not null from crawl")
    assert crawls in ([("finished", 1)], [("stopped", 1)])
    assert rows(life.address, "select name from lease where owner is not null") == []
    life.check_killed()
    assert forks.run(scene.job, life.order(1)).code == 0, forks.said()
    life.check_killed()
    found = state(life.address, without=scene.press.fickle)
    check_same(found, without_profiles(scene.expected))
    life.end()
