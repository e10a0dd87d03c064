"""Servers that are broken in ways that `lying` does not have: framing, packing, statuses, headers, redirects, kinds.

Knows how to break. Must not know what a crawler makes of it.
"""

import socket
import zlib
from functools import cache

import brotli
import zstandard

from tests.hostile.lying import STORY, Connection, Lie

_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
_MEGABYTE = 1_000_000
_PART = b"<p>more</p>" * 6000


def raw(*parts: bytes) -> Lie:
    """Sends these bytes and closes."""

    def send(connection: Connection) -> None:
        connection.send(b"".join(parts))

    return send


def answers(
    body: bytes = STORY, *, status: str = "200 OK", kind: str = "text/html", **headers: str
) -> Lie:
    """An answer that is in order but for what is said here."""
    lines = tuple(f"{name.replace('_', '-')}: {value}" for name, value in headers.items())

    def send(connection: Connection) -> None:
        connection.answer(body, status=status, kind=kind, headers=lines)

    return send


def leads_to(location: bytes, *, status: bytes = b"302 Found") -> Lie:
    """A redirect whose target is any bytes."""
    return raw(b"HTTP/1.1 ", status, b"\r\nLocation: ", location, b"\r\nContent-Length: 0\r\n\r\n")


def chain(connection: Connection) -> None:
    """Redirects of different addresses, without an end."""
    number = int(connection.path.rpartition("-")[2]) + 1 if "-" in connection.path else 1
    connection.answer(b"", status="301 Moved", headers=(f"Location: /lie-{number}",))


# -- framing


def slow_headers(connection: Connection) -> None:
    connection.send(b"HTTP/1.1 200 OK\r\n")
    while not connection.wait(0.1):
        connection.send(b"X")


def half_closed(connection: Connection) -> None:
    """Says that there is more to come, ends its half of the connection and stays."""
    connection.send(_HEAD + b"Content-Length: 90000\r\n\r\n" + STORY)
    connection.socket.shutdown(socket.SHUT_WR)
    connection.wait(30)


def silent_close(connection: Connection) -> None:
    """Nothing at all."""
    del connection


def endless_chunks(connection: Connection) -> None:
    connection.send(_HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
    while not connection.wait(0):
        connection.send(b"%x\r\n%s\r\n" % (len(_PART), _PART))


def endless_chunk_line(connection: Connection) -> None:
    connection.send(_HEAD + b"Transfer-Encoding: chunked\r\n\r\n5;")
    while not connection.wait(0):
        connection.send(b"more=1;" * 1000)


def endless_trailers(connection: Connection) -> None:
    connection.send(
        _HEAD + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n" % (len(STORY), STORY)
    )
    while not connection.wait(0):
        connection.send(b"X-More: " + b"a" * 8000 + b"\r\n")


def endless_continues(connection: Connection) -> None:
    while not connection.wait(0):
        connection.send(b"HTTP/1.1 100 Continue\r\n\r\n" * 100)


def endless_parts(connection: Connection) -> None:
    connection.send(
        b"HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=b\r\n\r\n"
    )
    while not connection.wait(0):
        connection.send(b"--b\r\nContent-Type: text/html\r\n\r\n" + _PART)


def chunked(*chunks: bytes, also: bytes = b"") -> Lie:
    """Chunks as they are given, with their sizes in them."""
    return raw(_HEAD, b"Transfer-Encoding: chunked\r\n", also, b"\r\n", *chunks)


def with_length(length: bytes, body: bytes = STORY) -> Lie:
    """A body of another length than is said."""
    return raw(_HEAD, b"Content-Length: ", length, b"\r\n\r\n", body)


def unasked_answer(connection: Connection) -> None:
    """Two answers to one question, on a connection that stays open: the second would be the next page's."""
    one = _HEAD + b"Content-Length: %d\r\nConnection: keep-alive\r\n\r\n%s" % (len(STORY), STORY)
    forged = STORY.replace(b"harbour", b"FORGED PAGE")
    two = _HEAD + b"Content-Length: %d\r\n\r\n%s" % (len(forged), forged)
    connection.send(one + two)
    connection.wait(1)


# -- packing


@cache
def zeros(packing: str) -> bytes:
    """A hundred megabytes, packed."""
    plain = bytes(_MEGABYTE)
    if packing == "br":
        packer = brotli.Compressor(quality=1)
        return b"".join(packer.process(plain) for _ in range(100)) + packer.finish()
    if packing == "zstd":
        return zstandard.ZstdCompressor(level=1).compress(bytes(100 * _MEGABYTE))
    packer = zlib.compressobj(6, zlib.DEFLATED, {"deflate": 15, "gzip": 31}[packing])
    return b"".join(packer.compress(plain) for _ in range(100)) + packer.flush()


@cache
def zeros_twice() -> bytes:
    """A hundred megabytes in two packings, one within the other."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return packer.compress(zeros("gzip")) + packer.flush()


def bomb(packing: str) -> Lie:
    """A small answer that unpacks to a hundred megabytes."""

    def send(connection: Connection) -> None:
        body = zeros_twice() if packing == "gzip, gzip" else zeros(packing)
        connection.answer(body, headers=(f"Content-Encoding: {packing}",))

    return send


# -- documents of sources


def feed(*, items: str, prolog: str = "") -> Lie:
    """A feed with this inside; BASE stands for the server's address."""

    def send(connection: Connection) -> None:
        text = f'<?xml version="1.0"?>{prolog}<rss version="2.0"><channel>{items}</channel></rss>'
        body = text.replace("BASE", connection.base).encode()
        connection.answer(body, kind="application/rss+xml")

    return send


def growing_feed(connection: Connection) -> None:
    """A feed that never ends: each entry is another one."""
    connection.send(b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\n\r\n<rss><channel>")
    number = 0
    while not connection.wait(0):
        number += 1
        link = f"<item><link>{connection.base}/story-{number}</link></item>"
        connection.send(link.encode() * 100)


def document(text: str, *, kind: str = "application/xml") -> Lie:
    """A document; BASE stands for the server's address."""

    def send(connection: Connection) -> None:
        connection.answer(text.replace("BASE", connection.base).encode(), kind=kind)

    return send


def sitemap_loop(connection: Connection) -> None:
    """Indexes that name each other, and a new one each time."""
    number = int(connection.path.rpartition("-")[2]) + 1 if "-" in connection.path else 1
    names = ("/feed.xml", f"/index-{number}", f"/index-{number + 1}", "/index-1")
    inner = "".join(f"<sitemap><loc>{connection.base}{name}</loc></sitemap>" for name in names)
    connection.answer(f"<sitemapindex>{inner}</sitemapindex>".encode(), kind="application/xml")


def calendar(connection: Connection) -> None:
    """A page for each day, each of which leads to the next and the one before."""
    day = int(connection.path.rpartition("-")[2]) if "-" in connection.path else 0
    links = f'<a href="/day-{day + 1}">next</a> <a href="/day-{day + 2}">later</a>'
    connection.answer(STORY.replace(b"</article>", links.encode() + b"</article>"))


def sessions(connection: Connection) -> None:
    """The same links with another session number at each look."""
    number = len(connection.path) * 1000 + id(connection) % 1000
    links = "".join(f'<a href="/page-{each}?sid={number}-{each}">on</a>' for each in range(3))
    connection.answer(STORY.replace(b"</article>", links.encode() + b"</article>"))


def many_links(connection: Connection) -> None:
    """Some hundred thousand links in a megabyte."""
    links = b"".join(b"<a href=/2026/01/%d>" % number for number in range(45_000))
    connection.answer(b"<html><body>" + links)
