"""A busy archive: its newsroom, the processes of `busy`, and what has to hold of all that they said.

Knows what may be said while others write. Must not know pytest.
"""

import json
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any

from config.clock import SystemClock
from db.archive import Archive
from morgue.demo.newsroom import COURIER, MERIDIAN, Newsroom, NewsroomServer, write_site_files
from tests.crash.lives import check_sound
from tests.sharing.busy import READERS

ROOT = Path(__file__).resolve().parents[2]
_HOUR = timedelta(hours=1)
_AN_HOUR_TAKES_S = 3.0
_MAY = {"verify": {0}, "changes": {0, 1}, "seal": {0}, "backup": {0}, "crawl": {0}}


@dataclass(frozen=True, slots=True)
class Done:
    """What one of them has done."""

    name: str
    lines: list[dict[str, Any]]

    def slowest(self) -> float:
        return max((line["seconds"] for line in self.lines), default=0.0)


def work(folder: Path, *, seconds: float) -> list[Done]:
    """Let them all work for some time; what each has done."""
    newsroom = Newsroom(
        outlets=[COURIER, MERIDIAN], articles=400, backlog=0.05, future=timedelta(days=8)
    )
    newsroom.advance(_HOUR)
    with NewsroomServer(newsroom) as server:
        write_site_files(folder / "sites", server)
        _settle(folder, newsroom)
        Archive.open(_address(folder), clock=SystemClock()).close()
        command = [sys.executable, "-m", "tests.sharing.busy", str(folder), str(seconds)]
        with subprocess.Popen(command, cwd=ROOT) as busy:
            while busy.poll() is None:
                try:
                    busy.wait(_AN_HOUR_TAKES_S)
                except subprocess.TimeoutExpired:
                    newsroom.advance(_HOUR)
                    _settle(folder, newsroom)
        assert busy.returncode == 0, f"somebody did not end well: {busy.returncode}"
    return [Done(name, _lines(folder, name)) for name in (*READERS, "crawl")]


def _address(folder: Path) -> str:
    return f"sqlite:///{folder}/archive.sqlite3"


def _settle(folder: Path, newsroom: Newsroom) -> None:
    """Let commands and crawls have the newsroom's time. In one step: they read the file at any moment."""
    offset = newsroom.clock.now() - SystemClock().now().astimezone(UTC)
    new = folder / "morgue.yaml.new"
    lines = ("archive_url: sqlite:///archive.sqlite3", "sites_dir: sites")
    new.write_text("\n".join((*lines, f"clock_offset_s: {offset.total_seconds()}")) + "\n")
    new.replace(folder / "morgue.yaml")


def _lines(folder: Path, name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / f"{name}.jsonl").read_text().splitlines()]


def check(folder: Path, done: list[Done]) -> None:
    """No lock was told of, nothing was half, and the archive is sound.

    Raises:
        AssertionError: What was wrong, with who said it.
    """
    for each in done:
        for line in each.lines:
            words = f"{line['said']}{line['told']}"
            assert "locked" not in words.lower(), line
            assert "Traceback" not in words, line
            assert line["code"] in _MAY.get(each.name, {0, 1}), line
    assert "locked" not in (folder / "crawl.log").read_text().lower()
    by_name = {each.name: each for each in done}
    _check_histories(by_name["history"])
    _check_changes(folder, by_name["changes"])
    check_sound(_address(folder))


def _check_histories(histories: Done) -> None:
    """Revisions of an article are numbered without a gap, whenever one looks."""
    for line in histories.lines:
        if line["code"] == 0:
            told = json.loads(line["said"])
            found = sorted(each["revision"] for each in told["history"])
            assert found == list(range(1, told["revisions"] + 1)), line


def _check_changes(folder: Path, changes: Done) -> None:
    """Who follows the stream has seen all of it, once; no reader has ever seen anything else of it."""
    whole = _stream(changes.lines[-1]["said"])
    followed = _stream((folder / "follower.jsonl").read_text())
    assert len(set(followed)) == len(followed)
    assert followed[: len(whole)] == whole
    for line in changes.lines:
        seen = _stream(line["said"])
        assert seen == whole[: len(seen)], "a change came in before one that was told"


def _stream(text: str) -> list[int]:
    told = (json.loads(line) for line in text.splitlines() if line)
    return [line["cursor"] for line in told if "cursor" in line]


def table(done: list[Done]) -> str:
    """How much each did, and how long a command took at most."""
    rows = [
        f"{each.name:9} {len(each.lines):6} times, slowest {each.slowest():6.2f} s" for each in done
    ]
    codes = Counter(line["code"] for each in done for line in each.lines)
    return "\n".join([*rows, f"exit codes: {dict(codes)}"])
