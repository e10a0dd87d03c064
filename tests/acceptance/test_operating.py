"""Backups and the log by command and by the daemon, as an operator meets them."""

import json
import signal
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any

import pytest

from config.clock import SystemClock
from morgue.children import morgue_command
from morgue.cli.errors import ExitCode
from morgue.demo.newsroom import COURIER, Newsroom, NewsroomServer, write_site_files
from tests.acceptance.project import environment, run_in_fork


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A project that crawled a newsroom once, with packs, a log file and a pace of backups."""
    folder = tmp_path_factory.mktemp("operated")
    newsroom = Newsroom(outlets=[COURIER], articles=6)
    newsroom.advance(timedelta(hours=2))
    offset = newsroom.clock.now() - SystemClock().now().astimezone(UTC)
    (folder / "morgue.yaml").write_text(
        "delay_s: 0\nlog_format: json\ncapture_store: files:packs\nlog_file: log/morgue.log\n"
        "backup_to: backups\nbackup_every_hours: 24\nbackup_keep: 2\n"
        f"clock_offset_s: {offset.total_seconds()}\n"
    )
    (folder / "log").mkdir()
    with NewsroomServer(newsroom) as server:
        write_site_files(folder / "sites", server)
        assert run_in_fork(folder, "crawl").returncode == 0
        yield folder


def told(folder: Path, *words: str) -> Any:
    done = run_in_fork(folder, *words, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_an_archive_is_backed_up_restored_and_answers_the_same(
    folder: Path, tmp_path: Path
) -> None:
    made = told(folder, "backup", str(tmp_path / "kept"))
    listed = told(folder, "backup", str(tmp_path / "kept"), "--list")
    assert [each["folder"] for each in listed] == [made["folder"]]
    assert made["heads"].startswith("capture:")
    target = f"sqlite:///{tmp_path}/again.sqlite3"
    words = ["restore", str(tmp_path / "kept"), target, "--full"]
    refused = run_in_fork(folder, *words)
    assert refused.returncode == ExitCode.ARCHIVE
    assert "--captures files:packs" in refused.stderr
    restored = told(folder, *words, "--captures", f"files:{tmp_path}/packs")
    assert restored["violations"] == []
    refused = run_in_fork(folder, *words, "--captures", f"files:{tmp_path}/packs")
    assert (refused.returncode, "nothing is overwritten" in refused.stderr) == (3, True)
    (tmp_path / "morgue.yaml").write_text(
        f"archive_url: {target}\ncapture_store: files:{tmp_path}/packs\n"
    )
    (tmp_path / "sites").mkdir()
    texts = ("sql", "SELECT id, title, text FROM revision ORDER BY id", "--json")
    for question in (("changes", "--since", "0"), texts):
        answer = run_in_fork(folder, *question)
        assert (answer.returncode, len(answer.stdout) > 100) == (0, True)
        assert run_in_fork(tmp_path, *question).stdout == answer.stdout
    held = run_in_fork(tmp_path, "verify", "--against", made["heads"])
    assert held.returncode == 0, held.stdout


def test_without_a_place_a_backup_is_a_usage_error(tmp_path: Path) -> None:
    (tmp_path / "morgue.yaml").write_text("")
    refused = run_in_fork(tmp_path, "backup")
    assert refused.returncode == ExitCode.USAGE
    assert "backup_to" in refused.stderr


def test_the_daemon_backs_up_and_what_it_and_its_children_say_is_in_the_log_file(
    folder: Path,
) -> None:
    log = folder / "log" / "morgue.log"
    command = morgue_command("--config", str(folder / "morgue.yaml"), "up")
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment()) as daemon:
        assert daemon.stderr is not None
        while not list((folder / "backups").glob("[0-9]*")):
            assert daemon.poll() is None
            time.sleep(0.1)  # another process works meanwhile
        while "backup_made" not in log.read_text():
            assert daemon.poll() is None
            time.sleep(0.1)  # another process works meanwhile
        daemon.send_signal(signal.SIGTERM)
        assert daemon.stderr.read() == ""
    assert daemon.returncode == 0
    events = [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{")]
    names = [event["event"] for event in events]
    assert names[0] == "daemon_started"
    assert names[-1] == "daemon_stopped"
    assert names.count("backup_made") == 1
    assert [each["folder"] for each in told(folder, "backup", "--list")] == [
        next(event["folder"] for event in events if event["event"] == "backup_made")
    ]
