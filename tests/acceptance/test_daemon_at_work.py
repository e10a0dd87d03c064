"""A real daemon and its real children: what becomes of crawls that are killed, paused or run beside others."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.daemons import daemon
from tests.acceptance.project import run
from tests.hostile.lying import Connection, Server, feed


@pytest.fixture
def server() -> Iterator[Server]:
    """Serves as many stories as anybody may want, each after a while."""

    def many(connection: Connection) -> None:
        body = feed(connection.base, *(f"/story-{number}" for number in range(400)))
        connection.answer(body, kind="application/rss+xml")

    serving = Server({"/feed.xml": many})
    yield serving
    serving.close()


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
    return json.loads(run(folder, "status", "--json").stdout)


@pytest.mark.timeout(300)
def test_the_crawl_of_a_child_that_was_killed_is_closed_before_any_other_begins(
    tmp_path: Path, server: Server
) -> None:
    write_site(tmp_path, "slow", server.base)
    with daemon(tmp_path) as working:
        working.until(lambda: len(server.paths) > 2, what="nothing was asked")
        assert status(tmp_path)["last_crawl"]["is_running"]
        working.kill_crawl()
        working.until(lambda: working.events("dead_crawls_closed"), what="it was not closed")
        assert working.ask("select id, outcome from crawl") == [[1, "killed"]]
        assert status(tmp_path)["last_crawl"]["outcome"] == "killed"
