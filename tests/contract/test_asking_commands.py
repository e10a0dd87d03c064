"""The two times of a question on the command line, and what is said of times that have no answer."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from config.clock import ManualClock
from db.archive import Archive
from db.asking.asof import NOW, AsOf
from morgue import cli
from morgue.cli.asof import asked, in_words
from morgue.cli.errors import ExitCode
from morgue.cli.moments import NO_END
from tests.contract.desk import Desk

THEN = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATER = datetime(2026, 3, 2, tzinfo=UTC)

Ask = Callable[..., Result]


@pytest.fixture
def ask(archive: Archive, archive_url: str, clock: ManualClock, tmp_path: Path) -> Ask:
    """Asks the archive of a desk that saw a text on Monday and another on Tuesday."""
    desk = Desk(archive, clock)
    desk.see("a", "Bread costs two pennies.", title="Bread")
    desk.wait(days=1)
    desk.see("a", "Bread costs three pennies.", title="Dear bread")
    config = tmp_path / "morgue.yaml"
    config.write_text(f"archive_url: {archive_url}\nsites_dir: {tmp_path}\n")
    return lambda *args: CliRunner().invoke(cli.morgue, ["--config", str(config), *args])


def told(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_one_option_stands_for_both_times_and_now_for_no_end(clock: ManualClock) -> None:
    both = [(None, None), (THEN, None), (THEN, NO_END), (THEN, LATER), (None, THEN)]
    found = [asked(clock, as_of=as_of, known_at=known_at) for as_of, known_at in both]
    assert found == [
        NOW,
        AsOf.moment(THEN),
        AsOf(said_at=THEN),
        AsOf(said_at=THEN, known_at=LATER),
        AsOf(known_at=THEN),
    ]
    assert [in_words(each) for each in found] == [
        "as of now",
        "as of 2026-03-01 12:00Z",
        "as of 2026-03-01 12:00Z, as known today",
        "as of 2026-03-01 12:00Z, as known at 2026-03-02 00:00Z",
        "as known at 2026-03-01 12:00Z",
    ]


def test_an_answer_of_a_time_that_is_not_over_says_so(
    clock: ManualClock, capsys: pytest.CaptureFixture[str]
) -> None:
    asked(clock, as_of=clock.now() + timedelta(days=1), known_at=None)
    assert "not over yet" in capsys.readouterr().err
    asked(clock, as_of=clock.now(), known_at=NO_END)
    assert capsys.readouterr().err == ""


def test_each_command_answers_as_of_a_moment(ask: Ask) -> None:
    then = ("--as-of", "2026-03-02")
    shown = told(ask("show", "1", "--json", *then))
    assert (shown["title"], shown["as_of"]) == ("Bread", "2026-03-02T23:59:59.999000Z")
    assert [r["title"] for r in told(ask("history", "1", "--json", *then))["history"]] == ["Bread"]
    assert told(ask("search", "pennies", "--json", *then))["hits"][0]["title"] == "Bread"
    assert ask("diff", "1", *then).exit_code == ExitCode.NOTHING
    assert told(ask("diff", "1", "--json"))["changed"][0] == "title"
    assert told(ask("show", "1", "--json", *then, "--known-at", "now"))["known_at"] is None
    assert ask("quarantine", *then).exit_code == ExitCode.NOTHING


def test_a_time_before_the_archive_or_the_article_is_refused_in_words(ask: Ask) -> None:
    before = ask("search", "pennies", "--as-of", "2025-01-01")
    assert before.exit_code == ExitCode.NOTHING
    assert "the archive began at 2026-03-02 09:00Z" in before.stderr
    assert "--until" in before.stderr
    ended = ask("show", "1", "--as-of", "2025-01-01")
    assert "the archive began at" in ended.stderr
    ended = ask("show", "1", "--as-of", "2026-03-02T08:59")
    assert ended.exit_code == ExitCode.NOTHING
    assert "the archive has no article 7" in ask("show", "7", "--as-of", "2026-03-02").stderr
