"""A newsroom crawled with gaps: audited, repaired, its past fetched; every command in a process of its own."""

import json
import os
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, date, timedelta
from pathlib import Path
from typing import Any

import pytest

from config.clock import SystemClock
from morgue.children import morgue_command
from morgue.demo.newsroom import Newsroom, NewsroomServer, write_site_files
from morgue.demo.newsroom.outlets import GAZETTE, MERIDIAN
from tests.acceptance.project import environment, run_in_fork

PAGES = 3


class Office:
    """A project folder and the newsroom that it crawls."""

    def __init__(self, folder: Path, server: NewsroomServer) -> None:
        self.folder = folder
        self.server = server
        self.newsroom = server.newsroom

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        offset = self.newsroom.clock.now() - SystemClock().now()
        moved = {"MORGUE_CLOCK_OFFSET_S": str(offset.total_seconds())}
        return run_in_fork(self.folder, *words, **moved)

    def kill(self, *words: str, when: Callable[[], bool]) -> None:
        """Begin a command, and kill it and its children when something is so."""
        self.server.forget_requests()
        config = str(self.folder / "morgue.yaml")
        offset = (self.newsroom.clock.now() - SystemClock().now()).total_seconds()
        with subprocess.Popen(
            morgue_command("--config", config, *words),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=self.folder,
            env=environment(MORGUE_CLOCK_OFFSET_S=str(offset)),
            start_new_session=True,
        ) as command:
            while not when():
                assert command.poll() is None, "it ended before it was killed"
                time.sleep(0.01)  # another process works meanwhile
            os.killpg(command.pid, signal.SIGKILL)

    def pages_asked(self) -> list[str]:
        """The addresses of articles that were asked for, each as often as it was."""
        asked = self.server.requests.items()
        return [target for (_, target, _), n in asked for _ in range(n) if is_page(target)]

    def captures(self) -> int:
        """How many bodies are kept."""
        with closing(sqlite3.connect(self.folder / "archive.sqlite3")) as connection:
            (count,) = connection.execute("select count(*) from capture").fetchone()
        return int(count)

    def told(self, *words: str, code: int = 0) -> Any:
        done = self.run(*words, "--json")
        assert done.returncode == code, done.stdout + done.stderr
        return json.loads(done.stdout)

    def published(self, outlet: str, first: date, last: date) -> int:
        """How many articles the outlet has of these days that are to be seen."""
        now = self.newsroom.clock.now()
        return sum(
            first <= article.published_at.astimezone(article.outlet.time_zone).date() <= last
            and self.newsroom.state(article, now).standing == "live"
            for article in self.newsroom.articles(outlet, at=now)
        )


@contextmanager
def an_office(folder: Path) -> Iterator[Office]:
    """One that has crawled no more than a few pages of one of its sites."""
    (folder / "morgue.yaml").write_text(
        "delay_s: 0\nconcurrent_per_host: 4\nlog_level: warning\nreading_processes: 1\n"
    )
    newsroom = Newsroom(outlets=(GAZETTE, MERIDIAN), articles=24)
    newsroom.advance(timedelta(days=10))
    with NewsroomServer(newsroom) as server:
        write_site_files(folder / "sites", server)
        office = Office(folder, server)
        done = office.run("crawl", MERIDIAN.name, "--limit", str(PAGES))
        assert done.returncode == 0, done.stderr
        yield office


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with an_office(tmp_path_factory.mktemp("office")) as made:
        yield made


def test_what_a_limit_kept_back_is_named_and_repaired(office: Office) -> None:
    arguments = ("audit", MERIDIAN.name, "--days", "20")
    (before,) = office.told(*arguments, code=1)["sites"]
    assert sum(day["archived"] for day in before["days"]) == PAGES
    assert before["missing"] == sum(day["missing"] for day in before["days"]) > 0
    missing = [page for page in before["pages"] if page["is_missing"]]
    assert {page["why"] for page in missing} <= {"waiting", "cut"}
    assert all(page["source"].startswith(("feed ", "wordpress ")) for page in missing)

    planned = office.run(*arguments, "--repair")
    assert f"{len(missing)} pages would be made due and fetched." in planned.stdout
    assert office.told(*arguments, code=1)["sites"][0]["missing"] == before["missing"]

    repaired = office.run(*arguments, "--repair", "--yes", "--json")
    (after,) = json.loads(repaired.stdout)["sites"]
    left = [page["why"] for page in after["pages"] if page["is_missing"]]
    assert left == ["quarantined"] * len(
        left
    )  # an outlet serves a consent wall in one page's place
    assert sum(day["archived"] for day in after["days"]) > PAGES


def is_page(target: str) -> bool:
    return not target.startswith(("/robots.txt", "/feed", "/wp-json", "/sitemap"))


@pytest.mark.timeout(400)
def test_a_repair_that_is_killed_goes_on_at_the_next_call_and_doubles_nothing(
    tmp_path: Path,
) -> None:
    arguments = ("audit", MERIDIAN.name, "--days", "20", "--repair", "--yes")
    with an_office(tmp_path) as office:
        office.kill(*arguments, when=lambda: bool(office.pages_asked()))
        kept = office.captures()
        office.kill(*arguments, when=lambda: office.captures() > kept)
        (after,) = json.loads(office.run(*arguments, "--json").stdout)["sites"]
        assert {page["why"] for page in after["pages"] if page["is_missing"]} <= {"quarantined"}
        assert sum(day["archived"] for day in after["days"]) > PAGES + 4
        asked_again = (
            "select link_id from capture where link_id not in (select link_id from quarantine)"
            " group by link_id having count(*) > 1"
        )
        open_crawls = "select id from crawl where finished_at is null"
        same_text = (
            "select article_id from revision group by article_id, normal_sha256 having count(*) > 1"
        )
        for statement in (asked_again, same_text, open_crawls):
            assert office.told("sql", statement)["rows"] == [], statement
        assert office.run("verify").returncode == 0


def test_asking_the_sources_finds_what_nobody_had_noticed(office: Office) -> None:
    office.newsroom.advance(timedelta(days=1))
    arguments = ("audit", MERIDIAN.name, "--days", "20")
    before = office.told("sql", "select count(*) as n from link")
    office.server.forget_requests()
    told = json.loads(office.run(*arguments, "--ask", "--json").stdout)
    paths = {target for _, target, _ in office.server.requests}
    assert {path.partition("?")[0] for path in paths} == {
        "/robots.txt",
        "/feed/",
        "/wp-json/wp/v2/posts",
    }, "a page was asked for"
    assert office.told("sql", "select count(*) as n from link") == before
    for page in told["sites"][0]["pages"]:
        if page["why"] == "unnoticed":
            assert page["repair"] == "offer"


def test_a_back_fill_fetches_the_articles_of_its_days_and_no_others(office: Office) -> None:
    start = office.newsroom.start.astimezone(UTC).date()
    first, last = start + timedelta(days=1), start + timedelta(days=4)
    days = ("--from", first.isoformat(), "--to", last.isoformat())
    office.server.forget_requests()
    told = office.told("backfill", GAZETTE.name, *days)
    assert told["state"] == "complete"
    assert (told["lists_waiting"], told["pages_waiting"]) == (0, 0)
    (audit,) = json.loads(office.run("audit", GAZETTE.name, *days, "--json").stdout)["sites"]
    archived = sum(day["archived"] for day in audit["days"])
    assert archived >= office.published(GAZETTE.name, first, last)

    office.server.forget_requests()
    again = office.told("backfill", GAZETTE.name, *days)
    assert again["backfill"] != told["backfill"]
    assert (again["state"], again["pages"]) == ("complete", 0)
    pages = [t for _, t, _ in office.server.requests if t.endswith(".html") and "/index" not in t]
    assert pages == [], "what is archived was asked for again"


def test_back_fills_are_listed_left_to_the_daemon_and_stopped(office: Office) -> None:
    told = office.told(
        "backfill", MERIDIAN.name, "--from", "2020-01-01", "--to", "2020-01-02", "--soon"
    )
    listed = office.told("backfill", "--list", MERIDIAN.name)
    assert [(one["backfill"], one["state"]) for one in listed] == [(told["backfill"], "open")]
    stopped = office.told("backfill", "--stop", str(told["backfill"]))
    assert stopped["state"] == "stopped"
    assert office.run("backfill", "--stop", "999").returncode == 2
    assert office.run("backfill", MERIDIAN.name).returncode == 2
