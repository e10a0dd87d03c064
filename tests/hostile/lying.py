"""A raw server on loopback that is honest by default and lies where a path has a lie."""

import socket
import ssl
import struct
import threading
import time
import zlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache

Lie = Callable[["Connection"], None]


@dataclass
class Connection:
    """One accepted connection, with the request read."""

    socket: socket.socket
    path: str
    headers: dict[str, str]
    base: str
    is_over: threading.Event

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def answer(
        self,
        body: bytes,
        *,
        status: str = "200 OK",
        kind: str = "text/html",
        headers: tuple[str, ...] = (),
    ) -> None:
        lines = [
            f"HTTP/1.1 {status}",
            f"Content-Type: {kind}",
            f"Content-Length: {len(body)}",
            "Connection: close",
            *headers,
        ]
        self.send("\r\n".join(lines).encode() + b"\r\n\r\n" + body)

    def wait(self, seconds: float) -> bool:
        """True when the server is being closed."""
        return self.is_over.wait(seconds)


class Server:
    """A raw server on loopback: honest by default, lying where a path has a lie."""

    def __init__(self, lies: dict[str, Lie], *, tls: ssl.SSLContext | None = None) -> None:
        self.lies = lies
        self._tls = tls
        self._is_over = threading.Event()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._threads: list[threading.Thread] = []
        self.port = self._socket.getsockname()[1]
        self.base = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"
        self.paths: list[str] = []
        self.times: list[float] = []
        self.headers: list[dict[str, str]] = []
        self.arrived = threading.Event()
        self._accepting = threading.Thread(target=self._accept, daemon=True)
        self._accepting.start()

    def close(self) -> None:
        self._is_over.set()
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._accepting.join()
        for thread in self._threads:
            thread.join(5)

    def _accept(self) -> None:
        while not self._is_over.is_set():
            try:
                accepted, _ = self._socket.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._serve, args=(accepted,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, accepted: socket.socket) -> None:
        accepted.settimeout(20)
        with suppress(OSError), self._secured(accepted) as secured:
            head = b""
            while b"\r\n\r\n" not in head:
                part = secured.recv(65536)
                if not part:
                    return
                head += part
            first, *lines = head.decode("latin-1").split("\r\n")
            path = first.split(" ")[1]
            self.paths.append(path)
            self.times.append(time.monotonic())
            self.arrived.set()
            headers = {
                name.lower(): value.strip()
                for name, _, value in (line.partition(":") for line in lines if line)
            }
            self.headers.append(headers)
            scheme, _, address = self.base.partition("://")
            base = f"{scheme}://{headers.get('host', address)}"
            connection = Connection(secured, path, headers, base, self._is_over)
            self._lie_of(path)(connection)

    def _lie_of(self, path: str) -> Lie:
        """The lie of this path, or of the paths that begin with what stands before a *."""
        known = self.lies.get(path)
        if known is not None:
            return known
        return next(
            (
                lie
                for start, lie in self.lies.items()
                if start[-1:] == "*" and path.startswith(start[:-1])
            ),
            honest,
        )

    def _secured(self, accepted: socket.socket) -> socket.socket:
        return self._tls.wrap_socket(accepted, server_side=True) if self._tls else accepted


STORY = (
    "<html lang=en><head><title>The harbour reopens</title></head><body><article>"
    "<h1>The harbour reopens</h1>"
    + "<p>The ferries of the northern line left the quay on time this morning, said the pilot.</p>"
    * 8
    + "</article></body></html>"
).encode()


def feed(base: str, *paths: str) -> bytes:
    items = "".join(
        f"<item><title>The harbour reopens</title><link>{base}{path}</link></item>"
        for path in paths
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel>{items}</channel></rss>'.encode()


def honest(connection: Connection) -> None:
    if connection.path == "/robots.txt":
        connection.answer(b"none", status="404 Not Found", kind="text/plain")
    elif connection.path == "/feed.xml":
        body = feed(connection.base, "/lie", "/story-1", "/story-2")
        connection.answer(body, kind="application/rss+xml")
    else:
        connection.answer(STORY)


def never(connection: Connection) -> None:
    connection.wait(30)


def drip(connection: Connection) -> None:
    connection.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 100000\r\n\r\n")
    while not connection.wait(0.1):
        connection.send(b"a")


def endless(connection: Connection) -> None:
    connection.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
    while not connection.wait(0):
        connection.send(b"<p>more</p>" * 6000)


def huge(connection: Connection) -> None:
    connection.send(
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 100000000\r\n\r\n"
    )
    while not connection.wait(0):
        connection.send(b"<p>more</p>" * 6000)


def short(connection: Connection) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 500000\r\n\r\n"
    connection.send(head + STORY)


@cache
def packed_zeros() -> bytes:
    """100 MB in 100 KB."""
    packer = zlib.compressobj(6, zlib.DEFLATED, 31)
    return b"".join(packer.compress(bytes(1_000_000)) for _ in range(100)) + packer.flush()


def bomb(connection: Connection) -> None:
    connection.answer(packed_zeros(), headers=("Content-Encoding: gzip",))


def false_gzip(connection: Connection) -> None:
    connection.answer(b"this was never packed", headers=("Content-Encoding: gzip",))


def loop(connection: Connection) -> None:
    number = int(connection.path.partition("?")[2] or 0) + 1
    target = f"/lie?{number}"
    connection.answer(b"", status="302 Found", headers=(f"Location: {target}",))


def to(target: str) -> Lie:
    def redirect(connection: Connection) -> None:
        connection.answer(b"", status="302 Found", headers=(f"Location: {target}",))

    return redirect


def reset(connection: Connection) -> None:
    linger = struct.pack("ii", 1, 0)
    connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)


def garbage(connection: Connection) -> None:
    connection.send(b"\x00\xff\xfe no status here \r\n\r\n\r\n")


def odd_headers(connection: Connection) -> None:
    connection.send(
        b"HTTP/1.1 200 OK\r\nno colon here\r\nX-Odd: \xff\xfe\x00\r\nContent-Type: text/html\r\n"
        b"Content-Length: %d\r\nConnection: close\r\n\r\n%s" % (len(STORY), STORY)
    )


def header_flood(connection: Connection) -> None:
    connection.send(b"HTTP/1.1 200 OK\r\n")
    while not connection.wait(0):
        connection.send(b"X-More: " + b"a" * 8000 + b"\r\n")


def busy_for(seconds: int) -> Lie:
    def busy(connection: Connection) -> None:
        connection.answer(
            b"later", status="503 Service Unavailable", headers=(f"Retry-After: {seconds}",)
        )

    return busy
