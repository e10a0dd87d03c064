"""An archive of each earlier release is upgraded by the command and by the daemon; a killed upgrade changes nothing."""

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, text

from config.clock import ManualClock
from db import engine as engines
from db import schema
from db.archive import Archive
from db.verify import verify
from morgue.children import morgue_command
from morgue.cli.errors import ExitCode
from tests.acceptance.project import environment, run_in_fork
from tests.crash.forks import KILLED, run_program
from tests.migration.kept_releases import index


@pytest.fixture
def folder(tmp_path: Path, address: str) -> Path:
    """A project whose archive an earlier release wrote."""
    (tmp_path / "morgue.yaml").write_text(f"archive_url: {address}\nlog_format: json\n")
    (tmp_path / "sites").mkdir()
    (tmp_path / "sites" / "closed.yaml").write_text(
        "name: closed\ntitle: Closed\nhome: http://127.0.0.1:9/\n"
        "sources: [{feed: 'http://127.0.0.1:9/rss.xml'}]\n"
        "politeness: {allow_private_addresses: true}\n"
    )
    return tmp_path


@contextmanager
def connected(address: str) -> Iterator[Connection]:
    engine = engines.open_engine(engines.parse_address(address))
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


def counts(address: str, kept: Any) -> tuple[str | None, dict[str, int]]:
    with connected(address) as connection:
        return schema.version(connection), {
            name: connection.execute(text(f"SELECT count(*) FROM {name}")).scalar_one()
            for name in kept["rows"]
        }


def test_an_archive_of_an_earlier_release_is_upgraded_by_the_command(
    folder: Path, address: str, kept: Any, clock: ManualClock
) -> None:
    told = run_in_fork(folder, "search", "harbour")
    assert told.returncode == ExitCode.ARCHIVE
    assert "run `morgue db upgrade`" in told.stderr
    told = run_in_fork(folder, "db", "upgrade")
    assert told.returncode == 0, told.stderr
    assert f"from schema {kept['schema']} to {schema.HEAD}" in told.stderr
    assert_in_order(address, clock)


def assert_in_order(address: str, clock: ManualClock) -> None:
    with Archive.open(address, clock=clock, upgrade="no") as archive:
        with archive.write() as session:
            index(session)
        assert verify(archive) == []


def test_the_daemon_upgrades_an_archive_of_an_earlier_release_and_says_so(
    folder: Path, kept: Any
) -> None:
    command = morgue_command("--config", str(folder / "morgue.yaml"), "up")
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment()) as daemon:
        assert daemon.stderr is not None
        lines = []
        for line in daemon.stderr:
            lines.append(line)
            if "daemon_started" in line:
                daemon.send_signal(signal.SIGTERM)
                break
        rest = daemon.stderr.read()
    assert daemon.returncode == 0, rest
    assert f"from schema {kept['schema']} to {schema.HEAD}" in "".join(lines)


@pytest.mark.parametrize("kept", ["0001"], indirect=True)
def test_the_daemon_refuses_an_archive_of_a_newer_release_in_words(
    folder: Path, address: str
) -> None:
    with connected(address) as connection, connection.begin():
        connection.execute(text("UPDATE alembic_version SET version_num = '0999'"))
    for words in (("up",), ("crawl",), ("db", "upgrade")):
        told = run_in_fork(folder, *words)
        assert told.returncode == ExitCode.ARCHIVE
        assert "use the release that wrote it, or a newer one" in told.stderr
        assert "Traceback" not in told.stderr


STEPS = [
    ("0001", "migrate", "before"),
    ("0001", "statement", "1"),
    ("0001", "statement", "20"),
    ("0001", "migrate", "after"),
    ("0003", "statement", "3"),
]


@pytest.mark.parametrize(("kept", "step", "side"), STEPS, indirect=["kept"])
def test_an_upgrade_that_is_killed_changes_nothing_and_is_done_by_the_next(
    address: str, kept: Any, clock: ManualClock, step: str, side: str
) -> None:
    before = counts(address, kept)
    assert run_program("tests.migration.upgrade_child", address, step, side) == KILLED
    assert counts(address, kept) == before
    Archive.open(address, clock=clock).close()
    assert_in_order(address, clock)
