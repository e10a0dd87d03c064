"""Hundreds of kills, at each named step and at random moments: nothing acknowledged is lost, nothing doubled.

`python benchmarks/prove_kills.py` does the same for as many kills as one wants.
"""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.crash.forks import Forks
from tests.crash.homes import Home
from tests.crash.lives import live
from tests.crash.scenes import BackupScene, CrawlScene, UpgradeScene

# the first test pays for the zygote and the undisturbed crawls
pytestmark = pytest.mark.timeout(600)

KILLS = 10
"""Of each test: more than 200 of them all."""


@pytest.fixture
def crawls(crawls_of: Callable[[Home], dict[str, CrawlScene]], home: Home) -> dict[str, CrawlScene]:
    return crawls_of(home)


@pytest.mark.parametrize("part", range(4))
@pytest.mark.parametrize("scene", ["first crawl", "next crawl"])
def test_a_crawl_killed_again_and_again_comes_to_what_an_undisturbed_one_does(
    scene: str, part: int, crawls: dict[str, CrawlScene], forks: Forks, home: Home
) -> None:
    steps = list(crawls[scene].steps)[part::4]  # of all four parts together: all
    tally = live(forks, crawls[scene], home, kills=KILLS, seed=str(part), first=steps)
    assert tally.kills.total() >= KILLS


@pytest.mark.parametrize("release", ["0001", "0003"])
def test_a_killed_upgrade_leaves_the_old_archive_or_the_new_one(
    release: str, forks: Forks, home: Home
) -> None:
    tally = live(forks, UpgradeScene(forks, home, release), home, kills=KILLS, seed=release)
    assert tally.kills.total() >= KILLS


def test_a_killed_backup_leaves_those_before_it_whole(
    crawls: dict[str, CrawlScene], forks: Forks, home: Home, tmp_path: Path
) -> None:
    scene = BackupScene(forks, home, crawls["next crawl"].template, tmp_path)
    assert live(forks, scene, home, kills=KILLS, seed="backup").kills.total() >= KILLS


def test_a_fork_that_is_killed_is_told_from_one_that_ends(forks: Forks, tmp_path: Path) -> None:
    order = {"address": f"sqlite:///{tmp_path}/archive.sqlite3"}
    assert forks.run("upgrade", {"address": f"sqlite:///{os.devnull}/none"}).code == 1
    assert forks.run("upgrade", order).code == 0
