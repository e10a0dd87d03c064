"""`morgue verify` and `morgue seal` as a person meets them."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import update

from config.clock import ManualClock
from db.archive import Archive
from db.models import Revision
from db.verify import Progress, Violation
from morgue import cli
from morgue.cli.errors import ExitCode
from morgue.cli.unfinished import Unfinished
from tests.contract.desk import Desk

ROOT = Path(__file__).parent.parent.parent


class Project:
    """A folder with settings, and its archive."""

    def __init__(self, folder: Path, clock: ManualClock) -> None:
        self.folder = folder
        self.clock = clock
        (folder / "morgue.yaml").write_text("archive_url: sqlite:///archive.sqlite3\n")
        (folder / "sites").mkdir()
        self.address = f"sqlite:///{folder}/archive.sqlite3"
        self.env = {"XDG_STATE_HOME": str(folder / "state")}
        with Archive.open(self.address, clock=clock) as archive:
            desk = Desk(archive, clock)
            for words in ("one", "two"):
                desk.see("a", words)
                desk.wait(minutes=1)

    def ask(self, *args: str) -> Result:
        config = str(self.folder / "morgue.yaml")
        return CliRunner(env=self.env).invoke(cli.morgue, ["--config", config, *args])

    def forge(self) -> None:
        with Archive.open(self.address, clock=self.clock) as archive, archive.write() as session:
            session.execute(update(Revision).values(section="forged"))


@pytest.fixture
def project(tmp_path: Path, clock: ManualClock) -> Iterator[Project]:
    return Project(tmp_path, clock)


def test_what_a_seal_prints_holds_the_archive_to_its_past(project: Project) -> None:
    sealed = project.ask("seal")
    assert "2 captures, 2 revisions, 2 visits sealed" in sealed.output
    head = sealed.output.splitlines()[-1].removeprefix("heads: ")
    assert "nothing new to seal" in project.ask("seal").output
    kept = project.ask("verify", "--against", head)
    assert (kept.exit_code, kept.output.splitlines()[-1]) == (0, f"heads: {head}")
    project.forge()
    broken = project.ask("verify", "--against", head, "--json")
    assert broken.exit_code == ExitCode.VIOLATED
    assert {each["promise"] for each in json.loads(broken.stdout)["violations"]} == {"seals"}


def test_a_head_of_another_archive_is_told(project: Project) -> None:
    project.ask("seal")
    result = project.ask("verify", "--against", f"visit:1:{'0' * 64}")
    assert result.exit_code == ExitCode.VIOLATED
    assert "no head over its first 1 rows" in result.output


def test_a_head_that_is_none_is_a_usage_error(project: Project) -> None:
    result = project.ask("verify", "--against", "yesterday")
    assert result.exit_code == ExitCode.USAGE
    assert "is no head" in result.output


def test_a_run_that_was_stopped_is_gone_on_with(project: Project) -> None:
    place = Unfinished(str(project.folder / "archive.sqlite3"), env=project.env)
    found = Violation("captures", "capture 1", "found before")
    place.hear(Progress("profiles_named", 1, 2, (found,)))
    place.keep()
    result = project.ask("verify", "--resume")
    assert result.exit_code == ExitCode.VIOLATED
    assert "capture 1: found before" in result.output
    assert not place.path.exists()
    assert "no run to go on with" in project.ask("verify", "--resume").output


def test_a_run_of_another_release_is_not_gone_on_with(project: Project) -> None:
    place = Unfinished(str(project.folder / "archive.sqlite3"), env=project.env)
    place.hear(Progress("an older promise", 1, 2))
    place.keep()
    result = project.ask("verify", "--resume")
    assert result.exit_code == ExitCode.USAGE
    assert "another release" in result.output


def test_an_archive_that_may_only_be_read_is_checked(project: Project) -> None:
    project.ask("seal")
    for path in project.folder.glob("archive.sqlite3*"):
        path.chmod(0o444)
    assert project.ask("verify").exit_code == 0


def test_an_archive_is_copied_and_checked(project: Project) -> None:
    project.ask("seal")
    target = f"sqlite:///{project.folder}/copy.sqlite3"
    packs = f"files:{project.folder}/packs"
    copied = project.ask("copy", project.address, target, "--target-captures", packs, "--json")
    assert copied.exit_code == 0, copied.output
    told = json.loads(copied.stdout)
    assert told["rows"]["revision"] == 2
    assert (told["violations"], told["bodies_lost"], told["resumed"]) == ([], 0, False)
    again = project.ask("copy", project.address, target)
    assert again.exit_code == ExitCode.ARCHIVE
    assert "is not empty" in again.output


def test_a_copy_that_cannot_be_is_told_in_words(project: Project) -> None:
    for words, *args in (
        ("same archive", project.address, project.address),
        ("there is no archive", "sqlite:///missing.sqlite3", "sqlite:///target.sqlite3"),
        (
            "there is no capture store",
            project.address,
            "sqlite:///x.sqlite3",
            "--target-captures=x",
        ),
    ):
        result = project.ask("copy", *args)
        assert result.exit_code != 0
        assert words in result.output
        assert "Traceback" not in result.output


def test_nothing_is_pruned_before_it_was_told_and_confirmed(project: Project) -> None:
    with Archive.open(project.address, clock=project.clock) as archive:
        Desk(archive, project.clock).see("a", "two", body=b"<p>the same text in other bytes" * 9)
    told = project.ask("prune", "--before", "2026-12-01")
    assert told.exit_code == 0, told.output
    assert "would remove 1 bodies of 1 captures" in told.output
    assert "--yes does it" in told.output
    done = project.ask("prune", "--before", "2026-12-01", "--reason", "room", "--yes", "--vacuum")
    assert done.exit_code == 0, done.output
    assert "removed 1 of 1 bodies" in done.output
    checked = project.ask("verify")
    assert checked.exit_code == 0
    assert "1 bodies were removed by hand" in checked.output
    assert project.ask("prune", "--before", "2026-12-01", "--yes").exit_code == ExitCode.NOTHING


def test_pruning_needs_to_be_told_what(project: Project) -> None:
    result = project.ask("prune", "--yes")
    assert result.exit_code == ExitCode.USAGE
    assert "Give --site, --before or --quarantined" in result.output
    assert "no site beakon" in project.ask("prune", "--site", "beakon").output
    told = json.loads(project.ask("prune", "--site", "lantern", "--with-proofs", "--json").stdout)
    assert (told["selected"]["revisions_unproven"], told["pruned"]) == (2, None)


def test_a_row_is_proven_to_who_has_no_archive(project: Project, tmp_path: Path) -> None:
    early = project.ask("seal", "--json")
    head = json.loads(early.stdout)["heads"]
    with Archive.open(project.address, clock=project.clock) as archive:
        Desk(archive, project.clock).see("a", "three")
    project.ask("seal")
    proof = tmp_path / "proof.json"
    rows = [project.ask("prove", "revision", "2").stdout, project.ask("prove", "past", head).stdout]
    proof.write_text("".join(rows))
    assert len(proof.read_text().splitlines()) == 4
    checked = project.ask("prove", "check", str(proof))
    assert checked.exit_code == 0, checked.output
    assert '"two"' in checked.output
    assert "is row 2 under revision:3:" in checked.output
    assert "is a part of visit:3:" in checked.output
    proof.write_text(proof.read_text().replace('\\"two\\"', '\\"forged\\"'))
    assert project.ask("prove", "check", str(proof)).exit_code == ExitCode.VIOLATED
    assert "holds" in project.ask("prove", "check", str(proof), "--json").output


def test_what_cannot_be_proven_is_told(project: Project, tmp_path: Path) -> None:
    assert "is not sealed" in project.ask("prove", "revision", "2").output
    project.ask("seal")
    assert "never had the head" in project.ask("prove", "past", f"visit:1:{'0' * 64}").output
    assert "no number" in project.ask("prove", "visit", "x").output
    project.forge()
    assert "`morgue verify` names" in project.ask("prove", "revision", "2").output
    (tmp_path / "no.json").write_text("[]")
    assert "has no proof" in project.ask("prove", "check", str(tmp_path / "no.json")).output
    (tmp_path / "no.json").write_text('{"head": 1, "proves": "row", "path": []}')
    assert project.ask("prove", "check", str(tmp_path / "no.json")).exit_code == ExitCode.VIOLATED


def test_an_archive_that_is_not_there_is_not_made(project: Project) -> None:
    for path in project.folder.glob("archive.sqlite3*"):
        path.unlink()
    for command in (
        ["seal"],
        ["prune", "--quarantined", "--yes"],
        ["verify"],
        ["prove", "visit", "1"],
    ):
        result = project.ask(*command)
        assert result.exit_code == ExitCode.ARCHIVE
        assert "there is no archive" in result.output
    assert list(project.folder.glob("archive.sqlite3*")) == []


def test_a_check_that_is_killed_is_gone_on_with(project: Project) -> None:
    project.ask("seal")
    project.forge()
    config = ["--config", str(project.folder / "morgue.yaml")]
    child = [sys.executable, "-m", "tests.acceptance.verify_child", "10", *config, "verify"]
    killed = subprocess.run(child, check=False, cwd=ROOT, env=os.environ | project.env)
    assert killed.returncode == -9
    place = Unfinished(str(project.folder / "archive.sqlite3"), env=project.env)
    assert place.load() is not None
    resumed = project.ask("verify", "--resume")
    assert resumed.exit_code == ExitCode.VIOLATED
    assert resumed.output == project.ask("verify").output
