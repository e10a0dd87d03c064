"""A running daemon takes over what changed, and keeps what it has where the new has a mistake in it."""

from collections.abc import Iterator, MutableMapping
from pathlib import Path
from typing import Any

import pytest
import structlog

from config.errors import ConfigError
from config.settings import load_settings
from config.site import load_sites
from morgue.configuration import Configuration

Events = list[MutableMapping[str, Any]]


@pytest.fixture
def events() -> Iterator[Events]:
    with structlog.testing.capture_logs() as captured:
        yield captured


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    (home / "sites").mkdir(parents=True)
    (home / "morgue.yaml").write_text("delay_s: 2\narchive_url: sqlite:///a.sqlite3\n")
    write(home, "courier")
    write(home, "herald")
    return home


def write(home: Path, name: str, *, text: str | None = None, every: str = "1h") -> None:
    """Write a site file; its times and size may be those of the one before, its inode is not."""
    path = home / "sites" / f"{name}.yaml"
    new = path.with_suffix(".tmp")
    new.write_text(
        text
        or f"name: {name}\ntitle: {name}\nhome: https://{name}.example/\nschedule: {{every: {every}}}\n"
    )
    new.replace(path)


def opened(home: Path) -> Configuration:
    return Configuration(
        lambda: load_settings(home / "morgue.yaml", env={}, cwd=home),
        folder=home.parent / "copy",
    )


def refreshed(read: Configuration) -> bool:
    """What two looks come to: a file may be half written at one."""
    assert not read.refresh()
    return read.refresh()


def of_copy(read: Configuration) -> tuple[object, object]:
    """Settings and sites as a child reads them."""
    settings = load_settings(read.copy, env={}, cwd=Path("/"))
    return settings, load_sites(settings.sites_dir)


def names(events: Events) -> list[str]:
    return [event["event"] for event in events]


def test_nothing_starts_with_a_mistake(home: Path) -> None:
    write(home, "herald", text="title: Herald\n")
    with pytest.raises(ConfigError, match=r"herald\.yaml"):
        opened(home)


def test_children_read_in_the_copy_what_the_daemon_has_read(home: Path) -> None:
    read = opened(home)
    settings, sites = of_copy(read)
    assert sites == read.sites
    same = {"delay_s", "archive_url", "capture_store", "user_agent", "log_level"}
    assert {getattr(settings, name) == getattr(read.settings, name) for name in same} == {True}


def test_files_that_did_not_change_are_not_read_again(home: Path, events: Events) -> None:
    read = opened(home)
    assert not read.refresh()
    assert events == []


def test_a_file_that_is_being_written_is_left_until_it_is_whole(home: Path, events: Events) -> None:
    read = opened(home)
    write(home, "courier", text="title: [\n")
    assert not read.refresh()
    write(home, "courier", every="5h")
    assert refreshed(read)
    assert names(events) == ["configuration_read"]


def test_sites_that_are_added_changed_and_removed_are_taken_over(
    home: Path, events: Events
) -> None:
    read = opened(home)
    write(home, "beacon")
    write(home, "courier", every="2h")
    (home / "sites" / "herald.yaml").unlink()
    assert refreshed(read)
    assert sorted(read.sites) == ["beacon", "courier"]
    assert of_copy(read)[1] == read.sites
    told = {"added": ["beacon"], "removed": ["herald"], "changed": ["courier"], "settings": []}
    assert events[0]["event"] == "configuration_read"
    assert {name: events[0][name] for name in told} == told


def test_a_broken_site_file_is_told_once_and_its_site_stays_as_it_was(
    home: Path, events: Events
) -> None:
    read = opened(home)
    before = read.sites["courier"]
    write(home, "courier", text="title: [\n")
    write(home, "herald", every="3h")
    assert refreshed(read)
    assert not refreshed(read)
    assert read.sites["courier"] == before
    assert of_copy(read)[1] == read.sites
    assert names(events).count("configuration_refused") == 1
    assert "courier.yaml:" in events[0]["problem"]
    write(home, "courier", every="5h")
    assert refreshed(read)
    assert read.sites["courier"] != before


def test_broken_settings_stay_as_they_were(home: Path, events: Events) -> None:
    read = opened(home)
    (home / "morgue.yaml").write_text("delay_s: soon\n")
    assert not refreshed(read)
    assert read.settings.delay_s == 2
    assert names(events) == ["configuration_refused"]
    (home / "morgue.yaml").write_text("delay_s: 12\n")
    assert refreshed(read)
    assert read.settings.delay_s == 12


def test_another_archive_waits_for_a_restart(home: Path, events: Events) -> None:
    read = opened(home)
    (home / "morgue.yaml").write_text("delay_s: 3\narchive_url: sqlite:///another.sqlite3\n")
    assert refreshed(read)
    assert read.settings.archive_url.endswith("/a.sqlite3")
    assert read.settings.delay_s == 3
    assert names(events) == ["configuration_waits", "configuration_read"]


def test_a_folder_that_is_gone_for_a_while_takes_no_site_with_it(
    home: Path, events: Events
) -> None:
    read = opened(home)
    (home / "sites").rename(home / "away")
    assert not refreshed(read)
    assert sorted(read.sites) == ["courier", "herald"]
    assert names(events) == ["configuration_refused"]


def test_who_asks_has_everything_read_again(home: Path, events: Events) -> None:
    read = opened(home)
    write(home, "courier", text="title: [\n")
    read.ask_again()
    assert not read.refresh()
    read.ask_again()
    assert not read.refresh()
    assert names(events) == ["configuration_refused"] * 2
