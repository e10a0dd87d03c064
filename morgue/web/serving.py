"""Serves the pages beside the daemon, in its loop. Knows uvicorn; signals stay the daemon's."""

import asyncio
import contextlib
import socket
from collections.abc import Iterator

import structlog
import uvicorn
from starlette.applications import Starlette

log = structlog.stdlib.get_logger("morgue.web")

_GRACE_S = 2


class _Server(uvicorn.Server):
    """uvicorn takes signals for itself and raises them again when it ends: the daemon's must stay its own."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


class Serving:
    """A server that can be told to stop. One that cannot listen is told in the log, and crawling goes on."""

    def __init__(self, app: Starlette, *, listen: str) -> None:
        """To listen at HOST:PORT, or not at all where it is "off"."""
        self._listen = listen
        self._server: _Server | None = None
        self._app = app
        self.address: str | None = None
        """Where it listens; None where it does not."""
        self.listening = asyncio.Event()
        """Set once it listens, or cannot."""

    def stop(self) -> None:
        """Finish what is being answered, and end."""
        if self._server:
            self._server.should_exit = True

    async def run(self) -> None:
        """Serve until told to stop."""
        if self._listen == "off":
            return
        try:
            listening = _listen(self._listen)
        except OSError as error:
            self.listening.set()
            log.warning(
                "listening_failed",
                address=self._listen,
                error=str(error),
                remedy="another daemon may listen there: set listen to another port, or to off",
            )
            return
        with listening:
            host, port = listening.getsockname()[:2]
            self.address = f"http://{f'[{host}]' if ':' in host else host}:{port}"
            self._server = _Server(
                uvicorn.Config(
                    self._app,
                    log_config=None,
                    access_log=False,
                    lifespan="off",
                    server_header=False,
                    limit_concurrency=32,
                    timeout_keep_alive=5,
                    timeout_graceful_shutdown=_GRACE_S,
                )
            )
            self.listening.set()
            log.info("listening_started", address=self.address)
            await self._server.serve(sockets=[listening])


def _listen(address: str) -> socket.socket:
    host, _, port = address.rpartition(":")
    host = host.strip("[]")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, int(port)))
        listening.listen(64)
        listening.setblocking(False)
    except BaseException:
        listening.close()
        raise
    return listening
