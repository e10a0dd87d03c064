"""From the bytes of a page to its text.

Knows charsets and file signatures. Must not know HTML beyond where it declares its charset.
"""

import codecs
import re
from dataclasses import dataclass
from typing import Literal

from charset_normalizer import from_bytes
from w3lib.encoding import (
    html_body_declared_encoding,
    http_content_type_encoding,
    read_bom,
)

from pipeline import typography

Kind = Literal["html", "xml", "json", "text", "pdf", "image", "media", "archive", "binary", "empty"]

_SIGNATURES: tuple[tuple[bytes, Kind], ...] = (
    (b"%PDF-", "pdf"),
    (b"\x89PNG", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF8", "image"),
    (b"RIFF", "media"),
    (b"\x00\x00\x01\x00", "image"),
    (b"PK\x03\x04", "archive"),
    (b"\x1f\x8b", "archive"),
    (b"7z\xbc\xaf", "archive"),
    (b"Rar!", "archive"),
    (b"\x28\xb5\x2f\xfd", "archive"),
    (b"ID3", "media"),
    (b"OggS", "media"),
    (b"\x1aE\xdf\xa3", "media"),
    (b"\x7fELF", "binary"),
    (b"MZ\x90", "binary"),
)
_BOMS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_HTML = re.compile(
    rb"<(?:!doctype\s+html|html|head|body|title|meta|article|main|div|p|h1|table|script|span|a\s)",
    re.IGNORECASE,
)
_XML_ROOT = re.compile(rb"<(?!\?|!)(?:\w+:)?(\w+)")
_XML_ROOTS = {b"rss", b"feed", b"rdf", b"urlset", b"sitemapindex", b"opml"}
# No charset of the web uses these bytes, but for UTF-16 and the escapes of ISO-2022.
_CONTROL_BYTES = bytes(byte for byte in (*range(32), 127) if byte not in b"\t\n\r")
_SNIFFED_BYTES = 4096
_DETECTED_BYTES = 16_384
_ENOUGH_BYTES = 200  # of runs with foreign bytes; in fewer every charset makes some sense
_WEB_CHARSETS = [
    "cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp1258", "cp874", "koi8_r",
    "koi8_u", "cp866", "iso8859_2", "iso8859_5", "iso8859_6", "iso8859_7", "iso8859_8", "gb18030", "big5", "big5hkscs",
    "euc_jp", "shift_jis", "cp932", "euc_kr", "cp949", "mac_cyrillic",
]  # fmt: skip  # those that browsers know
_TOLERATED_ERRORS = 0.02  # of the non-ASCII bytes: one cut character or a stray one in a widget
_NON_ASCII_RUN = re.compile(rb"[\x20\x80-\xff]*[\x80-\xff][\x20-\x3b\x3d\x3f-\xff]{0,80}")
_NON_ASCII = re.compile(rb"[\x80-\xff]")


@dataclass(frozen=True, slots=True)
class Decoded:
    """The text of a body, and which evidence chose its encoding."""

    text: str
    encoding: str
    evidence: Literal["bom", "header", "declared", "valid", "detected", "assumed"]


def sniff(body: bytes, content_type: str | None) -> Kind:
    """What the bytes are. The bytes decide; the stated type only where they say nothing."""
    head = body[:_SNIFFED_BYTES].lstrip(b" \t\r\n")
    if not head:
        return "empty"
    if kind := _signed(head):
        return kind
    if head.startswith(_BOMS[1:]) or _is_wide(head):
        head = head.replace(b"\x00", b"")
    head = head.removeprefix(_BOMS[0]).lstrip()
    if head.startswith(b"<?xml") or _xml_root(head) in _XML_ROOTS:
        return "html" if _xml_root(head) == b"html" else "xml"
    if head[:1] in (b"{", b"[") and not _HTML.search(head):
        return "json"
    if _HTML.search(head):
        return "html"
    if sum(byte < 9 or 13 < byte < 27 for byte in head) > len(head) // 20:
        return "binary"
    # A long comment or a header of blanks may push the first tag out of sight.
    if _HTML.search(body[:200_000]):
        return "html"
    return "html" if content_type and "html" in content_type.lower() and b"<" in body else "text"


def _signed(head: bytes) -> Kind | None:
    if head[4:8] == b"ftyp":
        return "media"
    return next((kind for signature, kind in _SIGNATURES if head.startswith(signature)), None)


def _xml_root(head: bytes) -> bytes:
    match = _XML_ROOT.search(head)
    return match.group(1).lower() if match else b""


def _is_wide(head: bytes) -> bool:
    """UTF-16 without a byte order mark: every other byte of markup is zero."""
    return len(head) >= 8 and (head[:8:2] == b"\x00" * 4 or head[1:8:2] == b"\x00" * 4)


def decode(body: bytes, *, content_type: str | None) -> Decoded:
    """The text of a body: by byte order mark, header, declaration, validity, detection, in this order.

    A declared charset that the bytes contradict loses: UTF-8 declared as Latin-1 is read as UTF-8, and a charset in
    which more than a few bytes are invalid gives way to detection. NULs and other controls are dropped. Never raises.
    """
    marked, bom = read_bom(body)
    if marked and bom:
        return _decoded(body[len(bom) :], marked, "bom")
    if _is_wide(body[:64].lstrip(b" \t\r\n")):
        start = body[:64].lstrip(b" \t\r\n")
        return _decoded(body, "utf-16-be" if start[0] == 0 else "utf-16-le", "detected")
    header = http_content_type_encoding(content_type) if content_type else None
    declared = html_body_declared_encoding(body[:_SNIFFED_BYTES])
    stated = header or declared
    if stated and stated.startswith("iso2022") and b"\x1b" in body:
        return _decoded(body, stated, "declared")
    body = body.translate(None, _CONTROL_BYTES)
    if (text := _valid(body, "utf-8")) is not None:
        return Decoded(text, "utf-8", "declared" if stated == "utf-8" else "valid")
    if header and (text := _mostly_valid(body, header)) is not None:
        return Decoded(text, header, "header")
    if declared and (text := _mostly_valid(body, declared)) is not None:
        return Decoded(text, declared, "declared")
    if (text := _mostly_valid(body, "utf-8")) is not None:
        return Decoded(text, "utf-8", "valid")
    detected = _detect(body)
    if detected and (text := _mostly_valid(body, detected)) is not None:
        return Decoded(text, detected, "detected")
    return _decoded(body, "cp1252", "assumed")


def _decoded(
    body: bytes, encoding: str, evidence: Literal["bom", "declared", "detected", "assumed"]
) -> Decoded:
    text = body.decode(encoding, errors="replace")
    return Decoded(typography.without_controls(text), encoding, evidence)


def _valid(body: bytes, encoding: str) -> str | None:
    try:
        return body.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return None


def _mostly_valid(body: bytes, encoding: str) -> str | None:
    """The text if nearly all bytes make sense in this encoding."""
    text = _valid(body, encoding)
    if text is not None:
        return text
    try:
        text = body.decode(encoding, errors="replace")
    except (UnicodeDecodeError, LookupError):
        return None
    errors, foreign = text.count("\ufffd"), len(_NON_ASCII.findall(body))
    is_utf_8 = codecs.lookup(encoding).name == "utf-8"
    # What is valid in UTF-8 is hardly so by chance: without any of it, a stray byte is another charset's letter.
    if errors > 2 + foreign * _TOLERATED_ERRORS or (is_utf_8 and foreign < 3 * errors):
        return None
    return text


def _detect(body: bytes) -> str | None:
    """The likeliest charset of the runs of text that are not ASCII; markup would drown them."""
    runs: list[bytes] = []
    size = 0
    for match in _NON_ASCII_RUN.finditer(body):
        runs.append(match.group())
        size += len(runs[-1])
        if size > _DETECTED_BYTES:
            break
    if size < _ENOUGH_BYTES:
        return None
    sample = b"\n".join(runs)[:_DETECTED_BYTES]
    best = from_bytes(sample, steps=4, chunk_size=1024, cp_isolation=_WEB_CHARSETS).best()
    if best is None or sample.decode(best.encoding, "replace") == sample.decode(
        "cp1252", "replace"
    ):
        return None
    return best.encoding
