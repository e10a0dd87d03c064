"""Real crawls of a newsroom that tests a headline against another, and removes articles and puts them back."""

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
from morgue.demo.newsroom.outlets import MERIDIAN
from tests.acceptance.project import run_in_fork

HOURS = (1, 8, 33, 58, 85)
"""When it is crawled: before anything is removed; three times over two days; when it is there again."""


class Desk:
    """A project folder and the newsroom that it crawls."""

    def __init__(self, folder: Path, newsroom: Newsroom) -> None:
        self.folder = folder
        self.newsroom = newsroom
        self.told: list[dict[str, Any]] = []  # after each crawl, by role: what `history` says

    def offset(self) -> dict[str, str]:
        """Morgue's clock at the newsroom's time."""
        offset = self.newsroom.clock.now() - SystemClock().now()
        return {"MORGUE_CLOCK_OFFSET_S": str(offset.total_seconds())}

    def crawl(self) -> None:
        done = run_in_fork(self.folder, "crawl", "--json", **self.offset())
        assert done.returncode == 0, done.stderr

    def ask(self, *words: str) -> str:
        config = str(self.folder / "morgue.yaml")
        result = CliRunner(env=self.offset()).invoke(cli.morgue, ["--config", config, *words])
        assert result.exit_code == 0, result.output
        return result.stdout

    def url(self, role: str) -> str:
        return str(self.newsroom.truth(self.newsroom.role(role).id)["url"])

    def history(self, role: str) -> Any:
        return json.loads(self.ask("history", self.url(role), "--json"))


ROLES = ("split", "withdrawn", "restored", "missed", "sent_home")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("desk")
    (folder / "morgue.yaml").write_text(
        "delay_s: 0\nconcurrent_per_host: 4\nlog_level: warning\nreading_processes: 1\n"
    )
    start = SystemClock().now().replace(second=0, microsecond=0) - timedelta(hours=HOURS[-1])
    newsroom = Newsroom(start=start, outlets=(COURIER, MERIDIAN), articles=26)
    with NewsroomServer(newsroom) as server:
        write_site_files(folder / "sites", server)
        desk = Desk(folder, newsroom)
        for hours in HOURS:
            newsroom.advance(start + timedelta(hours=hours) - newsroom.clock.now())
            desk.crawl()
            desk.told.append({role: desk.history(role) for role in ROLES})
        yield desk


def test_a_headline_that_is_tested_is_two_revisions_and_one_set(desk: Desk) -> None:
    told = desk.told[-1]["split"]
    assert [revision["revision"] for revision in told["history"]] == [1, 2]
    (variants,) = told["variants"]
    assert [member["revision"] for member in variants["members"]] == [1, 2]
    assert variants["to_at"] is None
    assert told["looks"] == {"new": 1, "revised": 1, "variant": 2, "same_text": 1}
    shown = desk.ask("history", desk.url("split"))
    assert "Side by side" in shown
    truth = desk.newsroom.truth(desk.newsroom.role("split").id)
    assert {member["title"] for member in variants["members"]} == {
        truth["title"],
        *truth["variants"],
    }
    assert "side by side since" in desk.ask("show", desk.url("split"), "--no-text")


@pytest.mark.parametrize(
    ("role", "evidence", "believed"),
    [
        ("withdrawn", "410", [False, True, True, True, True]),
        ("restored", "404", [False, False, False, True, False]),
        ("missed", "soft 404", [False, False, False, True, True]),
        ("sent_home", "front page", [False, False, False, True, False]),
    ],
)
def test_a_removal_is_believed_on_its_evidence_and_ends_with_the_text(
    desk: Desk, role: str, evidence: str, believed: list[bool]
) -> None:
    assert [told[role]["gone_at"] is not None for told in desk.told] == believed
    (removal,) = desk.told[-1][role]["removals"]
    assert removal["evidence"] == evidence
    assert (removal["returned_at"] is not None) is not believed[-1]
    assert [len(told[role]["removals"]) for told in desk.told] == [0, 1, 1, 1, 1]
    assert len(desk.told[-1][role]["history"]) == 1


def test_what_was_gone_then_is_told_as_of_then(desk: Desk) -> None:
    then = (desk.newsroom.start + timedelta(hours=60)).isoformat()
    told = json.loads(desk.ask("show", desk.url("restored"), "--as-of", then, "--json"))
    assert told["gone_at"] == desk.told[3]["restored"]["gone_at"]
    assert "Gone" in desk.ask("history", desk.url("restored"))


def test_an_archive_of_variants_and_removals_is_sound(desk: Desk) -> None:
    desk.ask("verify")
