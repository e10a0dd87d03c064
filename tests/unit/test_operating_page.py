"""The page "It stopped: what now?" has a row for each way in which something ends."""

import ast
import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import db
from db.errors import ArchiveError
from db.models.values import CrawlOutcome, SourceOutcome, VisitOutcome
from morgue.cli.errors import ExitCode

ROOT = Path(__file__).parent.parent.parent
PAGE = (ROOT / "docs" / "operating.md").read_text().partition("## It stopped: what now?")[2]
ROWS = [line for line in PAGE.splitlines() if line.startswith("| ")]


def errors() -> Iterator[type[ArchiveError]]:
    """Every kind of ArchiveError, wherever it stands."""
    for module in pkgutil.walk_packages(db.__path__, "db."):
        importlib.import_module(module.name)
    waiting = [ArchiveError]
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        if kind.__module__.startswith("db."):
            yield kind


WORDS = [
    *(outcome.value for outcome in (*CrawlOutcome, *VisitOutcome, *SourceOutcome)),
    *sorted({kind.__name__ for kind in errors()}),
    *(f"exit code {code.value}" for code in ExitCode if code is not ExitCode.OK),
]


@pytest.mark.parametrize("word", dict.fromkeys(WORDS))
def test_every_outcome_and_error_has_a_row(word: str) -> None:
    assert any(f"`{word}`" in row.split("|")[1] for row in ROWS)


def logged() -> Iterator[tuple[Path, str, set[str | None]]]:
    """Every event of the log: where it is logged, its name and the names of its facts."""
    for package in ("config", "db", "pipeline", "crawler", "morgue"):
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                match node:
                    case ast.Call(
                        func=ast.Attribute(value=ast.Name("log"), attr=_),
                        args=[ast.Constant(value=str(event))],
                        keywords=keywords,
                    ):
                        yield path.relative_to(ROOT), event, {each.arg for each in keywords}


def test_every_event_of_the_log_is_told_of() -> None:
    page = (ROOT / "docs" / "operating.md").read_text()
    events = {event for _, event, _ in logged()}
    assert len(events) > 25
    assert [event for event in sorted(events) if f"`{event}`" not in page] == []


def test_every_event_of_a_crawl_says_of_which_sites() -> None:
    of_crawls = [each for each in logged() if each[0].parts[0] in ("crawler", "pipeline")]
    assert len(of_crawls) > 5
    assert [each for each in of_crawls if not each[2] & {"site", "sites"}] == []


def test_no_row_is_of_an_event_that_nobody_logs() -> None:
    events = re.findall(r"event `([a-z_]+)`", PAGE)
    code = "".join(
        path.read_text()
        for name in ("morgue", "crawler", "pipeline")
        for path in (ROOT / name).rglob("*.py")
    )
    assert len(events) > 10
    assert [event for event in events if f'"{event}"' not in code] == []
