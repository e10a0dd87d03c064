from pathlib import Path
from typing import get_args

import pytest

from config.alerting import FindingKind
from config.errors import ConfigError
from config.settings import Settings, load_settings
from morgue.health.findings import Kind

GOOD = """
channels:
  - name: desk
    email: {to: desk@example.org, sender: morgue@example.org, host: mail.example.org,
            user: morgue, password: $SMTP_PASSWORD}
  - name: hook
    webhook: {url: "http://10.0.0.7/hook", secret: $HOOK}
  - name: pager
    command: [/usr/local/bin/page, --loud]
alerts:
  - {name: ill, health: all, to: [desk, hook]}
  - {name: feeds, health: [dead_feed, blocked], sites: lantern, to: pager, at_most: 2, per: 1d}
  - {name: harbour, query: '"press freedom" -sport', to: desk}
  - {name: silent, edits: silent, to: desk}
  - {name: gone, removals: true, to: desk}
"""


def read(folder: Path, text: str) -> Settings:
    (folder / "morgue.yaml").write_text(text)
    return load_settings(env={}, cwd=folder)


def test_channels_and_rules_are_read(tmp_path: Path) -> None:
    settings = read(tmp_path, GOOD)
    assert [channel.name for channel in settings.channels] == ["desk", "hook", "pager"]
    assert settings.alerts[1].per.days == 1
    assert settings.alerts[1].sites == ("lantern",)


def test_the_copy_that_children_read_is_the_same_and_has_no_secret(tmp_path: Path) -> None:
    settings = read(tmp_path, GOOD)
    values = settings.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
    again = Settings.model_validate(values | {"home": tmp_path})
    assert (again.channels, again.alerts) == (settings.channels, settings.alerts)


@pytest.mark.parametrize(
    ("wrong", "right", "words"),
    [
        ("$SMTP_PASSWORD", "hunter2", "stands in the file for all to read"),
        ("user: morgue, ", "", "has a password and no user"),
        (", password: $SMTP_PASSWORD", "", "has a user and no password"),
        ("user: morgue", "user: morgue, security: none", "for all to read"),
        ("to: pager", "to: papers", "names no channel: papers"),
        ("name: hook", "name: desk", "is there twice"),
        ("health: all", "removals: true, health: all", "not exactly one of health"),
        ("[dead_feed, blocked]", "[dead_feet]", "none of the known words"),
        ("to: desk@example.org", "to: desk", "is no mail address"),
        ("per: 1d", "per: soon", "duration"),
        ("command: [", "webhook: {url: 'http://x.example/'}\n    command: [", "not exactly one of"),
    ],
)
def test_a_mistake_is_told_with_its_place(
    tmp_path: Path, wrong: str, right: str, words: str
) -> None:
    assert wrong in GOOD
    with pytest.raises(ConfigError) as error:
        read(tmp_path, GOOD.replace(wrong, right))
    (problem, *_) = error.value.problems
    assert words in str(problem)
    assert problem.line
    assert problem.column
    assert problem.remedy


@pytest.mark.parametrize("listen", ["off", "127.0.0.1:0", "[::1]:8326", "0.0.0.0:80"])
def test_where_pages_are_answered_may_be_set(tmp_path: Path, listen: str) -> None:
    assert read(tmp_path, f"listen: '{listen}'").listen == listen


@pytest.mark.parametrize("listen", ["8326", "localhost", "host:port", "127.0.0.1:99999"])
def test_an_address_that_is_none_is_told(tmp_path: Path, listen: str) -> None:
    with pytest.raises(ConfigError, match="is no address"):
        read(tmp_path, f"listen: '{listen}'")


def test_rules_know_every_kind_of_finding() -> None:
    assert set(get_args(FindingKind)) == {kind.value for kind in Kind}
