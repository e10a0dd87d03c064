"""The daemon backs up when the backups themselves say that it is time, and says when it cannot."""

import asyncio
import json
import sys
from collections.abc import Callable, MutableMapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import structlog

from config.clock import ManualClock
from config.settings import Settings
from db.backups.kept import Manifest
from morgue.backing_up import BackupKeeper, is_due

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def settings(place: Path | None, hours: float | None = 24) -> Settings:
    return Settings(backup_to=place, backup_every_hours=hours)


def made(place: Path, number: int, at: datetime) -> None:
    folder = place / f"{number:05}-x"
    folder.mkdir(parents=True)
    manifest = Manifest(at.isoformat(), "0.1", "archive", "0004", "", ())
    (folder / "manifest.json").write_bytes(manifest.as_json())


def test_a_backup_is_due_when_the_newest_is_old_enough(tmp_path: Path) -> None:
    assert is_due(settings(tmp_path), NOW)
    made(tmp_path, 1, NOW - timedelta(hours=25))
    assert is_due(settings(tmp_path), NOW)
    made(tmp_path, 2, NOW - timedelta(hours=23))
    assert not is_due(settings(tmp_path), NOW)
    assert is_due(settings(tmp_path), NOW + timedelta(hours=1))


def test_without_a_place_or_a_pace_none_is_due(tmp_path: Path) -> None:
    assert not is_due(settings(None), NOW)
    assert not is_due(settings(tmp_path, None), NOW)


def test_a_backup_of_the_future_keeps_nobody_from_making_one(tmp_path: Path) -> None:
    made(tmp_path, 1, NOW + timedelta(days=1))
    assert is_due(settings(tmp_path), NOW)


def test_a_half_backup_is_none(tmp_path: Path) -> None:
    made(tmp_path, 1, NOW)
    (tmp_path / "00001-x" / "manifest.json").unlink()
    assert is_due(settings(tmp_path), NOW)


class Passing(ManualClock):
    """Time passes whenever somebody asks for it."""

    def __init__(self, end: Callable[[], None]) -> None:
        super().__init__(NOW)
        self._end = end

    def now(self) -> datetime:
        self.advance(timedelta(seconds=7))
        if super().now() > NOW + timedelta(minutes=3, seconds=30):
            self._end()
        return super().now()


def run(place: Path, program: str) -> list[MutableMapping[str, Any]]:
    """What is told in three minutes and a half."""
    keeper = BackupKeeper(
        settings=lambda: settings(place, hours=0.02),
        command=lambda: [sys.executable, "-c", program],
        clock=Passing(lambda: keeper.stop()),  # noqa: PLW0108 - there is none yet
        look=timedelta(milliseconds=1),
    )
    with structlog.testing.capture_logs() as told:
        asyncio.run(keeper.run())
    return list(told)


def test_a_backup_that_was_made_is_told(tmp_path: Path) -> None:
    told = run(tmp_path, f"print({json.dumps({'folder': 'x', 'copied_bytes': 7})!r})")
    assert {(each["event"], each["folder"], each["copied_bytes"]) for each in told} == {
        ("backup_made", "x", 7)
    }


def test_one_that_fails_is_tried_again_at_pauses_that_double(tmp_path: Path) -> None:
    told = run(tmp_path, "raise SystemExit(3)")
    assert {each["event"] for each in told} == {"backup_failed"}
    assert [each["again_in_s"] for each in told[:2]] == [60, 120]
    assert "ended with 3" in told[0]["error"]
