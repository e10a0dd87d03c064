import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from config.settings import BUNDLED_SITES
from morgue import cli
from morgue.cli.errors import ExitCode

SITE = """
name: dunnock
title: The Dunnock
home: https://dunnock.example/
language: en
sources: [{feed: https://dunnock.example/rss.xml}]
schedule: {every: 30m}
extract:
  - title: h2.top
    body: div.words
"""
PAGE = """<!doctype html><html lang="en"><head><title>Wrong</title></head><body>
<h2 class="top">Ferry timetable is cut in half</h2>
<div class="words">
<p>The ferry between Larkhaven and Dunnock Point will run every second hour from Monday, its owner said.</p>
<p>Fishermen who sell their catch on the other side called the decision a mistake that will cost them dearly.</p>
<p>The council will hear them on Thursday in the old customs house, where the first timetable was signed.</p>
</div></body></html>"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project folder, with no setting from outside."""
    for name in ("MORGUE_CONFIG", "MORGUE_CONTACT", "MORGUE_SITES_DIR", "MORGUE_ARCHIVE_URL"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "sites").mkdir()
    (tmp_path / "morgue.yaml").write_text("contact: desk@dunnock.example\n")
    (tmp_path / "sites" / "dunnock.yaml").write_text(SITE)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*args: str, **kwargs: Any) -> Result:
    return CliRunner().invoke(cli.morgue, args, **kwargs)


def test_sites_are_listed(folder: Path) -> None:
    result = run("sites", "list")
    assert result.exit_code == 0
    assert "dunnock  The Dunnock  every 30 min" in result.output


def test_sites_are_listed_as_json(folder: Path) -> None:
    (site,) = json.loads(run("sites", "list", "--json").output)
    assert site["name"] == "dunnock"
    assert site["sources"] == [{"kind": "feed", "url": "https://dunnock.example/rss.xml"}]
    assert site["has_rules"] is True


def test_a_site_is_shown_with_its_defaults(folder: Path) -> None:
    assert "robots: obey" in run("sites", "show", "dunnock").output
    assert json.loads(run("sites", "show", "dunnock", "--json").output)["language"] == "en"


def test_an_unknown_site_is_a_failure_that_suggests_the_known_one(folder: Path) -> None:
    result = run("sites", "show", "dunock")
    assert result.exit_code == ExitCode.USAGE
    assert "dunnock" in result.stderr
    assert "Traceback" not in result.output


def test_sites_in_order_are_said_to_be(folder: Path) -> None:
    assert run("sites", "check").output == "1 site file is in order: dunnock\n"


def test_every_mistake_of_every_file_is_said_with_its_place(folder: Path) -> None:
    for name in ("one", "two"):
        (folder / f"{name}.yaml").write_text(f"name: {name}\ntitel: x\nhome: nowhere\n")
    result = run("sites", "check", "one.yaml", "two.yaml")
    assert result.exit_code == ExitCode.USAGE
    assert "one.yaml:2:1: titel: unknown key titel. Did you mean title?" in result.stderr
    assert "two.yaml:3:7" in result.stderr


def test_mistakes_as_json_have_file_line_and_column(folder: Path) -> None:
    (folder / "one.yaml").write_text("name: one\ntitel: x\ntitle: One\nhome: https://one.example\n")
    told = json.loads(run("sites", "check", "--json", "one.yaml").stderr)
    assert told["code"] == ExitCode.USAGE
    (problem,) = told["problems"]
    assert (problem["line"], problem["column"], problem["where"]) == (2, 1, "titel")
    assert problem["remedy"]


def test_a_broken_settings_file_is_told_with_its_place(folder: Path) -> None:
    (folder / "morgue.yaml").write_text("delay_s: fast\n")
    result = run("sites", "list")
    assert result.exit_code == ExitCode.USAGE
    assert "morgue.yaml:1:10" in result.stderr


def test_a_settings_file_that_is_not_there_is_told(folder: Path) -> None:
    result = run("--config", "nowhere.yaml", "sites", "list")
    assert result.exit_code == ExitCode.USAGE
    assert "nowhere.yaml" in result.stderr


def test_init_writes_a_project_that_is_in_order(folder: Path) -> None:
    result = run("init", "new")
    assert result.exit_code == 0
    assert "morgue up" in result.output
    assert {f.name for f in (folder / "new" / "sites").iterdir()} == {
        f.name for f in BUNDLED_SITES.glob("*.yaml")
    }
    assert run("--config", "new/morgue.yaml", "sites", "check").exit_code == 0


def test_every_setting_stands_in_the_file_that_init_writes(folder: Path) -> None:
    run("init", "new", "--contact", "it's@example.org")
    file = folder / "new" / "morgue.yaml"
    text = file.read_text()
    assert "contact: 'it''s@example.org'" in text
    file.write_text(
        "\n".join(
            line.removeprefix("#") if ": " in line and line[1:2].islower() else line
            for line in text.splitlines()
        )
    )
    result = run("--config", str(file), "sites", "list")
    assert result.exit_code == 0, result.stderr


def test_init_keeps_what_is_there(folder: Path) -> None:
    result = run("init", ".")
    assert "kept as it is" in result.output
    assert (folder / "sites" / "dunnock.yaml").read_text() == SITE
    assert (folder / "morgue.yaml").read_text() == "contact: desk@dunnock.example\n"


def test_init_asks_nothing_where_nobody_is(folder: Path) -> None:
    assert run("init", "new", input="").exit_code == 0


def test_init_refuses_a_contact_that_is_none(folder: Path) -> None:
    result = run("init", "new", "--contact", "me")
    assert result.exit_code == ExitCode.USAGE
    assert "contact" in result.stderr
    assert not (folder / "new").exists()


def test_init_into_a_file_is_told(folder: Path) -> None:
    (folder / "taken").write_text("")
    assert run("init", "taken/deep").exit_code == ExitCode.USAGE


def test_a_saved_page_is_read_by_the_rules_of_the_site_that_covers_it(folder: Path) -> None:
    (folder / "page.html").write_text(PAGE)
    result = run("extract", "page.html", "--url", "https://dunnock.example/ferry", "--json")
    assert result.exit_code == 0
    told = json.loads(result.output)
    assert told["site"] == "dunnock"
    assert told["title"] == "Ferry timetable is cut in half"
    assert told["readers"]["title"]
    assert len(told["text"].splitlines()) == 3


def test_a_page_of_no_configured_site_is_read_without_rules(folder: Path) -> None:
    (folder / "page.html").write_text(PAGE)
    result = run("extract", "page.html", "--url", "https://elsewhere.example/ferry", "--json")
    assert json.loads(result.output)["site"] == "adhoc-elsewhere-example"


def test_a_site_can_be_named_whatever_the_url(folder: Path) -> None:
    (folder / "page.html").write_text(PAGE)
    args = ("extract", "page.html", "--url", "https://elsewhere.example/x", "--site", "dunnock")
    assert json.loads(run(*args, "--json").output)["site"] == "dunnock"


def test_a_gzipped_page_and_standard_input_are_read(folder: Path) -> None:
    packed = gzip.compress(PAGE.encode())
    (folder / "page.html.gz").write_bytes(packed)
    url = ("--url", "https://dunnock.example/ferry", "--json")
    from_file = json.loads(run("extract", "page.html.gz", *url).output)
    from_input = json.loads(run("extract", "-", *url, input=packed).output)
    assert from_file["text"] == from_input["text"] != ""


def test_a_gzip_bomb_is_refused(folder: Path) -> None:
    (folder / "bomb.gz").write_bytes(gzip.compress(bytes(30_000_000)))
    result = run("extract", "bomb.gz", "--url", "https://dunnock.example/ferry")
    assert result.exit_code == ExitCode.USAGE
    assert "larger than 20 MB" in result.stderr


def manifest(folder: Path, *lines: object, name: str = "list.jsonl") -> str:
    text = "".join(f"{line if isinstance(line, str) else json.dumps(line)}\n" for line in lines)
    body = text.encode()
    (folder / name).write_bytes(gzip.compress(body) if name.endswith(".gz") else body)
    return name


def test_a_manifest_names_many_pages_and_is_answered_in_its_order(folder: Path) -> None:
    (folder / "page.html").write_text(PAGE)
    entry = {"path": "page.html", "fetched_at": "2024-05-01"}
    rows = [entry | {"id": n, "url": f"https://dunnock.example/{n}"} for n in range(9)]
    for name in ("list.jsonl", "list.jsonl.gz"):
        result = run(
            "extract", "--manifest", manifest(folder, *rows, "", name=name), "--json", "--jobs", "2"
        )
        told = [json.loads(line) for line in result.output.splitlines()]
        assert [(one["id"], one["url"]) for one in told] == [(r["id"], r["url"]) for r in rows]
        assert result.exit_code == 0


def test_a_page_of_a_manifest_has_every_field_that_a_scorer_wants(folder: Path) -> None:
    (folder / "page.html").write_text(PAGE)
    row = {"id": "a1", "path": "page.html", "url": "https://dunnock.example/", "text": "truth"}
    (told,) = run("extract", "--manifest", manifest(folder, row), "--json").output.splitlines()
    wanted = (
        "id url title standfirst text blocks authors published modified language section tags images "
        "captions credit source_url canonical_url verdict readers lead path site"
    )
    assert set(wanted.split()) <= set(json.loads(told))
    assert json.loads(told)["lead"] == json.loads(told)["standfirst"]


def test_a_file_is_named_by_its_path_where_it_has_no_id(folder: Path) -> None:
    (folder / "deep").mkdir()
    (folder / "deep" / "page.html").write_text(PAGE)
    row = {"file": "page.html", "url": "https://dunnock.example/"}
    name = manifest(folder, row, name="deep/list.jsonl")
    told = json.loads(run("extract", "--manifest", name, "--json").output)
    assert (told["id"], told["path"]) == ("page.html", "deep/page.html")


def test_the_domain_of_a_publisher_is_no_site_that_is_missing(folder: Path) -> None:
    (folder / "page.html").write_text(PAGE)
    row = {"path": "page.html", "url": "https://www.dunnock.example/", "site": "dunnock.example"}
    told = json.loads(run("extract", "--manifest", manifest(folder, row), "--json").output)
    assert told["site"] == "dunnock"


def test_a_wrong_row_is_told_in_its_place_and_the_others_are_read(folder: Path) -> None:
    (folder / "page.html").write_text(PAGE)
    (folder / "bomb.gz").write_bytes(gzip.compress(bytes(30_000_000)))
    (folder / "torn.gz").write_bytes(b"\x1f\x8b\xff\xff torn")
    right = {"id": "right", "path": "page.html", "url": "https://dunnock.example/ferry"}
    wrong = [
        "{broken",
        right | {"id": "gone", "path": "gone.html"},
        right | {"id": "bomb", "path": "bomb.gz"},
        right | {"id": "torn", "path": "torn.gz"},
        right | {"id": "no url", "url": None},
        right | {"id": "odd url", "url": "dunnock"},
        right | {"id": "odd host", "url": "https://[/"},
        right | {"id": "site", "site": "nobody"},
        right | {"id": "long", "url": "https://dunnock.example/" + "x" * 5000},
        "[" * 100_000,
        '{"id": "' + "x" * 9_000_000,
    ]
    result = run("extract", "--manifest", manifest(folder, right, *wrong, right), "--json")
    assert result.exit_code == ExitCode.USAGE
    told = [json.loads(line) for line in result.stdout.splitlines()]
    assert [row.get("verdict") for row in told] == ["believed", *[None] * len(wrong), "believed"]
    for number, row in enumerate(told[1:-1], start=2):
        assert row["error"].startswith(f"list.jsonl:{number}: "), row
    assert [row["id"] for row in told[2:9]] == [row["id"] for row in wrong[1:8]]


def test_pages_of_a_manifest_are_told_to_people_too(folder: Path) -> None:
    (folder / "page.html").write_text(PAGE)
    row = {"path": "page.html", "url": "https://dunnock.example/ferry"}
    result = run("extract", "--manifest", manifest(folder, row, row | {"path": "gone"}))
    assert result.exit_code == ExitCode.USAGE
    assert "title:      Ferry timetable is cut in half" in result.stdout
    assert "list.jsonl:2: gone cannot be read: No such file" in result.stderr


def test_several_paths_are_captures_of_one_url(folder: Path) -> None:
    for name in ("monday.html", "tuesday.html"):
        (folder / name).write_text(PAGE)
    url = ("--url", "https://dunnock.example/ferry", "--json")
    lines = run("extract", "monday.html", "tuesday.html", *url).output.splitlines()
    assert [json.loads(line)["id"] for line in lines] == ["monday.html", "tuesday.html"]


def test_a_page_that_takes_too_long_is_quarantined(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MORGUE_READING_TIMEOUT_S", "0.000001")
    (folder / "page.html").write_text(PAGE)
    result = run("extract", "page.html", "--url", "https://dunnock.example/ferry", "--json")
    told = json.loads(result.output)
    assert (told["verdict"], told["reason"]) == ("quarantined", "timeout")
    assert result.exit_code == ExitCode.NOTHING


@pytest.mark.parametrize(
    "line",
    [
        "not json",
        "[1]",
        '{"url": "https://a.example"}',
        '{"file": 5, "url": 5}',
        '{"file": "page.html", "url": "https://a.example/", "fetched_at": "soon"}',
    ],
)
def test_a_mistake_in_a_manifest_is_told_with_its_line(folder: Path, line: str) -> None:
    (folder / "list.jsonl").write_text("\n" + line)
    result = run("extract", "--manifest", "list.jsonl")
    assert result.exit_code == ExitCode.USAGE
    assert "list.jsonl:2" in result.stderr


def test_a_page_that_is_not_believed_is_shown_and_ends_with_1(folder: Path) -> None:
    (folder / "page.html").write_text("<p>")
    result = run("extract", "page.html", "--url", "https://dunnock.example/x", "--json")
    assert result.exit_code == ExitCode.NOTHING
    assert json.loads(result.output)["verdict"] == "quarantined"


@pytest.mark.parametrize(
    "args",
    [
        (),
        ("page.html",),
        ("page.html", "--url", "dunnock"),
        ("gone.html", "--url", "https://a.example/"),
        ("a.html", "b.html", "--url", "https://a.example/"),
        (".", "--url", "https://a.example/"),
        ("page.html", "--url", "https://a.example/", "--site", "nobody"),
    ],
)
def test_extract_says_what_is_missing(folder: Path, args: tuple[str, ...]) -> None:
    (folder / "page.html").write_text(PAGE)
    result = run("extract", *args)
    assert result.exit_code == ExitCode.USAGE
    assert result.stderr.startswith("morgue: ")
    assert not result.stdout


def test_a_title_cannot_steer_the_terminal(folder: Path) -> None:
    (folder / "page.html").write_text(PAGE.replace("Ferry", "\x1b[2JFerry\u202e"))
    result = run("extract", "page.html", "--url", "https://dunnock.example/ferry")
    assert "\x1b" not in result.output
    assert "\u202e" not in result.output
