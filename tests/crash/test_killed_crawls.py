"""A crawl with its reading processes killed with SIGKILL, then run again: nothing lost, nothing doubled."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any

import pytest

from config.clock import SystemClock
from db.archive import Archive
from db.asking.sql import run_read_only
from db.verify import verify
from morgue.demo.newsroom import COURIER, MERIDIAN, Newsroom, NewsroomServer, write_site_files
from tests.crash.forks import common

CHILD = Path(__file__).with_name("child.py")
STEPS = [("capture_kept", 3), ("visit_archived", 4), ("crawl_ends", 1)]
"""Some, with reading processes as users have them; each step, many times, is in test_many_kills.py."""
STATE = """ -- not the headline: an outlet serves two of one article by turns
select l.url_key, r.number, r.text
from revision r join article a on a.id = r.article_id join link l on l.article_id = a.id
order by 1, 2
"""
PROFILES = """
select s.name, p.number, p.page_count from site_profile p join site s on s.id = p.site_id order by 1, 2
"""
REPRINTS = """
select a.url_key as copy, r.source_url from reprint r
join article_url a on a.article_id = r.copy_article_id and a.evidence = 'asked' order by 1, 2
"""
DOUBLED = "select count(*) as n from (select capture_id from visit where capture_id is not null) v"


@pytest.fixture(scope="module")
def outlets(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, float]]:
    """A folder with site files of running outlets, and how far their time is from ours."""
    newsroom = Newsroom(outlets=[COURIER, MERIDIAN], articles=12)
    newsroom.advance(timedelta(hours=2))
    with NewsroomServer(newsroom) as server:
        folder = tmp_path_factory.mktemp("sites")
        write_site_files(folder, server)
        offset = newsroom.clock.now() - SystemClock().now().astimezone(UTC)
        yield folder, offset.total_seconds()


def project(folder: Path, sites: Path, address: str) -> Path:
    config = folder / "morgue.yaml"
    config.write_text(f"archive_url: {address}\nsites_dir: {sites}\nreading_processes: 1\n")
    return config


def crawl(config: Path, offset_s: float, *step: str, said: list[str] | None = None) -> int:
    """Crawl in a fork, which has its own reading process."""
    words = [str(config), str(offset_s), *step]
    code, output, errors = common().run_printing(
        "program", config.parent, os.environ, module="tests.crash.child", words=words
    )
    sys.stderr.write(errors[-2000:])  # shown where a test fails
    if said is not None:
        said.append(output)
    return code


def crawl_in_process(config: Path, offset_s: float, *, env: Mapping[str, str]) -> tuple[int, str]:
    """Crawl in a process that begins with an environment; its exit code and what it said."""
    command = [sys.executable, "-P", str(CHILD), str(config), str(offset_s)]
    done = subprocess.run(command, env=env, check=False, capture_output=True, text=True)
    sys.stderr.write(done.stderr[-2000:])
    return done.returncode, done.stdout


def rows(address: str, statement: str) -> list[Any]:
    with Archive.open(address, clock=SystemClock(), read_only=True) as archive:
        return [tuple(row) for row in run_read_only(archive, statement, limit=10_000).rows]


@pytest.fixture(scope="module")
def unharmed(outlets: tuple[Path, float], tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    """What an undisturbed crawl archives."""
    sites, offset_s = outlets
    folder = tmp_path_factory.mktemp("unharmed")
    address = f"sqlite:///{folder}/archive.sqlite3"
    assert crawl(project(folder, sites, address), offset_s) == 0
    return [rows(address, STATE), rows(address, REPRINTS), rows(address, PROFILES)]


@pytest.mark.parametrize(("step", "count"), STEPS, ids=[step for step, _ in STEPS])
def test_a_killed_crawl_loses_nothing_and_doubles_nothing(
    step: str,
    count: int,
    outlets: tuple[Path, float],
    unharmed: list[Any],
    archive_url: str,
    tmp_path: Path,
) -> None:
    sites, offset_s = outlets
    config = project(tmp_path, sites, archive_url)
    assert crawl(config, offset_s, step, str(count)) == -9, "it was not killed there"
    kept = rows(archive_url, "select count(*) from capture")[0][0]
    # later than the dead crawl's lease, before anything known is due again
    assert crawl(config, offset_s + 600) == 0
    assert rows(archive_url, "select count(*) from capture")[0][0] >= kept
    assert rows(archive_url, "select count(*) from unread") == [(0,)]
    assert rows(archive_url, STATE) == unharmed[0]
    assert rows(archive_url, REPRINTS) == unharmed[1]
    assert rows(archive_url, PROFILES) == unharmed[2]
    with Archive.open(archive_url, clock=SystemClock(), read_only=True) as archive:
        assert verify(archive) == []
    assert rows(archive_url, "select count(*) from crawl where outcome = 'killed'") == [(1,)]


def test_a_full_disk_ends_the_crawl_in_words_and_the_next_goes_on(
    outlets: tuple[Path, float], unharmed: list[Any], tmp_path: Path
) -> None:
    sites, offset_s = outlets
    address = f"sqlite:///{tmp_path}/archive.sqlite3"
    config = project(tmp_path, sites, address)
    Archive.open(address, clock=SystemClock()).close()
    with Archive.open(address, clock=SystemClock(), read_only=True) as archive:
        (pages,) = run_read_only(archive, "pragma page_count", limit=1).rows[0]
    said: list[str] = []
    assert crawl(config, offset_s, "disk_full", str(pages + 12), said=said) == 1
    assert "failed" in said[0]
    assert "full" in said[0]
    assert crawl(config, offset_s + 600) == 0
    assert rows(address, STATE) == unharmed[0]
    assert rows(address, "select count(*) from unread") == [(0,)]
