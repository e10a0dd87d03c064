"""A back-fill killed with SIGKILL at each named step, then gone on with: nothing lost, nothing asked for twice."""

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, timedelta
from pathlib import Path
from typing import Any

import pytest

from config.clock import SystemClock
from db.archive import Archive
from db.archiving import backfills, crawls
from db.asking.sql import run_read_only
from db.verify import verify
from morgue.demo.newsroom import Newsroom, NewsroomServer, write_site_files
from morgue.demo.newsroom.outlets import GAZETTE

CHILD = Path(__file__).with_name("backfill_child.py")
ROOT = Path(__file__).resolve().parents[2]
SITE = GAZETTE.name
STEPS = [
    ("lists_begun", 1),
    ("list_comes", 3),
    ("list_written", 3),
    ("pages_chosen", 1),
    ("capture_kept", 2),
    ("visit_written", 1),
    ("slice_ended", 1),
]
DOCUMENTS = "select url, state, link_count, outside_count from backfill_document order by 1"
ARTICLES = """
select l.url_key, r.number, r.text from revision r
join article a on a.id = r.article_id join link l on l.article_id = a.id order by 1, 2
"""
WANTED = "select l.url_key from backfill_link b join link l on l.id = b.link_id order by 1"


@pytest.fixture(scope="module")
def newsroom(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[NewsroomServer, Path]]:
    """A running outlet with some days behind it, and its site files."""
    room = Newsroom(outlets=[GAZETTE], articles=18)
    room.advance(timedelta(days=12))
    with NewsroomServer(room) as server:
        folder = tmp_path_factory.mktemp("sites")
        write_site_files(folder, server)
        yield server, folder


def offset_s(server: NewsroomServer) -> float:
    return (server.newsroom.clock.now() - SystemClock().now().astimezone(UTC)).total_seconds()


def days(server: NewsroomServer) -> tuple[date, date]:
    first = server.newsroom.start.astimezone(UTC).date()
    return first + timedelta(days=1), first + timedelta(days=4)


def begin(address: str, server: NewsroomServer) -> int:
    first, last = days(server)
    with Archive.open(address, clock=SystemClock()) as archive, archive.write() as session:
        now = archive.clock.now()
        site = crawls.ensure_site(session, name=SITE, title="G", home="http://127.0.0.1/", now=now)
        return backfills.begin(session, site.id, first, last, now=now)[0].id


def project(folder: Path, sites: Path, address: str) -> Path:
    config = folder / "morgue.yaml"
    config.write_text(f"archive_url: {address}\nsites_dir: {sites}\nreading_processes: 1\n")
    return config


def go_on(config: Path, offset: float, *step: str) -> int:
    done = subprocess.run(
        [sys.executable, "-P", str(CHILD), str(config), str(offset), SITE, *step],
        timeout=100,
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    sys.stderr.write(done.stderr[-2000:])  # shown where a test fails
    return done.returncode


def rows(address: str, statement: str) -> list[Any]:
    with Archive.open(address, clock=SystemClock(), read_only=True) as archive:
        return [tuple(row) for row in run_read_only(archive, statement, limit=10_000).rows]


def state(address: str) -> list[Any]:
    return [rows(address, each) for each in (DOCUMENTS, ARTICLES, WANTED)]


@pytest.fixture(scope="module")
def unharmed(
    newsroom: tuple[NewsroomServer, Path], tmp_path_factory: pytest.TempPathFactory
) -> list[Any]:
    """What an undisturbed back-fill archives."""
    server, sites = newsroom
    folder = tmp_path_factory.mktemp("unharmed")
    address = f"sqlite:///{folder}/archive.sqlite3"
    begin(address, server)
    assert go_on(project(folder, sites, address), offset_s(server)) == 0
    assert rows(address, "select state from backfill") == [("complete",)]
    documents, articles, wanted = state(address)
    assert {row[1] for row in documents} == {"read", "skipped"}
    assert len(articles) >= 3
    assert len(wanted) >= 3
    return [documents, articles, wanted]


@pytest.mark.parametrize(("step", "count"), STEPS, ids=[step for step, _ in STEPS])
def test_a_killed_back_fill_goes_on_where_it_was(
    step: str,
    count: int,
    newsroom: tuple[NewsroomServer, Path],
    unharmed: list[Any],
    archive_url: str,
    tmp_path: Path,
) -> None:
    server, sites = newsroom
    begin(archive_url, server)
    config = project(tmp_path, sites, archive_url)
    server.forget_requests()
    assert go_on(config, offset_s(server), step, str(count)) == -9, "it was not killed there"
    kept = rows(archive_url, "select count(*) from capture")[0][0]
    assert go_on(config, offset_s(server) + 600) == 0
    assert rows(archive_url, "select state from backfill") == [("complete",)]
    assert state(archive_url) == unharmed
    assert rows(archive_url, "select count(*) from capture")[0][0] >= kept
    assert rows(archive_url, "select count(*) from unread") == [(0,)]
    pages = Counter[str]()
    for (_, target, status), number in server.requests.items():
        if status == 200 and "sitemap" not in target and target.endswith(".html"):
            pages[target] += number
    twice = [target for target, number in pages.items() if number > 2]
    assert twice == [], "asked for once by each of the two at most"
    with Archive.open(archive_url, clock=SystemClock(), read_only=True) as archive:
        assert verify(archive) == []
