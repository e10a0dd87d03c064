import gzip
import json
import re
import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import example, given, settings
from hypothesis import strategies as st

from morgue import cli
from morgue.cli import cases
from morgue.cli.errors import ExitCode
from pipeline.reading import Block, Image, Reading, Reason, StatedMoment, Verdict

SITE = """
name: dunnock
title: The Dunnock
home: https://dunnock.example/
language: en
sources: [{feed: https://dunnock.example/rss.xml}]
extract:
  - valid_until: 2020-12-31
    title: h3.ancient
  - title: [h1.none, h2.top]
    body: div.words
    remove: [p.ad, p.nowhere]
    remove_text: ['^Read more', '^Never there']
"""
PAGE = """<!doctype html><html lang="en"><head><title>Wrong</title></head><body>
<h2 class="top">Ferry timetable is cut in half</h2>
<div class="words">
<p>The ferry between Larkhaven and Dunnock Point will run every second hour from Monday, its owner said.</p>
<p class="ad">Buy the boat</p>
<p>Fishermen who sell their catch on the other side called the decision a mistake that will cost them dearly.</p>
<p>Read more: what the council thinks of it</p>
<p>The council will hear them on Thursday in the old customs house, where the first timetable was signed.</p>
</div></body></html>"""
URL = "https://dunnock.example/ferry"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project folder with a site and a saved page of it."""
    for name in ("MORGUE_CONFIG", "MORGUE_CONTACT", "MORGUE_SITES_DIR", "MORGUE_ARCHIVE_URL"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "sites").mkdir()
    (tmp_path / "morgue.yaml").write_text("")
    (tmp_path / "sites" / "dunnock.yaml").write_text(SITE)
    (tmp_path / "page.html").write_text(PAGE)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*args: str, **kwargs: Any) -> Result:
    return CliRunner().invoke(cli.morgue, args, **kwargs)


def saved(*more: str) -> Result:
    return run("sites", "try", "page.html", "--url", URL, "--save", "sites/dunnock.cases/a", *more)


def test_every_field_is_shown_with_its_reader(folder: Path) -> None:
    told = json.loads(run("sites", "try", "page.html", "--url", URL, "--json").stdout)
    assert (told["site"], told["verdict"]) == ("dunnock", "believed")
    assert told["fields"]["title"] == {
        "value": "Ferry timetable is cut in half",
        "reader": "rules",
        "certainty": "stated",
    }
    assert told["fields"]["text"]["reader"] == "rules"
    assert {"authors", "published", "images", "is_paywalled"} <= set(told["fields"])
    assert {"text": "Read more: what the council thinks of it", "why": "rule"} in told["removed"]


def test_each_rule_says_what_it_came_to(folder: Path) -> None:
    told = json.loads(run("sites", "try", "page.html", "--url", URL, "--json").stdout)
    came_to = {(rule["field"], rule["selector"]): rule for rule in told["rules"]}
    assert came_to["title", "h1.none"]["found"] == []
    assert came_to["title", "h2.top"]["is_used"]
    assert came_to["remove", "p.ad"]["found"] == ["Buy the boat"]
    assert came_to["remove", "p.nowhere"]["found"] == []
    assert came_to["remove_text", "regex ^Read more"]["is_used"]
    assert not came_to["remove_text", "regex ^Never there"]["is_used"]
    assert {rule["rules"] for rule in told["rules"]} == {"for ever"}


def test_the_rules_are_those_of_the_day_on_which_the_page_was_fetched(folder: Path) -> None:
    args = ("sites", "try", "page.html", "--url", URL, "--fetched-at", "2020-05-01", "--json")
    told = json.loads(run(*args).stdout)
    assert [(rule["rules"], rule["selector"]) for rule in told["rules"]] == [
        ("until 2020-12-31", "h3.ancient")
    ]


def test_a_person_is_told_in_tables(folder: Path) -> None:
    result = run("sites", "try", "page.html", "--url", URL)
    assert result.exit_code == 0, result.output
    assert "verdict:  believed" in result.stdout
    assert re.search(r"title +rules +stated +Ferry timetable is cut in half", result.stdout)
    assert "found nothing" in result.stdout
    assert result.stdout.rstrip().endswith("where the first timetable was signed.")


def test_a_page_that_is_not_believed_ends_with_1_and_the_reason(folder: Path) -> None:
    (folder / "page.html").write_bytes(b"%PDF-1.4 no page")
    result = run("sites", "try", "page.html", "--url", URL)
    assert result.exit_code == ExitCode.NOTHING
    assert "quarantined (not_html" in result.stdout


@pytest.mark.parametrize(
    "args",
    [
        ("page.html",),
        ("gone.html", "--url", URL),
        ("page.html", "--url", "dunnock"),
        ("page.html", "--url", URL, "--site", "nobody"),
        ("https://stranger.example/story",),
    ],
)
def test_what_cannot_be_tried_is_told(folder: Path, args: tuple[str, ...]) -> None:
    result = run("sites", "try", *args)
    assert result.exit_code == ExitCode.USAGE
    assert result.stderr.startswith("morgue: ")


def test_a_saved_case_is_checked_and_in_order(folder: Path) -> None:
    assert saved().exit_code == 0
    case = folder / "sites" / "dunnock.cases" / "a"
    assert gzip.decompress((case / "page.html.gz").read_bytes()) == PAGE.encode()
    result = run("sites", "check")
    assert result.exit_code == 0, result.output
    assert result.stdout.endswith("1 saved page read as expected\n")
    assert run("sites", "check", "sites/dunnock.yaml").stdout == result.stdout


def test_each_field_that_is_read_otherwise_is_one_line_with_its_place(folder: Path) -> None:
    saved()
    facts = folder / "sites" / "dunnock.cases" / "a" / "case.yaml"
    text = (
        facts.read_text().replace("cut in half", "doubled").replace("Fishermen who", "Divers who")
    )
    facts.write_text(text.replace("authors: []", "authors: [Ada Lund]"))
    result = run("sites", "check")
    assert result.exit_code == ExitCode.NOTHING
    lines = [line.partition("case.yaml:")[2] for line in result.stdout.splitlines()[:-2]]
    assert len(lines) == 3
    assert ': expected.title: expected "Ferry timetable is doubled", read "Ferry time' in lines[0]
    assert "(by rules)" in lines[0]
    assert ": expected.authors: expected ['Ada Lund'], read nothing" in lines[1]
    assert ': expected.text: line 2: expected "Divers who' in lines[2]
    told = json.loads(run("sites", "check", "--json").stdout)
    assert [problem["where"] for problem in told["problems"]] == [
        "expected.title",
        "expected.authors",
        "expected.text",
    ]


def test_a_field_that_is_left_out_may_be_anything(folder: Path) -> None:
    saved()
    facts = folder / "sites" / "dunnock.cases" / "a" / "case.yaml"
    facts.write_text(
        f"url: {URL}\nfetched_at: 2026-01-01\nexpected: {{title: Ferry timetable is cut in half}}\n"
    )
    assert run("sites", "check").exit_code == 0


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is no case"),
        ("url: x\nfetched_at: 2026-01-01\nexpected: {title: x}\n", "there is no URL"),
        (f"url: {URL}\nfetched_at: soon\nexpected: {{title: x}}\n", "is no moment"),
        (f"url: {URL}\nfetched_at: 2026-01-01\n", "no field is expected"),
        (f"url: {URL}\nfetched_at: 2026-01-01\nexpected: {{tilte: x}}\n", "no field tilte"),
        (f"url: {URL}\nfetched_at: 2026-01-01\nexpected: {{title: x}}\nmood: y\n", "unknown key"),
        ("url: [\n", "bracket"),
    ],
)
def test_a_mistake_in_a_case_is_told_with_its_file(folder: Path, text: str, words: str) -> None:
    saved()
    (folder / "sites" / "dunnock.cases" / "a" / "case.yaml").write_text(text)
    result = run("sites", "check")
    assert result.exit_code == ExitCode.NOTHING
    assert words in result.stdout
    assert "case.yaml" in result.stdout


def test_a_case_without_its_page_is_told(folder: Path) -> None:
    saved()
    (folder / "sites" / "dunnock.cases" / "a" / "page.html.gz").unlink()
    assert "there is no page.html.gz beside it" in run("sites", "check").stdout


def test_a_case_is_tried_again_and_its_expectation_written_anew(folder: Path) -> None:
    saved()
    case = folder / "sites" / "dunnock.cases" / "a"
    site = folder / "sites" / "dunnock.yaml"
    site.write_text(SITE.replace("h2.top", "title"))
    assert run("sites", "check").exit_code == ExitCode.NOTHING
    assert run("sites", "try", str(case), "--save", str(case)).exit_code == 0
    assert run("sites", "check").exit_code == 0
    assert "title: Wrong" in (case / "case.yaml").read_text()


def test_another_page_is_not_saved_over_a_case(folder: Path) -> None:
    saved()
    (folder / "page.html").write_text(PAGE.replace("Ferry", "Boat"))
    result = saved()
    assert result.exit_code == ExitCode.USAGE
    assert "holds another page already" in result.stderr
    shutil.rmtree(folder / "sites" / "dunnock.cases")
    (folder / "sites" / "dunnock.cases" / "a").mkdir(parents=True)
    (folder / "sites" / "dunnock.cases" / "a" / "diary.txt").write_text("mine")
    assert saved().exit_code == ExitCode.USAGE


def test_a_case_somewhere_else_is_saved_with_a_word_on_where_it_would_be_found(
    folder: Path,
) -> None:
    result = run("sites", "try", "page.html", "--url", URL, "--save", "elsewhere")
    assert (folder / "elsewhere" / "case.yaml").is_file()
    assert "dunnock.cases" in result.stderr


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


@settings(max_examples=60)
@example(title="\x85", lines=["a\rb", "\u2028"], names=["~", "no", "\n"])
@given(title=TEXT, lines=st.lists(TEXT, max_size=4), names=st.lists(TEXT, max_size=3))
def test_what_is_saved_is_what_is_expected(
    tmp_path_factory: pytest.TempPathFactory, title: str, lines: list[str], names: list[str]
) -> None:
    reading = Reading(
        url=URL,
        verdict=Verdict.QUARANTINED,
        reason=Reason.LOGIN,
        title=title,
        blocks=tuple(Block("paragraph", line) for line in lines),
        authors=tuple(names),
        images=(Image(f"{URL}.png"),),
        published=StatedMoment(datetime(2026, 3, 2, 9, tzinfo=UTC)),
        is_live=True,
    )
    folder = tmp_path_factory.mktemp("case")
    facts: dict[str, Any] = {"url": URL, "fetched_at": datetime(2026, 3, 2, tzinfo=UTC)}
    cases.save(folder, body=b"<p>", content_type="text/html", reading=reading, **facts)
    case = cases.read_case(folder)
    assert cases.differences(case, reading) == []
    assert (case.url, case.fetched_at) == (facts["url"], facts["fetched_at"])
    other = replace(reading, is_live=False, reason=Reason.CONSENT)
    assert [problem.where for problem in cases.differences(case, other)] == [
        "expected.reason",
        "expected.is_live",
    ]
