"""Real crawls of a newsroom whose pages are never looked at again by age: what its feed drops is looked at all the same."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from config.clock import SystemClock
from morgue import cli
from morgue.demo.newsroom import COURIER, Newsroom, NewsroomServer, write_site_files
from morgue.demo.newsroom.lives import Kind
from tests.acceptance.project import run_in_fork

HOURS = (1, 4.5, 6, 6.5, 40, 70)
LEAVES = frozenset({Kind.WITHDRAWN, Kind.LOST, Kind.MISSED, Kind.SENT_HOME, Kind.MOVED})


class Desk:
    """A project folder and the newsroom that it crawls."""

    def __init__(self, folder: Path, server: NewsroomServer) -> None:
        self.folder, self.server, self.newsroom = folder, server, server.newsroom
        self.left: list[
            set[str]
        ] = []  # before each crawl, since the one before: what left the feed
        self.asked: list[set[str]] = []  # in each crawl: known pages
        self.removals: list[dict[str, Any]] = []  # after each crawl, by role

    def offset(self) -> dict[str, str]:
        offset = self.newsroom.clock.now() - SystemClock().now()
        return {"MORGUE_CLOCK_OFFSET_S": str(offset.total_seconds())}

    def crawl(self, *, hours: float) -> None:
        """Crawl at this hour of the newsroom."""
        known = self.paths()
        events = self.newsroom.advance(
            self.newsroom.start + timedelta(hours=hours) - self.newsroom.clock.now()
        )
        self.left.append({event.article_id for event in events if event.kind in LEAVES})
        self.server.forget_requests()
        done = run_in_fork(self.folder, "crawl", "--json", **self.offset())
        assert done.returncode == 0, done.stderr
        asked = {target for _, target, _ in self.server.requests} & set(known)
        self.asked.append({known[target] for target in asked})
        roles = ("withdrawn", "lost")
        self.removals.append({role: self.history(role)["removals"] for role in roles})

    def paths(self) -> dict[str, str]:
        """The addresses at which articles are known now, and their articles; not of one that is yet to be read."""
        now = self.newsroom.clock.now()
        return {
            self.newsroom.state(article, now).path: article.id
            for article in self.newsroom.articles(at=now)
            if article.role != "walled_at_first"
        }

    def ask(self, *words: str) -> str:
        config = str(self.folder / "morgue.yaml")
        result = CliRunner(env=self.offset()).invoke(cli.morgue, ["--config", config, *words])
        assert result.exit_code == 0, result.output
        return result.stdout

    def history(self, role: str) -> Any:
        return json.loads(self.ask("history", self.url(role), "--json"))

    def url(self, role: str) -> str:
        return str(self.newsroom.truth(self.newsroom.role(role).id, self.newsroom.start)["url"])


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("desk")
    (folder / "morgue.yaml").write_text(
        "delay_s: 0\nconcurrent_per_host: 4\nlog_level: warning\nreading_processes: 1\n"
    )
    start = SystemClock().now().replace(second=0, microsecond=0) - timedelta(hours=HOURS[-1])
    newsroom = Newsroom(start=start, outlets=(COURIER,), articles=40, future=timedelta(hours=60))
    with NewsroomServer(newsroom) as server:
        (written,) = write_site_files(folder / "sites", server)
        lines = written.read_text().splitlines()
        never = ["  revisit: {1m: 1m}" if "revisit:" in line else line for line in lines]
        written.write_text("\n".join(never))
        desk = Desk(folder, server)
        for hours in HOURS:
            desk.crawl(hours=hours)
        yield desk


def test_what_leaves_the_feed_is_looked_at_in_the_same_crawl_and_nothing_else(desk: Desk) -> None:
    assert desk.left[1] >= {desk.newsroom.role(role).id for role in ("withdrawn", "moved")}
    assert desk.asked[1] == desk.left[1]
    assert desk.asked[2] == desk.left[2] == {desk.newsroom.role("lost").id}
    assert desk.asked[3] == desk.left[3] == set()


def test_a_page_that_says_it_was_removed_is_believed_at_once(desk: Desk) -> None:
    (removal,) = desk.removals[1]["withdrawn"]
    assert removal["evidence"] == "410"
    assert removal["confirmed_at"] is not None


def test_a_miss_is_a_suspicion_at_most_until_looks_confirm_it(desk: Desk) -> None:
    assert desk.removals[1]["lost"] == []
    (removal,) = desk.removals[2]["lost"]
    assert (removal["evidence"], removal["confirmed_at"]) == ("404", None)
    (removal,) = desk.removals[-1]["lost"]
    assert removal["confirmed_at"] is not None


def test_a_page_that_moved_is_no_removal(desk: Desk) -> None:
    told = desk.history("moved")
    assert (told["removals"], told["gone_at"]) == ([], None)


def test_why_names_the_miss(desk: Desk) -> None:
    assert "missed:     in its source since" in desk.ask("why", desk.url("withdrawn"))
    assert "missed" not in desk.ask("why", desk.url("edited"))


def test_an_archive_of_missed_links_is_sound(desk: Desk) -> None:
    desk.ask("verify")
