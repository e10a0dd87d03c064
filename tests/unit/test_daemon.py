import asyncio
import json
import os
import signal
import sys
from collections.abc import Iterator, MutableMapping, Sequence
from datetime import timedelta
from typing import Any, ClassVar

import pytest
import structlog

from db.errors import ArchiveBusy
from morgue.daemon import Daemon, DueSite, Pace
from morgue.service_manager import ServiceManager

PACE = Pace(tick=timedelta(seconds=0.05), grace=timedelta(seconds=30))


Events = list[MutableMapping[str, Any]]


def site(name: str, *hosts: str, longest: float = 60) -> DueSite:
    return DueSite(
        name, frozenset(hosts or (f"{name}.example",)), longest=timedelta(seconds=longest)
    )


REPORTS = """
import json, sys
for name in sys.argv[1:]:
    print(json.dumps({"event": "site_finished", "site": name, "outcome": "finished", "counts": {}}))
"""
WAITS = "import signal; print('{}', flush=True); signal.pause()"


@pytest.fixture
def events() -> Iterator[Events]:
    with structlog.testing.capture_logs() as captured:
        yield captured


class Archive:
    """Says what is due at each look; ends the daemon when there is no more to say, or an event came."""

    def __init__(
        self,
        *looks: Sequence[DueSite] | Exception,
        then: Sequence[DueSite] = (),
        until: str | None = None,
        by: str = "stop",
    ) -> None:
        self.looks = list(looks)
        self.then = then
        self.until = until
        self.by = by
        self.events: Events = []
        self.lost: list[tuple[str, str]] = []
        self.buried = 0
        self.daemon: Daemon
        self.loop: asyncio.AbstractEventLoop

    def __call__(self) -> Sequence[DueSite]:
        if self.looks:
            found = self.looks.pop(0)
            if isinstance(found, Exception):
                raise found
            return found
        if self.until is None or self.until in names_of(self.events):
            self.loop.call_soon_threadsafe(self.end)
        return self.then

    def note_lost(self, name: str, words: str) -> None:
        self.lost.append((name, words))

    def close_dead(self) -> None:
        self.buried += 1
        if self.buried == 1:
            raise ArchiveBusy("busy")

    def end(self) -> None:
        if self.by == "signal":
            os.kill(os.getpid(), signal.SIGTERM)
        else:
            self.daemon.stop()


def run(
    archive: Archive,
    events: Events,
    *,
    script: str = REPORTS,
    pace: Pace = PACE,
    enough: int | None = None,
) -> list[list[str]]:
    started: list[list[str]] = []

    def command(names: Sequence[str]) -> list[str]:
        started.append(list(names))
        if len(started) == enough:
            archive.loop.call_soon(archive.end)
        return [sys.executable, "-c", script, *names]

    async def body() -> None:
        archive.loop = asyncio.get_running_loop()
        archive.events = events
        archive.daemon = Daemon(
            find_due=archive,
            command=command,
            note_lost=archive.note_lost,
            close_dead=archive.close_dead,
            pace=pace,
        )
        async with asyncio.timeout(60):
            await archive.daemon.run()

    asyncio.run(body())
    return started


def names_of(events: Events) -> list[str]:
    return [event["event"] for event in events]


def test_what_is_due_is_crawled_in_one_child(events: Events) -> None:
    started = run(Archive([site("a"), site("b")], until="site_crawled"), events)
    assert started == [["a", "b"]]
    assert names_of(events).count("site_crawled") == 2
    assert names_of(events)[-1] == "daemon_stopped"


def test_sites_of_one_host_are_never_crawled_by_two_children(events: Events) -> None:
    one, two = site("one", "shared.example"), site("two", "shared.example")
    started = run(Archive([one], [one, two], [two]), events, script=WAITS)
    assert started == [["one"]]


def test_a_batch_is_no_larger_than_its_limit_and_children_are_counted(events: Events) -> None:
    pace = Pace(tick=PACE.tick, batch=2, children=2)
    started = run(
        Archive([site(name) for name in "abcde"]), events, pace=pace, script=WAITS, enough=2
    )
    assert started == [["a", "b"], ["c", "d"]]


def test_daily_work_comes_before_back_fills_and_always_has_room(events: Events) -> None:
    past = [DueSite(name, frozenset({f"{name}.example"}), is_backfill=True) for name in "xy"]
    started = run(Archive([site("a"), *past]), events, script=WAITS, enough=2)
    assert started == [["a"], ["--backfill", "x"]]
    started = run(Archive(past, [*past, site("a")]), events, script=WAITS, enough=2)
    assert started == [["--backfill", "x"], ["a"]]


def test_a_termination_signal_ends_the_children_and_the_daemon(events: Events) -> None:
    run(Archive([site("a")], by="signal"), events, script=WAITS)
    assert names_of(events)[-2:] == ["daemon_stopping", "daemon_stopped"]
    assert "child_failed" not in names_of(events)


def test_a_site_whose_child_fails_is_left_alone_for_a_while(events: Events) -> None:
    due = [site("a")]
    script = "raise SystemExit(3)"
    archive = Archive(due, until="child_failed", then=due)
    assert run(archive, events, script=script) == [["a"]]
    failed = next(e for e in events if e["event"] == "child_failed")
    assert failed["code"] == 3
    assert failed["sites"] == ["a"]


@pytest.mark.parametrize(("code", "buried"), [(3, 1), (1, 2), (-9, 2)])
def test_dead_crawls_are_closed_at_the_start_and_where_a_child_may_have_left_one(
    events: Events, code: int, buried: int
) -> None:
    script = f"import os, sys; sys.exit({code}) if {code} >= 0 else os.kill(os.getpid(), {-code})"
    archive = Archive([site("a")], until="child_failed")
    run(archive, events, script=script)
    assert archive.buried == buried
    assert names_of(events).count("dead_crawls_not_closed") == 1  # the first time, as it was busy


def test_an_archive_that_cannot_be_asked_is_asked_again(events: Events) -> None:
    archive = Archive(ArchiveBusy("busy"), RuntimeError(), [site("a")], until="site_crawled")
    assert run(archive, events) == [["a"]]
    assert names_of(events).count("due_sites_unknown") == 2


def test_a_site_that_could_not_be_reached_is_told_with_its_reason(events: Events) -> None:
    line = json.dumps(
        {"event": "site_finished", "site": "a", "outcome": "failed", "error": "no such host"}
    )
    script = f"print({line!r}); raise SystemExit(1)"
    run(Archive([site("a")], until="site_failed"), events, script=script)
    told = next(e for e in events if e["event"] == "site_failed")
    assert told["error"] == "no such host"
    assert told["log_level"] == "warning"


def test_a_child_whose_sites_time_is_up_is_ended_and_the_archive_told(events: Events) -> None:
    pace = Pace(tick=PACE.tick, slack=timedelta(seconds=0.2), grace=timedelta(seconds=30))
    archive = Archive([site("a", longest=0.1)], until="child_failed")
    run(archive, events, script=WAITS, pace=pace)
    assert archive.lost == [("a", "its crawl was not over when its time was up")]


DIES_OF_B = """
import json, os, signal, sys
for name in sys.argv[1:]:
    if name == 'b': os.kill(os.getpid(), signal.SIGKILL)
    print(json.dumps({"event": "site_finished", "site": name, "outcome": "finished"}), flush=True)
"""


def test_the_one_site_that_kills_its_crawls_is_found_and_the_others_are_crawled(
    events: Events,
) -> None:
    left = {name: site(name) for name in "abcde"}

    class Bisected(Archive):
        def __call__(self) -> Sequence[DueSite]:
            for event in events:
                if event["event"] == "site_crawled":
                    left.pop(event["site"], None)
            if self.lost and set(left) == {"b"}:
                self.loop.call_soon_threadsafe(self.end)
            return list(left.values())

    archive = Bisected()
    pace = Pace(tick=PACE.tick, backoff=timedelta(seconds=0.5), children=1)
    started = run(archive, events, script=DIES_OF_B, pace=pace)
    assert started[:2] == [["a", "b", "c", "d", "e"], ["b", "c"]]
    assert ["b"] in started
    assert {name for name, _ in archive.lost} == {"b"}
    assert "memory" in archive.lost[0][1]


TELLS_AND_WAITS = """
import json, signal, sys
for name in sys.argv[1:]:
    if name != 'hangs': print(json.dumps({"event": "site_finished", "site": name}), flush=True)
if 'hangs' in sys.argv: signal.pause()
"""


def test_a_site_that_hangs_keeps_neither_its_neighbours_nor_others_from_their_next_run(
    events: Events,
) -> None:
    pace = Pace(tick=PACE.tick, children=1, patience=timedelta(seconds=0.2))
    hangs, quick, other = site("hangs"), site("quick"), site("other")
    archive = Archive([hangs, quick], *[[quick, other]] * 20, then=[quick, other])
    started = run(archive, events, script=TELLS_AND_WAITS, pace=pace, enough=2)
    assert started == [["hangs", "quick"], ["quick", "other"]]


def test_children_that_take_long_are_no_more_than_memory_has_room_for(events: Events) -> None:
    pace = Pace(tick=PACE.tick, batch=1, children=1, patience=timedelta(0), most_children=2)

    class Timed(Archive):
        def __call__(self) -> Sequence[DueSite]:
            self.loop.call_soon_threadsafe(self.loop.call_later, 0.5, self.end)
            return [site(name) for name in "abcd"]

    assert run(Timed(), events, script=WAITS, pace=pace) == [["a"], ["b"]]


def test_a_site_that_somebody_else_crawls_is_left_alone_without_blame(events: Events) -> None:
    script = 'print(\'{"event": "site_busy", "site": "a", "why": "busy"}\')'
    archive = Archive(*[[site("a")]] * 5, until="site_busy", then=[site("a")])
    assert run(archive, events, script=script) == [["a"]]
    assert archive.lost == []
    assert "child_failed" not in names_of(events)


def test_what_a_child_prints_that_is_no_event_is_no_trouble(events: Events) -> None:
    script = """
print('hello'); print('[1]'); print('{"event": 5}'); print('{"event": "site_finished"}')
print('{"event": "site_finished", "site": "a"}')
"""
    run(Archive([site("a")], until="site_crawled"), events, script=script)
    assert "crawl_lost" not in names_of(events)


def test_sighup_has_the_configuration_read_again_and_ends_nothing(events: Events) -> None:
    archive = Archive([], [], [], until="daemon_rereads")
    asked: list[bool] = []

    async def body() -> None:
        archive.loop = asyncio.get_running_loop()
        archive.events = events
        archive.daemon = Daemon(
            find_due=archive,
            command=lambda _: [],
            pace=PACE,
            read_again=lambda: asked.append(True),
        )
        archive.loop.call_later(0.1, os.kill, os.getpid(), signal.SIGHUP)
        async with asyncio.timeout(60):
            await archive.daemon.run()

    asyncio.run(body())
    assert asked == [True]
    assert names_of(events)[-1] == "daemon_stopped"


class Manager(ServiceManager):
    """Takes down what it is told."""

    __slots__ = ()
    told: ClassVar[list[str]] = []

    def _tell(self, *lines: str) -> None:
        self.told.append(lines[0])


def test_a_service_manager_hears_that_the_daemon_is_ready_works_and_ends(events: Events) -> None:
    Manager.told.clear()
    archive = Archive([], until="enough")

    async def body() -> None:
        archive.loop = asyncio.get_running_loop()
        archive.events = events
        archive.daemon = Daemon(
            find_due=archive,
            command=lambda _: [],
            pace=PACE,
            manager=Manager(watchdog=timedelta(seconds=0.15)),
        )
        archive.loop.call_later(0.5, structlog.get_logger().info, "enough")
        async with asyncio.timeout(60):
            await archive.daemon.run()

    asyncio.run(body())
    assert Manager.told[0] == "READY=1"
    assert Manager.told.count("WATCHDOG=1") >= 2
    assert Manager.told[-1] == "STOPPING=1"
