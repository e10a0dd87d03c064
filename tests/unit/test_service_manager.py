"""A service manager hears how the daemon is."""

import os
import socket
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from morgue.service_manager import ServiceManager


@pytest.fixture
def listener(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(tmp_path / "notify"))
        listener.settimeout(60)
        yield listener


def heard(listener: socket.socket) -> list[str]:
    return listener.recv(4096).decode().split("\n")


def test_it_hears_ready_working_reloading_and_stopping(listener: socket.socket) -> None:
    manager = ServiceManager.of({"NOTIFY_SOCKET": listener.getsockname()})
    manager.ready("waiting\nfor work")
    assert heard(listener) == ["READY=1", "STATUS=waiting for work"]
    manager.working("crawling harbour")
    assert heard(listener) == ["WATCHDOG=1", "STATUS=crawling harbour"]
    manager.reloading()
    first, second = heard(listener)
    assert first == "RELOADING=1"
    assert second.startswith("MONOTONIC_USEC=")
    manager.stopping()
    assert heard(listener) == ["STOPPING=1"]


def test_an_abstract_socket_is_one(tmp_path: Path) -> None:
    name = f"morgue-{os.getpid()}-{tmp_path.name}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(f"\0{name}")
        ServiceManager.of({"NOTIFY_SOCKET": f"@{name}"}).stopping()
        assert heard(listener) == ["STOPPING=1"]


@pytest.mark.parametrize("address", ["", "/nowhere/at/all", "vsock:2:1", "relative"])
def test_nobody_who_listens_is_no_trouble(address: str) -> None:
    ServiceManager(address).ready("waiting")


@pytest.mark.parametrize(
    ("env", "watchdog"),
    [
        ({}, None),
        ({"WATCHDOG_USEC": "30000000"}, timedelta(seconds=30)),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": str(os.getpid())}, timedelta(seconds=30)),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "1"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
        ({"WATCHDOG_USEC": "0"}, None),
    ],
)
def test_the_watchdog_is_that_of_this_process(
    env: dict[str, str], watchdog: timedelta | None
) -> None:
    assert ServiceManager.of(env).watchdog == watchdog
