"""`morgue article`: merging, splitting and undoing, as a person does it."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from config.clock import ManualClock
from db.archive import Archive
from morgue import cli
from morgue.cli.errors import ExitCode
from tests.contract.desk import Desk


class Person:
    """Somebody at the command line, with an archive of two articles that are one."""

    def __init__(self, folder: Path, archive_url: str) -> None:
        self._config = folder / "morgue.yaml"
        self._config.write_text(f"archive_url: '{archive_url}'\n")

    def does(self, *words: str) -> Result:
        return CliRunner().invoke(cli.morgue, ["--config", str(self._config), *words])

    def is_told(self, *words: str) -> Any:
        result = self.does(*words, "--json")
        assert result.exit_code == ExitCode.OK, result.output
        return json.loads(result.stdout)


@pytest.fixture
def person(tmp_path: Path, archive_url: str, clock: ManualClock) -> Person:
    with Archive.open(archive_url, clock=clock) as archive:
        desk = Desk(archive, clock)
        desk.see("a", "The ferry sails at nine.")
        desk.wait(hours=1)
        desk.see("b", "The ferry sails at ten.")
    return Person(tmp_path, archive_url)


def test_a_dry_run_says_what_it_would_come_to_and_does_nothing(person: Person) -> None:
    before = person.is_told("history", "1")
    result = person.does("article", "merge", "1", "2", "--dry-run")
    assert result.exit_code == ExitCode.OK, result.output
    assert "Nothing was done" in result.stdout
    assert "http://lantern.example/b" in result.stdout
    assert person.is_told("history", "1") == before
    assert person.does("article", "actions").exit_code == ExitCode.NOTHING


def history(person: Person, number: str) -> Any:
    """What is told of an article, but for the highest number that a revision of it was ever given."""
    return person.is_told("history", number) | {"revisions": None}


def test_a_merge_answers_for_both_numbers_and_urls_and_can_be_undone(person: Person) -> None:
    before = [history(person, number) for number in "12"]
    done = person.is_told(
        "article", "merge", "http://lantern.example/a", "2", "--reason", "one ferry"
    )
    by_number, by_url = (
        person.does("show", name, "--no-text") for name in ("2", "http://www.lantern.example/b")
    )
    assert "article 2 was merged into 1" in by_number.stderr
    assert "article 1," in by_number.stdout
    assert "article 1," in by_url.stdout
    (listed,) = person.is_told("article", "actions", "2")["actions"]
    assert (listed["kind"], listed["reason"], listed["other_id"]) == ("merge", "one ferry", 2)
    result = person.does("article", "undo", str(done["action_id"]))
    assert result.exit_code == ExitCode.OK, result.output
    assert [history(person, number) for number in "12"] == before
    assert "merged 2 into 1 (undone)" in person.does("article", "actions").stdout


def test_a_split_names_its_urls(person: Person) -> None:
    person.is_told("article", "merge", "1", "2")
    done = person.is_told("article", "split", "1", "http://lantern.example/b")
    assert done["urls"] == ["http://lantern.example/b"]
    assert person.is_told("show", "http://lantern.example/b")["article"] == done["other_id"]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("merge", "1", "1"), "cannot be merged with itself"),
        (("merge", "1", "9"), "the archive has no article 9"),
        (("split", "1", "http://lantern.example/a"), "leave it one of them"),
        (("split", "1", "http://lantern.example/z"), "is no URL of article 1"),
        (("split", "1", "nonsense"), "is no URL"),
        (("undo", "3"), "there is no action 3"),
    ],
)
def test_nonsense_is_refused_with_what_to_do(
    person: Person, words: tuple[str, ...], says: str
) -> None:
    result = person.does("article", *words)
    assert result.exit_code != ExitCode.OK
    assert says in result.stderr
    assert "Traceback" not in result.output
