"""Alerts whose teller is killed at each named step: none is lost, and one comes twice only where that cannot be known."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from config.clock import SystemClock
from db.archive import Archive
from tests.crash.forks import KILLED, Death, Forks
from tests.crash.jobs import ALERT_STEPS
from tests.crash.lives import check_sound, rows

pytestmark = pytest.mark.timeout(600)  # of which the first test pays for the zygote

MESSAGES = {"alert_delivered": 2, "delivery_noted": 2}
"""How often each message comes where it is killed there: it was sent, and nobody knew. Elsewhere once."""


def heard(folder: Path) -> list[str]:
    """The keys of the messages that came: a receiver tells by them that one came twice."""
    return [json.loads(path.read_text())["key"] for path in folder.iterdir()]


@pytest.mark.parametrize("step", ALERT_STEPS)
def test_an_alert_comes_though_its_teller_is_killed(
    step: str, forks: Forks, archive_url: str, tmp_path: Path
) -> None:
    Archive.open(archive_url, clock=SystemClock()).close()
    folder = tmp_path / "told"
    folder.mkdir()
    order = {"address": archive_url, "folder": str(folder), "offset_s": 0.0}
    assert forks.run("alert", order, Death(step)).code == KILLED, "it was not killed there"
    check_sound(archive_url)
    later = order | {"offset_s": timedelta(hours=1).total_seconds()}
    assert forks.run("alert", later).code == 0, forks.said()
    keys = heard(folder)
    assert len(set(keys)) == 1
    assert len(keys) == MESSAGES.get(step, 1)
    assert rows(archive_url, "select count(*) from alert") == [(1,)]
    (delivery,) = rows(
        archive_url, "select delivered_at is not null, next_at is null from alert_delivery"
    )
    assert all(delivery)
    assert forks.run("alert", later).code == 0, forks.said()
    assert heard(folder) == keys, "what is delivered is not sent again"
