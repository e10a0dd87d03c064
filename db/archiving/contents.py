"""Compressed forms of what an extraction read and of response headers. Knows bytes, no table."""

from collections.abc import Sequence
from hashlib import sha256

import zstandard

_LEVEL = 3
_CONTENT_LIMIT = 256 * 1024 * 1024
_HEADERS_LIMIT = 65_536

_USUAL_HEADERS_1 = b"""\
Date: Mon, Tue, Wed, Thu, Fri, Sat, Sun, 2024 2025 2026 GMT
Server: Apache
Server: cloudflare
Server: nginx
Content-Encoding: gzip
Transfer-Encoding: chunked
Connection: keep-alive
Age: 0
Via: 1.1 varnish
X-Cache: HIT, MISS
X-Powered-By: PHP/
Link: <https://www./wp-json/>; rel="https://api.w.org/"
Accept-Ranges: bytes
Vary: Accept-Encoding, User-Agent, Cookie
Cache-Control: no-cache, no-store, must-revalidate, private, public, s-maxage=max-age=60
Expires: Thu, 01 Jan 1970 00:00:00 GMT
ETag: W/"
Last-Modified: Mon, Strict-Transport-Security: max-age=31536000; includeSubDomains; preload
X-Content-Type-Options: nosniff
X-XSS-Protection: 1; mode=block
X-Frame-Options: SAMEORIGIN
Referrer-Policy: strict-origin-when-cross-origin
Set-Cookie: path=/; HttpOnly; Secure; SameSite=Lax
Content-Type: text/html; charset=utf-8
Content-Type: text/html; charset=UTF-8
Content-Length: """
"""What headers are compressed against: a third of their size. Never changed: a better one gets a number."""

_HEADERS_1 = zstandard.ZstdCompressionDict(
    _USUAL_HEADERS_1, dict_type=zstandard.DICT_TYPE_RAWCONTENT
)


def digest(content: bytes) -> bytes:
    """The SHA-256 of a content."""
    return sha256(content).digest()


def pack_content(content: bytes, *, text: str = "") -> bytes:
    """A content, compressed against the text of its revision, which it mostly repeats: a tenth is left."""
    return zstandard.ZstdCompressor(level=_LEVEL, dict_data=_against(text)).compress(content)


def unpack_content(packed: bytes, *, text: str = "") -> bytes:
    """The content of `pack_content`, up to 256 MiB; `text` must be the same."""
    decompressor = zstandard.ZstdDecompressor(dict_data=_against(text))
    return decompressor.decompress(packed, max_output_size=_CONTENT_LIMIT)


def _against(text: str) -> zstandard.ZstdCompressionDict | None:
    if not text:
        return None
    return zstandard.ZstdCompressionDict(text.encode(), dict_type=zstandard.DICT_TYPE_RAWCONTENT)


def pack_headers(headers: Sequence[tuple[str, str]]) -> bytes:
    """Headers as they came, order and repetition kept, up to 64 KiB; a number for the form comes first."""
    lines = "\n".join(f"{name}: {' '.join(value.splitlines())}" for name, value in headers)
    raw = lines.encode(errors="replace")[:_HEADERS_LIMIT]
    return b"\x01" + zstandard.ZstdCompressor(level=_LEVEL, dict_data=_HEADERS_1).compress(raw)


def unpack_headers(packed: bytes) -> tuple[tuple[str, str], ...]:
    """The headers of `pack_headers`."""
    if packed[:1] != b"\x01":
        raise ValueError(f"headers packed in an unknown form: {packed[:1]!r}")
    decompressor = zstandard.ZstdDecompressor(dict_data=_HEADERS_1)
    lines = decompressor.decompress(packed[1:], max_output_size=_HEADERS_LIMIT).decode(
        errors="replace"
    )
    pairs = (line.partition(": ") for line in lines.split("\n") if line)
    return tuple((name, value) for name, _, value in pairs)
