"""Alerts are written before they are sent, told once, and tried until they are delivered; on both databases."""

import json
import socket
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from config.alerting import AlertRule, Channel
from config.clock import ManualClock
from db.archive import Archive
from db.asking import alerting
from db.histories.edits import EditRow, Pair, add_edits, follow
from morgue.alerting import channels, desk
from morgue.alerting.channels import NotDelivered
from morgue.alerting.messages import trial
from morgue.health.findings import Finding, Kind
from pipeline.edits.edit import COMPARER_VERSION
from tests.contract.desk import Desk


@pytest.fixture
def newspaper(archive: Archive, clock: ManualClock) -> Desk:
    return Desk(archive, clock)


@pytest.fixture
def told(tmp_path: Path) -> Path:
    """The folder in which a command keeps what it is told."""
    (tmp_path / "told").mkdir()
    return tmp_path / "told"


WRITES = """
import json, pathlib, sys
folder = pathlib.Path(sys.argv[1])
message = json.load(sys.stdin)
(folder / f"{len(list(folder.iterdir())):03}.json").write_text(json.dumps(message))
"""


def command(folder: Path, *, script: str = WRITES) -> Channel:
    return Channel(name="pager", command=(sys.executable, "-c", script, str(folder)))


def messages(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(path.read_text()) for path in sorted(folder.iterdir())]


def rule(**wants: Any) -> AlertRule:
    return AlertRule.model_validate({"name": "watch", "to": ["pager"], **wants})


def finding(clock: ManualClock, kind: Kind = Kind.LAYOUT, part: str = "") -> Finding:
    return Finding(kind, "lantern", clock.now(), "0 of 20 have a date", part)


def deliver(archive: Archive, rules: Sequence[AlertRule], *known: Channel) -> int:
    return desk.deliver(archive, rules, known, env={})


def test_a_finding_is_told_once_however_long_it_lasts(
    newspaper: Desk, clock: ManualClock, told: Path
) -> None:
    rules = [rule(health="all")]
    for _ in range(3):
        desk.raise_alerts(newspaper.archive, rules, [finding(clock)])
        deliver(newspaper.archive, rules, command(told))
        clock.advance(timedelta(hours=1))
    (message,) = messages(told)
    assert message["alerts"][0]["evidence"]["kind"] == "layout"
    assert "0 of 20 have a date" in message["text"]


def test_what_is_over_is_resolved_and_told_again_when_it_comes_back_days_later(
    newspaper: Desk, clock: ManualClock
) -> None:
    rules = [rule(health=["layout"], over=False)]
    assert desk.raise_alerts(newspaper.archive, rules, [finding(clock)]) == 1
    clock.advance(timedelta(hours=1))
    assert desk.raise_alerts(newspaper.archive, rules, []) == 0
    clock.advance(timedelta(hours=1))
    assert desk.raise_alerts(newspaper.archive, rules, [finding(clock)]) == 0  # it flickers
    clock.advance(timedelta(hours=1))
    desk.raise_alerts(newspaper.archive, rules, [])
    clock.advance(timedelta(days=2))
    assert desk.raise_alerts(newspaper.archive, rules, [finding(clock)]) == 1
    with newspaper.archive.read() as session:
        last, first = alerting.alert_list(session)
    assert first.resolved_at is not None
    assert last.resolved_at is None


def test_the_end_of_what_lasted_is_told_once_to_the_same_channels_unless_it_flickers(
    newspaper: Desk, clock: ManualClock, told: Path
) -> None:
    rules = [rule(health="all")]
    ill = [finding(clock)]
    rounds = [ill, ill, [], ill, [], [], [], []]  # half an hour each
    for found in rounds:
        desk.raise_alerts(newspaper.archive, rules, found)
        deliver(newspaper.archive, rules, command(told))
        clock.advance(timedelta(minutes=30))
    first, last = messages(told)
    assert "is over" not in first["subject"]
    assert last["subject"] == "[morgue] watch: lantern: layout is over"
    assert "over; it was: 0 of 20 have a date" in last["text"]
    assert last["alerts"][0]["evidence"]["alert"] == first["alerts"][0]["alert"]


def test_what_comes_back_after_its_end_was_told_is_told_again(
    newspaper: Desk, clock: ManualClock, told: Path
) -> None:
    rules = [rule(health="all")]
    for found in ([finding(clock)], [], [], [finding(clock)], [], []):
        desk.raise_alerts(newspaper.archive, rules, found)
        deliver(newspaper.archive, rules, command(told))
        clock.advance(timedelta(hours=1))
    assert ["over" in each["subject"] for each in messages(told)] == [False, True, False, True]


def test_an_end_is_told_though_nobody_looked_for_days(
    newspaper: Desk, clock: ManualClock, told: Path
) -> None:
    rules = [rule(health="all")]
    desk.raise_alerts(newspaper.archive, rules, [finding(clock)])
    desk.raise_alerts(newspaper.archive, rules, [])
    clock.advance(timedelta(days=5))
    desk.raise_alerts(newspaper.archive, rules, [])
    deliver(newspaper.archive, rules, command(told))
    assert len(messages(told)) == 2


def test_beginnings_and_ends_are_limited_together(
    newspaper: Desk, clock: ManualClock, told: Path
) -> None:
    rules = [rule(health="all", at_most=2, per="1d")]
    ill = [finding(clock, part=str(number)) for number in range(4)]
    for found in (ill, [], [], []):
        desk.raise_alerts(newspaper.archive, rules, found)
        deliver(newspaper.archive, rules, command(told))
        clock.advance(timedelta(hours=1))
    assert [len(each["alerts"]) for each in messages(told)] == [1, 3]
    clock.advance(timedelta(days=1))
    deliver(newspaper.archive, rules, command(told))
    assert [len(each["alerts"]) for each in messages(told)] == [1, 3, 1, 3]


def test_a_rule_hears_only_of_its_kinds_and_sites(newspaper: Desk, clock: ManualClock) -> None:
    rules = [rule(health=["dead_feed"]), rule(name="other", health="all", sites=["gazette"])]
    assert desk.raise_alerts(newspaper.archive, rules, [finding(clock)]) == 0


def test_a_query_tells_of_each_article_once_from_when_the_rule_began(
    newspaper: Desk, told: Path
) -> None:
    newspaper.see("old", "The harbour opens.")
    rules = [rule(query="harbour")]
    desk.raise_alerts(newspaper.archive, rules, None)
    newspaper.see("a", "The harbour is shut.")
    newspaper.see("b", "The granary is shut.")
    desk.raise_alerts(newspaper.archive, rules, None)
    newspaper.wait(hours=1)
    newspaper.see("a", "The harbour is open again.")
    desk.raise_alerts(newspaper.archive, rules, None)
    deliver(newspaper.archive, rules, command(told))
    (message,) = messages(told)
    assert "matches harbour" in message["text"]


def test_a_removal_is_told(newspaper: Desk) -> None:
    rules = [rule(removals=True)]
    newspaper.see("a", "The harbour is shut.")
    desk.raise_alerts(newspaper.archive, rules, None)
    newspaper.see_gone("a")
    assert desk.raise_alerts(newspaper.archive, rules, None) == 1


def test_a_silent_edit_is_told_though_it_is_found_later_than_its_revision(
    newspaper: Desk,
) -> None:
    rules = [rule(edits="silent")]
    newspaper.see("a", "Twelve died.")
    desk.raise_alerts(newspaper.archive, rules, None)
    newspaper.wait(hours=1)
    newspaper.see("a", "Thirty died.")
    assert desk.raise_alerts(newspaper.archive, rules, None) == 0  # nobody compared yet
    with newspaper.archive.write() as session:
        edit = EditRow(kind="number", op="edit", count=1, size=2, is_silent=True)
        add_edits(session, Pair(2, 1), [edit], comparer=COMPARER_VERSION)
        follow(session, 10**6, comparer=COMPARER_VERSION)
    assert desk.raise_alerts(newspaper.archive, rules, None) == 1
    assert desk.raise_alerts(newspaper.archive, rules, None) == 0


def test_what_a_channel_does_not_take_is_tried_again_at_growing_pauses(
    newspaper: Desk, clock: ManualClock, told: Path
) -> None:
    rules = [rule(health="all")]
    broken = command(told, script="import sys; sys.exit('no paper')")
    desk.raise_alerts(newspaper.archive, rules, [finding(clock)])
    assert deliver(newspaper.archive, rules, broken) == 0
    assert deliver(newspaper.archive, rules, broken) == 0  # its pause is not over
    with newspaper.archive.read() as session:
        (trouble,) = alerting.troubles(session)
    assert "no paper" in trouble
    clock.advance(timedelta(minutes=2))
    assert deliver(newspaper.archive, rules, command(told)) == 1
    with newspaper.archive.read() as session:
        assert alerting.troubles(session) == []
        (alert,) = alerting.alert_list(session)
    assert alert.deliveries[0].attempt_count == 2


def test_more_than_a_rule_may_send_comes_in_one_message(
    newspaper: Desk, clock: ManualClock, told: Path
) -> None:
    rules = [rule(health="all", at_most=2, per="1h")]
    many = [finding(clock, Kind.DEAD_FEED, f"feed {n}") for n in range(5)]
    desk.raise_alerts(newspaper.archive, rules, many)
    assert deliver(newspaper.archive, rules, command(told)) == 2
    assert [len(each["alerts"]) for each in messages(told)] == [1, 4]
    more = [finding(clock, Kind.DEAD_FEED, f"other {n}") for n in range(3)]
    clock.advance(timedelta(minutes=1))
    desk.raise_alerts(newspaper.archive, rules, [*many, *more])
    assert deliver(newspaper.archive, rules, command(told)) == 0  # it has sent two
    clock.advance(timedelta(hours=1, minutes=1))
    deliver(newspaper.archive, rules, command(told))
    assert sum(len(each["alerts"]) for each in messages(told)) == 8


def test_a_channel_that_is_no_more_is_given_up_and_said_so(
    newspaper: Desk, clock: ManualClock
) -> None:
    rules = [rule(health="all")]
    desk.raise_alerts(newspaper.archive, rules, [finding(clock)])
    assert deliver(newspaper.archive, rules) == 0
    with newspaper.archive.read() as session:
        (alert,) = alerting.alert_list(session)
    assert "no channel pager" in str(alert.deliveries[0].last_error)
    assert alert.deliveries[0].next_at is None


class Mailbox:
    """Takes mail."""

    def __init__(self) -> None:
        self.letters: list[str] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        self.letters.append(envelope.content.decode())
        return "250 OK"


def test_a_mail_reaches_a_mail_server(clock: ManualClock) -> None:
    mailbox = Mailbox()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(mailbox, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        email = {"to": "desk@example.org", "sender": "m@example.org", "host": "127.0.0.1"}
        channel = Channel.model_validate(
            {"name": "mail", "email": email | {"port": port, "security": "none"}}
        )
        channels.send(channel, trial("mail", now=clock.now()), env={}, now=clock.now())
    finally:
        controller.stop()
    (letter,) = mailbox.letters
    assert "Subject: [morgue] test of mail" in letter


@contextmanager
def receiver(*, status: int = 200) -> Iterator[tuple[str, list[tuple[dict[str, str], bytes]]]]:
    """A server that keeps what is posted to it."""
    heard: list[tuple[dict[str, str], bytes]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            heard.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.send_header("Location", "/elsewhere")
            self.end_headers()

        def log_message(self, *words: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/hook", heard
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def webhook(url: str, **more: str) -> Channel:
    return Channel.model_validate({"name": "hook", "webhook": {"url": url, **more}})


def test_a_webhook_is_signed_so_that_its_receiver_knows_the_writer(clock: ManualClock) -> None:
    with receiver() as (url, heard):
        message = trial("hook", now=clock.now())
        channel = webhook(url, secret="$HOOK")
        channels.send(channel, message, env={"HOOK": "s3cret"}, now=clock.now())
    ((headers, body),) = heard
    expected = channels.signature("s3cret", body, now=clock.now())
    assert headers["x-morgue-signature"] == expected["X-Morgue-Signature"]
    assert json.loads(body)["test"] is True


@pytest.mark.parametrize("status", [302, 400, 500])
def test_a_webhook_that_does_not_take_it_has_not_got_it(clock: ManualClock, status: int) -> None:
    with (
        receiver(status=status) as (url, heard),
        pytest.raises(NotDelivered, match=f"HTTP {status}"),
    ):
        channels.send(webhook(url), trial("hook", now=clock.now()), env={}, now=clock.now())
    assert len(heard) == 1


def test_a_secret_that_is_not_set_is_named_and_nothing_is_sent(clock: ManualClock) -> None:
    with receiver() as (url, heard):
        channel = webhook(url, secret="$HOOK")
        with pytest.raises(NotDelivered, match="HOOK is not set"):
            channels.send(channel, trial("hook", now=clock.now()), env={}, now=clock.now())
    assert heard == []


def test_a_receiver_that_is_not_there_is_told_in_words(clock: ManualClock) -> None:
    channel = webhook("http://127.0.0.1:9/")
    with pytest.raises(NotDelivered, match="cannot be reached"):
        channels.send(channel, trial("hook", now=clock.now()), env={}, now=clock.now())
