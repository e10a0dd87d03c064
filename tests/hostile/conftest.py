"""Servers for the tests of this folder."""

from collections.abc import Callable, Iterator

import pytest

from tests.hostile.lying import Lie, Server


@pytest.fixture
def server() -> Iterator[Callable[[dict[str, Lie]], Server]]:
    """Makes servers; all are closed at the end of the test."""
    servers: list[Server] = []

    def make(lies: dict[str, Lie]) -> Server:
        servers.append(Server(lies))
        return servers[-1]

    yield make
    for each in servers:
        each.close()
