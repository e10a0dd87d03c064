"""HTTP/1.1 on asyncio, as little as the newsroom needs: keep-alive and lengths.

Knows the wire. Must not know what is served.
"""

import asyncio
from collections.abc import Callable
from email.utils import format_datetime
from http import HTTPStatus
from typing import Final
from urllib.parse import unquote

from config.clock import Clock
from morgue.demo.newsroom.answers import TEXT, Answer, Request

Answerer = Callable[[Request], Answer]

_MOST_HEAD: Final = 32 * 1024
_MOST_BODY: Final = 64 * 1024  # of a request; it is skipped
_END: Final = b"\r\n\r\n"
_WITHOUT_BODY: Final = frozenset({204, 304})
_REASONS: Final = {int(status): status.phrase for status in HTTPStatus}


class MalformedError(Exception):
    """What came is no request that we understand."""


def parsed(head: bytes) -> Request:
    """The request of a head (up to the empty line).

    Raises:
        MalformedError: it is none.
    """
    lines = head.decode("latin-1").split("\r\n")
    try:
        method, target, version = lines[0].split(" ")
    except ValueError:
        raise MalformedError(f"not a request line: {lines[0][:80]!r}") from None
    if not version.startswith("HTTP/1.") or not target.startswith("/"):
        raise MalformedError(f"not a request line: {lines[0][:80]!r}")
    headers: dict[str, str] = {"connection": "close"} if version == "HTTP/1.0" else {}
    for line in lines[1:]:
        name, colon, value = line.partition(":")
        if not colon:
            raise MalformedError(f"not a header line: {line[:80]!r}")
        headers[name.strip().lower()] = value.strip()
    path, mark, query = target.partition("?")
    return Request(method, unquote(path) + mark + query, headers)


def written(answer: Answer, *, is_head: bool, closes: bool, date: str) -> bytes:
    """An answer as it goes over the wire."""
    lines = [
        f"HTTP/1.1 {answer.status} {_REASONS.get(answer.status, '')}",
        f"Date: {date}",
        "Server: newsroom",
        *(f"{name}: {value}" for name, value in answer.headers),
    ]
    if answer.content_type:
        lines.append(f"Content-Type: {answer.content_type}")
    if answer.status not in _WITHOUT_BODY:
        lines.append(f"Content-Length: {len(answer.body)}")
    if closes:
        lines.append("Connection: close")
    head = "\r\n".join([*lines, "", ""]).encode("latin-1")
    if is_head or answer.status in _WITHOUT_BODY:
        return head
    return head + answer.body


class Connection(asyncio.Protocol):
    """One connection: requests are answered in order, and not while nobody reads the answers."""

    def __init__(self, answer: Answerer, *, clock: Clock, open_now: set["Connection"]) -> None:
        self._answer = answer
        self._clock = clock
        self._open_now = open_now
        self._transport: asyncio.Transport | None = None
        self._received = bytearray()
        self._skip = 0  # bytes of a request's body still to come
        self._is_reading = True

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        assert isinstance(transport, asyncio.Transport)
        # A page should fit, so that writing it does not wait for the reader.
        transport.set_write_buffer_limits(high=256 * 1024)
        self._transport = transport
        self._open_now.add(self)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        """End."""
        self._transport = None
        self._open_now.discard(self)

    def close(self) -> None:
        """End it from our side, without waiting for what is not yet sent."""
        if self._transport is not None:
            self._transport.abort()

    def pause_writing(self) -> None:
        """The other side does not read: take no more requests."""
        self._is_reading = False

    def resume_writing(self) -> None:
        """It reads again."""
        self._is_reading = True
        self._proceed()

    def data_received(self, data: bytes) -> None:
        """Answer what is complete."""
        self._received += data
        self._proceed()

    def _proceed(self) -> None:
        while self._is_reading and self._transport is not None:
            if self._skip:
                skipped = min(self._skip, len(self._received))
                del self._received[:skipped]
                self._skip -= skipped
            end = self._received.find(_END)
            if end < 0 or self._skip:
                if len(self._received) > _MOST_HEAD:
                    self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "too long")
                return
            head = bytes(self._received[:end])
            del self._received[: end + len(_END)]
            self._respond(head)

    def _respond(self, head: bytes) -> None:
        try:
            request = parsed(head)
            self._skip = int(request.headers.get("content-length", "0"))
        except (MalformedError, ValueError) as problem:
            self._refuse(HTTPStatus.BAD_REQUEST, str(problem))
            return
        if not 0 <= self._skip <= _MOST_BODY or "transfer-encoding" in request.headers:
            self._refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "send no body")
            return
        closes = request.headers.get("connection", "").lower() == "close"
        self._send(self._answer(request), is_head=request.method == "HEAD", closes=closes)

    def _refuse(self, status: int, words: str) -> None:
        self._send(Answer(status, f"{words}\n".encode(), TEXT), is_head=False, closes=True)

    def _send(self, answer: Answer, *, is_head: bool, closes: bool) -> None:
        assert self._transport is not None
        date = format_datetime(self._clock.now(), usegmt=True)
        self._transport.write(written(answer, is_head=is_head, closes=closes, date=date))
        if closes:
            self._transport.close()
            self._transport = None
