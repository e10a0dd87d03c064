"""`morgue edits`, and the edits in `morgue history` and `morgue diff`, as a person meets them."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from config.clock import ManualClock
from db.archive import Archive
from morgue import cli
from morgue.cli.errors import ExitCode
from tests.contract.desk import Desk

OLD = "At least 12 people came to the harbour. The boats left at noon.\nIt rained later in the day."
NEW = "It rained later in the day.\nAt least 14 people came to the harbour. The boats left at noon."
NOTED = NEW.replace("at noon", "at 2 in the afternoon") + "\nCorrection: the boats left at 2."


class Project:
    """A folder with settings, and an archive in which one article was edited twice."""

    def __init__(self, folder: Path, clock: ManualClock) -> None:
        self.config = folder / "morgue.yaml"
        self.config.write_text("archive_url: sqlite:///archive.sqlite3\n")
        (folder / "sites").mkdir()
        self.address = f"sqlite:///{folder}/archive.sqlite3"
        with Archive.open(self.address, clock=clock) as archive:
            desk = Desk(archive, clock)
            for words in (OLD, NEW, NOTED):
                desk.see("a", words)
                desk.wait(days=1)

    def ask(self, *args: str) -> Result:
        return CliRunner().invoke(cli.morgue, ["--config", str(self.config), *args])

    def told(self, *args: str) -> Any:
        return json.loads(self.ask(*args, "--json").stdout)


@pytest.fixture
def project(tmp_path: Path, clock: ManualClock) -> Project:
    return Project(tmp_path, clock)


def test_history_says_what_was_edited_though_nothing_was_compared_before(project: Project) -> None:
    shown = project.ask("history", "1").output
    assert "1 sentence edited, 1 moved (8 words); 1 number replaced SILENTLY" in shown
    assert "1 note added" in shown
    listed = project.ask("history", "1", "--edits").output
    assert "revision 1 to 2\n  1 sentence edited (2 words)\n" in listed
    made = project.told("history", "1")["history"]
    assert made[0]["edits"] == []
    assert {"kind": "number", "op": "edit", "count": 1, "size": 2, "is_silent": True} in made[1][
        "edits"
    ]
    assert not any(edit["is_silent"] for edit in made[2]["edits"])


def test_edits_of_the_archive_are_listed_once_they_are_compared(project: Project) -> None:
    before = project.ask("edits")
    assert before.exit_code == ExitCode.NOTHING
    assert "`morgue edits --compare`" in before.stderr
    listed = project.ask("edits", "--compare")
    assert listed.exit_code == 0
    assert "2 revisions compared" in listed.stderr
    assert "1 number replaced SILENTLY" in listed.stdout
    silent = project.told("edits", "lantern", "--silent")
    assert silent["waiting"] == 0
    assert [(edit["old"], edit["new"], edit["kind"]) for edit in silent["edits"]] == [
        (1, 2, "number")
    ]
    corrections = project.told("edits", "--kind", "correction", "--kind", "quote")["edits"]
    assert [(edit["new"], edit["op"]) for edit in corrections] == [(3, "add")]
    assert project.told("edits", "--as-of", "2026-03-02T12:00")["edits"] == []
    assert project.ask("edits", "beacon").exit_code == ExitCode.NOTHING
    assert project.ask("edits", "--kind", "colour").exit_code == 2


def test_a_difference_is_told_sentence_by_sentence(project: Project) -> None:
    shown = project.ask("diff", "1", "1", "2", "--sentences").output
    assert ">  It rained later in the day." in shown
    assert "~  At least [-12-]{+14+} people came to the harbour." in shown
    assert "… 1 sentence unchanged" in shown
    told = project.told("diff", "1", "1", "2", "--sentences")
    assert [sentence["ops"] for sentence in told["sentences"]] == [["move"], ["edit"], ["equal"]]
    assert {"body", "number"} == {edit["kind"] for edit in told["edits"]}
    assert "sentences" not in project.told("diff", "1", "1", "2")


def see_with(desk: Desk, caption: str, words: str = OLD, **more: Any) -> None:
    """Look at a page whose picture has this caption."""
    link = desk.link("b")
    entry = desk.entry(link, words, article=link.article_id)
    assert entry.extraction is not None
    content = {"title": "A headline", "text": words, "captions": [caption, "The mill."], **more}
    read = replace(entry.extraction, content=json.dumps(content).encode())
    desk.archive_all(replace(entry, extraction=read))
    desk.wait(hours=1)


def test_a_caption_that_is_changed_alone_is_told_and_is_no_revision(
    project: Project, clock: ManualClock
) -> None:
    with Archive.open(project.address, clock=clock) as archive:
        desk = Desk(archive, clock)
        see_with(desk, "The harbour at noon.")
        start = clock.now()
        see_with(desk, "The harbour at dawn.")
        see_with(desk, "The harbour at dawn.", tags=["harbour"])
        desk.see_again("b")
        see_with(desk, "The harbour at dusk.", words=NEW)
        number = desk.link("b").article_id
    listed = project.ask("history", str(number), "--edits").output
    assert "under revision 1, changed" in listed
    assert "  1 caption edited (2 words)" in listed.partition("under revision 1")[2]
    first, second = project.told("history", str(number))["history"]
    (alone,) = first["captions"]
    assert alone["first_seen_at"] == start.isoformat().replace("+00:00", "Z")
    assert [(edit["kind"], edit["op"]) for edit in alone["edits"]] == [("caption", "edit")]
    assert second["captions"] == []
    assert "caption" in {edit["kind"] for edit in second["edits"]}, "beside an edit it is one"
