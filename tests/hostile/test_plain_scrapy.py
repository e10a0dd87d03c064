"""The habits of those who know Scrapy: list, crawl, shell."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.hostile.crawling import ROOT
from tests.hostile.lying import Lie, Server

Make = Callable[[dict[str, Lie]], Server]

SITE = """
name: one
title: One
home: {base}/
sources:
  - feed: {base}/feed.xml
politeness: {{allow_private_addresses: true, delay: 0s}}
"""


@pytest.fixture
def scrapy(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "scrapy", *arguments],
            cwd=ROOT,
            env={**os.environ, "MORGUE_CONFIG": str(tmp_path / "morgue.yaml")},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    (tmp_path / "morgue.yaml").write_text("delay_s: 0\n")
    return run


def configure(folder: Path, base: str) -> None:
    (folder / "sites").mkdir()
    (folder / "sites" / "one.yaml").write_text(SITE.format(base=base))


def test_scrapy_list_names_the_one_spider(
    scrapy: Callable[..., subprocess.CompletedProcess[str]],
) -> None:
    assert scrapy("list").stdout.split() == ["site"]


def test_scrapy_crawl_without_a_site_names_them(
    scrapy: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    configure(tmp_path, "http://127.0.0.1:9")
    ended = scrapy("crawl", "site")
    assert ended.returncode == 1
    assert "add -a name=NAME with one or more of one" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_scrapy_crawl_fills_the_archive(
    scrapy: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path, server: Make
) -> None:
    configure(tmp_path, server({}).base)
    ended = scrapy("crawl", "site", "-a", "name=one")
    assert ended.returncode == 0, ended.stderr
    with closing(sqlite3.connect(tmp_path / "archive.sqlite3")) as connection:
        assert connection.execute("SELECT outcome, trigger FROM crawl").fetchall() == [
            ("finished", "scrapy")
        ]
        assert connection.execute("SELECT count(*) FROM visit").fetchone() == (3,)
        assert connection.execute("SELECT owner FROM lease").fetchall() == [(None,)]


def test_scrapy_shell_fetches_a_page(
    scrapy: Callable[..., subprocess.CompletedProcess[str]], server: Make
) -> None:
    url = f"{server({}).base}/story-1"
    ended = scrapy("shell", "--nolog", url, "-c", "response.css('h1::text').get()")
    assert ended.stdout.strip() == "The harbour reopens"
