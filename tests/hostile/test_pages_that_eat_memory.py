"""A page whose reading takes more memory than may be had: it is told, and costs nothing but itself."""

import json
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.acceptance.project import run
from tests.hostile.crawling import Crawled, crawl, site
from tests.hostile.lying import Connection, Server

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="limits of memory are Linux's")

LIMIT_MB = 300
WORDS = f"out of memory: reading took more than {LIMIT_MB} MB"


def crowded(connection: Connection) -> None:
    """8 MB, of which a parser makes more than a gigabyte."""
    page = b"<html><body><article><h1>A crowd</h1>" + b"<p>a<b>b</b>" * 700_000
    connection.answer(page + b"</article></body></html>")


@dataclass(frozen=True)
class Room:
    """What was crawled, and where it stands."""

    crawled: Crawled
    base: str
    folder: Path


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    folder = tmp_path_factory.mktemp("crowded")
    server = Server({"/lie": crowded})
    settings = {"reading_memory_mb": LIMIT_MB, "reading_processes": 1, "reading_timeout_s": 60}
    patient = {"max_page_mb": 20, "timeout": "20s"}
    try:
        crawled = crawl(
            folder,
            [site("quay", server.base, politeness=patient)],
            timeout=120,
            settings=settings,
        )
        yield Room(crawled, server.base, folder)
    finally:
        server.close()


def quarantined(room: Room) -> list[tuple[str, str]]:
    with closing(sqlite3.connect(room.folder / "archive.sqlite3")) as connection:
        return connection.execute("select reason, detail from quarantine").fetchall()


def test_the_page_is_quarantined_with_the_reason_and_its_bytes_are_kept(room: Room) -> None:
    visit = room.crawled.visit(f"{room.base}/lie")
    assert (visit["outcome"], visit["is_truncated"]) == ("quarantined", 0)
    assert quarantined(room) == [("too_large", WORDS)]


def test_the_crawl_and_the_other_pages_go_on_in_bounds(room: Room) -> None:
    assert room.crawled.report["outcome"] == "finished"
    for path in ("/story-1", "/story-2"):
        assert room.crawled.visit(f"{room.base}{path}")["outcome"] == "new"
    assert room.crawled.peak_mb < 400


def test_who_reads_it_again_has_the_same_limit(room: Room) -> None:
    (room.folder / "sites").mkdir()
    made = site("quay", room.base, politeness={"max_page_mb": 20}, extract={"title": "h1"})
    (room.folder / "sites" / "quay.yaml").write_text(json.dumps(made))
    (room.folder / "morgue.yaml").write_text(
        f"archive_url: sqlite:///{room.folder}/archive.sqlite3\nreading_memory_mb: {LIMIT_MB}\n"
        "reading_timeout_s: 60\n"
    )
    done = run(room.folder, "reextract", "--jobs", "1", "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    (told,) = json.loads(done.stdout)["sites"]
    assert (told["pages"], told["superseded"], told["healed"]) == (3, 0, 0)
    assert told["quarantined"] == 1
    with closing(sqlite3.connect(room.folder / "archive.sqlite3")) as connection:
        (readings,) = connection.execute(
            "select count(*), count(distinct content_sha256) from extraction"
            " where verdict = 'quarantined'"
        )
    assert readings == (2, 1)  # both say the same, and none that it has too many elements
    page = room.folder / "page.html"
    page.write_bytes(b"<p>a<b>b</b>" * 700_000)
    read = run(room.folder, "extract", str(page), "--url", f"{room.base}/lie", "--json")
    assert WORDS in read.stdout
