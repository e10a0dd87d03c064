"""Serves a newsroom's outlets on loopback, all from one thread.

Knows ports and threads. Must not know what the answers say.
"""

import asyncio
import socket
import threading
from collections import Counter
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self

from config.clock import Clock
from morgue.demo.newsroom.answers import Answer, Request
from morgue.demo.newsroom.control import Control
from morgue.demo.newsroom.outlets import Outlet
from morgue.demo.newsroom.site import Site
from morgue.demo.newsroom.wire import Answerer, Connection
from morgue.demo.newsroom.world import Newsroom

Asked = tuple[str, str, int]
"""An outlet's name, a request's target, the status of the answer."""

_CONTROL = "control"
_MOST_WAITING = 512
_START_WAIT_S = 30.0


class NewsroomServer:
    """A context manager: inside it, every outlet answers at `base_url(outlet)`.

    The outlets share 127.0.0.1 with a port each, or have an address each (127.0.77.1, .2 …; where
    the system lets them, as Linux does), so that they are different hosts to a crawler.
    """

    def __init__(
        self,
        newsroom: Newsroom,
        *,
        has_own_hosts: bool = False,
        port: int = 0,
        control_port: int | None = None,
        pages_kept: int = 4096,
        is_warm: bool = False,
    ) -> None:
        """Prepare to serve.

        Args:
            newsroom: what to serve; its clock may be moved while it is served.
            has_own_hosts: a loopback address for each outlet instead of 127.0.0.1 for all.
            port: of the first outlet, the others follow; 0 for any free ones.
            control_port: where to serve `/_newsroom/…`, 0 for any free one; None for nowhere.
            pages_kept: of each outlet, written pages remembered (some 40 KB each); others are
                written again when they are asked for.
            is_warm: write the pages before serving them, for measurements of those who ask.
        """
        self.newsroom = newsroom
        self._has_own_hosts = has_own_hosts
        self._port = port
        self._control_port = control_port
        self._pages_kept = pages_kept
        self._is_warm = is_warm
        self._addresses: dict[str, str] = {}
        self._counts: Counter[Asked] = Counter()
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._connections: set[Connection] = set()

    def __enter__(self) -> Self:
        """Begin to serve.

        Raises:
            OSError: an address cannot be bound.
        """
        sockets = self._bound()
        self.newsroom.addresses |= {
            name: address for name, address in self._addresses.items() if name != _CONTROL
        }
        sites = {outlet.name: self._site(outlet) for outlet in self.newsroom.outlets}
        if self._control_port is not None:
            sites[_CONTROL] = Control(self.newsroom, self._requests_json).answer
        started = threading.Event()
        self._thread = threading.Thread(
            target=self._serve, args=(sites, sockets, started), name="newsroom", daemon=True
        )
        self._thread.start()
        if not started.wait(_START_WAIT_S):
            raise TimeoutError("the newsroom's server did not start")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop at once, in the middle of answers too."""
        assert self._loop is not None
        assert self._thread is not None
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop = self._thread = None

    def base_url(self, outlet: Outlet | str) -> str:
        """Where an outlet is served, without a slash at the end."""
        return self._addresses[outlet if isinstance(outlet, str) else outlet.name]

    @property
    def control_url(self) -> str:
        """Where the newsroom is driven from.

        Raises:
            KeyError: the server was made without a control port.
        """
        return self._addresses[_CONTROL]

    @property
    def requests(self) -> Counter[Asked]:
        """How often what was asked for until now, by outlet, target and status."""
        with self._lock:
            return Counter(self._counts)

    def forget_requests(self) -> None:
        """Count from zero again."""
        with self._lock:
            self._counts.clear()

    def _requests_json(self) -> list[dict[str, Any]]:
        return [
            {"outlet": outlet, "target": target, "status": status, "count": count}
            for (outlet, target, status), count in sorted(self.requests.items())
        ]

    def _site(self, outlet: Outlet) -> Answerer:
        site = Site(self.newsroom, outlet, pages_kept=self._pages_kept)
        if self._is_warm:
            site.warm()

        def answer(request: Request) -> Answer:
            answered = site.answer(request)
            with self._lock:
                self._counts[outlet.name, request.target, answered.status] += 1
            return answered

        return answer

    def _bound(self) -> dict[str, socket.socket]:
        wanted: list[tuple[str, str, int]] = [
            (
                outlet.name,
                f"127.0.77.{at + 1}" if self._has_own_hosts else "127.0.0.1",
                self._port + at if self._port else 0,
            )
            for at, outlet in enumerate(self.newsroom.outlets)
        ]
        if self._control_port is not None:
            wanted.append((_CONTROL, "127.0.0.1", self._control_port))
        sockets: dict[str, socket.socket] = {}
        try:
            for name, host, port in wanted:
                sockets[name] = socket.create_server((host, port), backlog=_MOST_WAITING)
                sockets[name].setblocking(False)
                bound_host, bound_port = sockets[name].getsockname()[:2]
                self._addresses[name] = f"http://{bound_host}:{bound_port}"
        except OSError:
            for opened in sockets.values():
                opened.close()
            raise
        return sockets

    def _serve(
        self,
        sites: dict[str, Answerer],
        sockets: dict[str, socket.socket],
        started: threading.Event,
    ) -> None:
        loop = self._loop = asyncio.new_event_loop()
        servers = [
            loop.run_until_complete(self._listen(loop, sites[name], sockets[name]))
            for name in sites
        ]
        loop.call_soon(started.set)
        try:
            loop.run_forever()
        finally:
            for server in servers:
                server.close()
            for connection in tuple(self._connections):
                connection.close()
            # Aborted connections are told so in the loop's next turn.
            loop.run_until_complete(asyncio.sleep(0))
            loop.close()

    async def _listen(
        self, loop: asyncio.AbstractEventLoop, answer: Answerer, listening: socket.socket
    ) -> asyncio.Server:
        clock = _WholeSeconds(self.newsroom.clock)
        return await loop.create_server(
            lambda: Connection(answer, clock=clock, open_now=self._connections),
            sock=listening,
            backlog=_MOST_WAITING,
        )


class _WholeSeconds:
    """The newsroom's clock as HTTP's Date wants it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def now(self) -> datetime:
        return self._clock.now().astimezone(UTC).replace(microsecond=0)
