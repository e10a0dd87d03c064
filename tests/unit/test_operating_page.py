"""The page "It stopped: what now?" has a row for each way in which something ends."""

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


def test_no_row_is_of_an_event_that_nobody_logs() -> None:
    events = re.findall(r"event `([a-z_]+)`", PAGE)
    code = "".join(
        path.read_text()
        for name in ("morgue", "crawler", "pipeline")
        for path in (ROOT / name).rglob("*.py")
    )
    assert len(events) > 10
    assert [event for event in events if f'"{event}"' not in code] == []
