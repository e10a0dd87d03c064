"""/healthz, /readyz and /metrics over real sockets, from both databases."""

import asyncio
import http.client
import signal
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from config.clock import ManualClock
from config.settings import Settings
from db.archive import Archive
from morgue.watchman import Watchman
from morgue.web.app import application
from morgue.web.metrics import Metrics
from morgue.web.serving import Serving
from tests.contract.desk import Desk


def get(address: str, path: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=10)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


async def ask(serving: Serving, *paths: str) -> list[tuple[int, str]]:
    task = asyncio.create_task(serving.run())
    await serving.listening.wait()
    assert serving.address
    found = [await asyncio.to_thread(get, serving.address, path) for path in paths]
    serving.stop()
    await task
    return found


@pytest.fixture
def watchman(archive: Archive, clock: ManualClock, tmp_path: Path) -> Watchman:
    desk = Desk(archive, clock)
    desk.see("a", "The harbour is shut.")
    return Watchman(
        archive,
        settings=lambda: Settings(home=tmp_path),
        sites=dict,
        env={},
        every=timedelta(seconds=30),
    )


def serving(archive: Archive, watchman: Watchman, **troubles: str | None) -> Serving:
    app = application(
        is_working=lambda: troubles.get("working"),
        is_ready=lambda: troubles.get("ready"),
        metrics=Metrics(archive, watchman).page,
    )
    return Serving(app, listen="127.0.0.1:0")


def test_what_works_says_ok(archive: Archive, watchman: Watchman) -> None:
    answers = asyncio.run(ask(serving(archive, watchman), "/healthz", "/readyz", "/nothing"))
    assert [status for status, _ in answers] == [200, 200, 404]


def test_what_does_not_says_what_is_wrong(archive: Archive, watchman: Watchman) -> None:
    ill = serving(archive, watchman, working="no look for an hour", ready="no archive")
    health, ready = asyncio.run(ask(ill, "/healthz", "/readyz"))
    assert (health[0], ready[0]) == (503, 503)
    assert "no look for an hour" in health[1]
    assert "no archive" in ready[1]


def test_metrics_are_read_from_the_archive(archive: Archive, watchman: Watchman) -> None:
    watchman.go_round()
    ((status, page),) = asyncio.run(ask(serving(archive, watchman), "/metrics"))
    assert status == 200
    assert "morgue_archive_up 1.0" in page
    assert 'morgue_site_articles{site="lantern"} 1.0' in page
    assert "morgue_visits_total 1.0" in page
    assert 'morgue_site_articles_today{site="lantern"} 1.0' in page


def test_signals_stay_the_daemons(archive: Archive, watchman: Watchman) -> None:
    during = []

    def look() -> None:
        during.append(signal.getsignal(signal.SIGTERM))

    app = application(is_working=look, is_ready=lambda: None, metrics=lambda: b"")
    asyncio.run(ask(Serving(app, listen="127.0.0.1:0"), "/healthz"))
    assert during == [signal.getsignal(signal.SIGTERM)]


def test_an_address_in_use_stops_nothing(archive: Archive, watchman: Watchman) -> None:
    async def both() -> str | None:
        first = serving(archive, watchman)
        task = asyncio.create_task(first.run())
        await first.listening.wait()
        assert first.address
        second = Serving(application(
            is_working=lambda: None, is_ready=lambda: None, metrics=lambda: b""
        ), listen=urlsplit(first.address).netloc)  # fmt: skip
        await second.run()
        first.stop()
        await task
        return second.address

    assert asyncio.run(both()) is None


def test_off_is_off(archive: Archive, watchman: Watchman) -> None:
    app = application(is_working=lambda: None, is_ready=lambda: None, metrics=lambda: b"")
    closed = Serving(app, listen="off")
    asyncio.run(closed.run())
    assert closed.address is None
