"""Sites paused, resumed and asked for on the command line."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from morgue import cli
from morgue.cli.errors import ExitCode

SITE = (
    "name: {name}\ntitle: Closed\nhome: http://127.0.0.1:9/\n"
    "politeness: {{allow_private_addresses: true}}\n"
)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with two sites of which nothing can be reached."""
    (tmp_path / "morgue.yaml").write_text("log_level: error\n")
    (tmp_path / "sites").mkdir()
    for name in ("courier", "meridian"):
        (tmp_path / "sites" / f"{name}.yaml").write_text(SITE.format(name=name))
    return tmp_path


def morgue(folder: Path, *words: str) -> Result:
    return CliRunner().invoke(cli.morgue, ["--config", str(folder / "morgue.yaml"), *words])


def test_a_site_is_paused_with_a_reason_and_resumed(project: Path) -> None:
    done = morgue(project, "sites", "pause", "courier", "--reason", "they rebuild it")
    assert (done.exit_code, done.stdout) == (0, "courier is paused.\n")
    again = morgue(project, "sites", "pause", "courier", "meridian", "--json")
    states = {state["site"]: state for state in json.loads(again.stdout)}
    assert not states["courier"]["is_changed"]
    assert states["courier"]["pause_reason"] == "they rebuild it"
    assert states["meridian"]["is_changed"]
    crawled = morgue(project, "crawl", "--due")
    assert crawled.stdout == "No site is due.\n"
    done = morgue(project, "sites", "resume", "courier")
    assert done.stdout == "courier is crawled by its schedule again.\n"
    rows = morgue(project, "sql", "--json", "select kind, reason from action order by id")
    kinds = [kind for kind, _ in json.loads(rows.stdout)["rows"]]
    assert kinds == ["pause", "pause", "resume"]


def test_a_site_is_asked_for_without_a_daemon(project: Path) -> None:
    asked = morgue(project, "sites", "ask", "meridian")
    assert asked.stdout == "meridian is crawled as soon as a daemon can.\n"
    assert morgue(project, "sites", "ask", "meridian").stdout == "meridian was asked for already.\n"


def test_status_says_what_is_paused_and_why(project: Path) -> None:
    morgue(project, "sites", "pause", "courier", "--reason", "they rebuild it")
    told = json.loads(morgue(project, "status", "--json").stdout)
    states = {site["site"]: (site["due_at"], site["pause_reason"]) for site in told["sites"]}
    assert states["courier"] == (None, "they rebuild it")
    assert states["meridian"][0] is not None
    (line,) = (
        line
        for line in morgue(project, "status").stdout.splitlines()
        if line.startswith("courier ")
    )
    assert "paused" in line
    assert line.endswith("ago: they rebuild it")


def test_a_paused_site_that_is_named_is_crawled_and_it_is_said(project: Path) -> None:
    from tests.acceptance.project import Project

    morgue(project, "sites", "pause", "courier", "--reason", "they rebuild it")
    said = Project(project).stderr("crawl", "courier")
    assert "courier is paused (they rebuild it): it is crawled now" in said


def test_a_name_that_is_no_sites_is_told_with_the_nearest_and_changes_nothing(
    project: Path,
) -> None:
    for command in ("pause", "resume", "ask"):
        wrong = morgue(project, "sites", command, "meridian", "couriers")
        assert wrong.exit_code == ExitCode.USAGE
        assert "couriers" in wrong.stderr
        assert "courier" in wrong.stderr.partition("couriers")[2]
    assert not (project / "archive.sqlite3").exists()
