from pathlib import Path

import pytest

from config.clock import SystemClock
from config.settings import load_settings
from morgue.demo.tour import ForeignFolder, Stage, prepare, typed


def test_the_settings_of_a_demonstration_are_in_order(tmp_path: Path) -> None:
    prepare(tmp_path / "demo")
    settings = load_settings(env={}, cwd=tmp_path / "demo")
    assert settings.home == tmp_path / "demo"
    assert settings.contact is None


def test_what_an_earlier_demonstration_left_is_made_anew(tmp_path: Path) -> None:
    prepare(tmp_path)
    (tmp_path / "sites").mkdir()
    for name in ("archive.sqlite3", "archive.sqlite3-wal", "sites/old.yaml", "notes.txt"):
        (tmp_path / name).write_text("x")
    prepare(tmp_path)
    left = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*")}
    assert left == {"morgue.yaml", "sites", "notes.txt"}


@pytest.mark.parametrize("name", ["morgue.yaml", "archive.sqlite3"])
def test_what_no_demonstration_wrote_is_left_alone(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("mine")
    with pytest.raises(ForeignFolder):
        prepare(tmp_path)
    assert (tmp_path / name).read_text() == "mine"


def test_a_command_is_shown_as_a_person_would_type_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    stage = Stage(tmp_path / "demo", SystemClock(), lambda _: None, lambda _: 0)
    assert typed(stage, ["search", "two words"]) == (
        "morgue --config demo/morgue.yaml search 'two words'"
    )
