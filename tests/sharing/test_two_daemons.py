"""Two daemons on one archive share its sites: no site is crawled twice at once, and what was asked for is done once."""

import json
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from config.clock import SystemClock
from morgue.children import morgue_command
from morgue.demo.newsroom import COURIER, MERIDIAN, Newsroom, NewsroomServer, write_site_files
from tests.acceptance.project import environment, run_in_fork

SITES = ("harbour-courier", "meridian-post")
PATIENCE_S = 120.0


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A project that nobody has crawled, and the newsroom of its sites."""
    newsroom = Newsroom(outlets=[COURIER, MERIDIAN], articles=12)
    newsroom.advance(timedelta(hours=2))
    offset = newsroom.clock.now() - SystemClock().now().astimezone(UTC)
    (tmp_path / "morgue.yaml").write_text(
        "archive_url: sqlite:///archive.sqlite3\nlisten: off\n"
        f"clock_offset_s: {offset.total_seconds()}\n"
    )
    with NewsroomServer(newsroom) as server:
        write_site_files(tmp_path / "sites", server)
        yield tmp_path


def parts(folder: Path) -> list[tuple[str, str, str | None]]:
    """Each crawl of each site that was looked at: the site, when its crawl began and ended."""
    told = run_in_fork(
        folder,
        "sql",
        "--json",
        "select s.name, c.started_at, c.finished_at from crawl_site p join crawl c on c.id = p.crawl_id"
        " join site s on s.id = p.site_id order by c.started_at",
    )
    return [tuple(row) for row in json.loads(told.stdout)["rows"]] if told.returncode == 0 else []


def until(is_so: Callable[[], Any], *, what: str) -> None:
    """Wait until something is so."""
    for _ in range(int(PATIENCE_S / 2)):
        if is_so():
            return
        time.sleep(2)
    pytest.fail(f"{what} in {PATIENCE_S} s")


def is_done(folder: Path, times: int) -> bool:
    """Whether each site was crawled so often, and nothing runs."""
    found = parts(folder)
    ended = [name for name, _, finished_at in found if finished_at]
    return len(ended) == len(found) and all(ended.count(name) >= times for name in SITES)


@pytest.mark.timeout(400)
def test_two_daemons_crawl_each_site_once_and_never_at_the_same_time(folder: Path) -> None:
    command = morgue_command("--config", str(folder / "morgue.yaml"), "up")
    with ExitStack() as stack:
        logs = [stack.enter_context((folder / f"{number}.log").open("w")) for number in (1, 2)]
        daemons = [
            stack.enter_context(subprocess.Popen(command, stderr=log, env=environment()))
            for log in logs
        ]
        try:
            until(lambda: is_done(folder, 1), what="not every site was crawled")
            for times in (2, 3):
                assert run_in_fork(folder, "sites", "ask", *SITES).returncode == 0
                until(
                    lambda times=times: is_done(folder, times), what="what was asked was not done"
                )  # type: ignore[misc]
            time.sleep(12)  # a tick of either: nothing is left to be done
        finally:
            for daemon in daemons:
                daemon.send_signal(signal.SIGTERM)
        assert [daemon.wait(60) for daemon in daemons] == [0, 0]
    found = parts(folder)
    for site in SITES:
        spans = [(begun, ended) for name, begun, ended in found if name == site]
        assert len(spans) == 3, found
        for (_, ended), (begun, _) in pairwise(spans):
            assert ended is not None
            assert ended <= begun, "a site was crawled twice at once"
    told = "".join((folder / f"{number}.log").read_text() for number in (1, 2))
    assert "Traceback" not in told
    assert "locked" not in told
    assert run_in_fork(folder, "verify").returncode == 0
