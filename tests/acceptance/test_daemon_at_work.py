"""A real daemon and its real children: what becomes of crawls that are killed, paused or run beside others."""

import json
from collections.abc import Iterator
from datetime import UTC, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from config.clock import SystemClock
from morgue.demo.newsroom import Newsroom, NewsroomServer, write_site_files
from morgue.demo.newsroom.outlets import GAZETTE, MERIDIAN
from tests.acceptance.daemons import daemon
from tests.acceptance.project import run_in_fork
from tests.hostile.lying import Connection, Server, feed


def many(connection: Connection) -> None:
    """A feed that names more stories than can be asked for in the time of a test."""
    body = feed(connection.base, *(f"/story-{number}" for number in range(400)))
    connection.answer(body, kind="application/rss+xml")


@pytest.fixture
def servers() -> Iterator[tuple[Server, Server]]:
    """Two hosts with much to ask for."""
    both = Server({"/feed.xml": many}), Server({"/feed.xml": many})
    yield both
    for each in both:
        each.close()


def write_site(folder: Path, name: str, base: str, **politeness: Any) -> None:
    """A site of which a second passes between two requests, unless told otherwise."""
    (folder / "sites").mkdir(exist_ok=True)
    (folder / "morgue.yaml").write_text("listen: off\nlog_format: json\n")
    made = {
        "name": name,
        "title": name.title(),
        "home": f"{base}/",
        "sources": [{"feed": f"{base}/feed.xml"}],
        "extract": {"title": "h1", "body": "article"},
        "politeness": {"allow_private_addresses": True, "delay": "1s"} | politeness,
    }
    (folder / "sites" / f"{name}.yaml").write_text(json.dumps(made))


def status(folder: Path) -> Any:
    return json.loads(run_in_fork(folder, "status", "--json").stdout)


@pytest.mark.timeout(300)
def test_the_crawl_of_a_child_that_was_killed_is_closed_before_any_other_begins(
    tmp_path: Path, servers: tuple[Server, Server]
) -> None:
    server, _ = servers
    write_site(tmp_path, "slow", server.base)
    with daemon(tmp_path) as working:
        working.until(lambda: len(server.paths) > 2, what="nothing was asked")
        assert status(tmp_path)["last_crawl"]["is_running"]
        working.kill_crawl()
        working.until(lambda: working.events("dead_crawls_closed"), what="it was not closed")
        assert working.ask("select id, outcome from crawl") == [[1, "killed"]]
        assert status(tmp_path)["last_crawl"]["outcome"] == "killed"


@pytest.mark.timeout(300)
def test_a_crawl_under_way_leaves_a_site_that_is_paused_and_goes_on_with_the_others(
    tmp_path: Path, servers: tuple[Server, Server]
) -> None:
    server, other = servers
    write_site(tmp_path, "slow", server.base)
    write_site(tmp_path, "other", other.base)
    with daemon(tmp_path) as working:
        working.until(lambda: len(server.paths) > 2, what="nothing was asked")
        assert (
            run_in_fork(tmp_path, "sites", "pause", "slow", "--reason", "they asked").returncode
            == 0
        )
        parts = (
            "select crawl_site.outcome, crawl_site.error, crawl.finished_at from crawl_site"
            " join site on site.id = site_id join crawl on crawl.id = crawl_id where name = '{}'"
        )
        working.until(lambda: working.events("site_crawled"), what="the site was not left")
        assert working.ask(parts.format("slow")) == [["stopped", "it was paused", None]]
        assert working.ask(parts.format("other")) == [[None, None, None]]
        (told,) = working.events("site_crawled")
        assert (told["site"], told["outcome"]) == ("slow", "stopped")
        so_far = len(server.paths), len(other.paths)
        working.until(lambda: len(other.paths) > so_far[1] + 2, what="the other was left, too")
        assert len(server.paths) == so_far[0]
        (slow,) = (each for each in status(tmp_path)["sites"] if each["site"] == "slow")
        assert (slow["due_at"], slow["last_error"]) == (None, None)
        assert slow["due_link_count"] > 300
        assert len(working.ask("select id from crawl")) == 1


@pytest.mark.timeout(400)
def test_a_back_fill_comes_to_its_end_beside_the_daily_work(tmp_path: Path) -> None:
    newsroom = Newsroom(outlets=(GAZETTE, MERIDIAN), articles=16)
    newsroom.advance(timedelta(days=10))
    offset = newsroom.clock.now() - SystemClock().now().astimezone(UTC)
    (tmp_path / "morgue.yaml").write_text(
        "listen: off\nlog_format: json\ndelay_s: 0\nreading_processes: 1\n"
        f"clock_offset_s: {offset.total_seconds()}\n"
    )
    first = newsroom.start.astimezone(UTC).date() + timedelta(days=1)
    days = ("--from", first.isoformat(), "--to", (first + timedelta(days=3)).isoformat())
    with NewsroomServer(newsroom) as server:
        write_site_files(tmp_path / "sites", server)
        assert run_in_fork(tmp_path, "backfill", GAZETTE.name, *days, "--soon").returncode == 0
        with daemon(tmp_path) as working:
            working.until(
                lambda: working.ask("select state from backfill") == [["complete"]],
                what="the back-fill was not completed",
            )
    crawls = (
        "select crawl.started_at, crawl.finished_at, crawl.outcome from crawl_site part"
        " join crawl on crawl.id = part.crawl_id join site on site.id = part.site_id"
        " where site.name = '{}' and crawl.trigger = 'schedule' order by 1"
    )
    spans = working.ask(crawls.format(GAZETTE.name))
    assert len(spans) >= 2, "its daily work, and its past"
    assert all(before[1] <= after[0] for before, after in pairwise(spans))
    assert {span[2] for span in spans} == {"finished"}
    assert working.ask(crawls.format(MERIDIAN.name))
    audit = json.loads(run_in_fork(tmp_path, "audit", GAZETTE.name, *days, "--json").stdout)[
        "sites"
    ][0]
    assert sum(day["archived"] for day in audit["days"]) > 0
    assert audit["missing"] <= 1, "an outlet serves a consent wall in one page's place"
