"""From the bytes of a page to its text.

Knows charsets and file signatures. Must not know HTML beyond where it declares its charset.
"""

import re
from dataclasses import dataclass, field
from typing import Literal

from w3lib.encoding import read_bom

from pipeline.encodings import alphabets, charsets, mojibake
from pipeline.text import typography

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
# What is left without these is little, and shows whether a page has anything to look for: controls, escapes, UTF-8
# written twice. Braces and tildes stay, for the escapes of HZ.
_PLAIN = bytes(byte for byte in range(128) if byte not in _CONTROL_BYTES and byte not in b"~{")
_SNIFFED_BYTES = 4096
_TOLERATED_ERRORS = 0.02  # of the non-ASCII bytes: one cut character or a stray one in a widget
_ASCII = bytes(range(0x80))
_SEQUENCE = rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
_PIECES = re.compile(
    rb"(?P<valid>(?:"
    + _SEQUENCE
    + rb")+)|(?P<stray>(?:(?!"
    + _SEQUENCE
    + rb")[\x80-\xff][\x40-\x7e]?)+)"
)
_STRETCH = 4  # bytes; what is shorter may be a character that was cut
_ENDS = (b"", b"<", b".", b'"', b"'", b"\xe2")
_UNKNOWN = "\ufffd".encode()
_JUDGED = 40  # foreign bytes from which a stated charset can be contradicted
_SURELY, _HARDLY = 0.85, 0.45

Evidence = Literal["bom", "header", "declared", "valid", "mixed", "detected", "assumed"]


@dataclass(frozen=True, slots=True)
class Decoded:
    """The text of a body, and which evidence chose its encoding."""

    text: str
    encoding: str
    evidence: Evidence
    utf8: bytes | None = field(default=None, repr=False, compare=False)
    """The text in UTF-8 where the body was that already: it need not be written again."""


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
    """The text of a body: by byte order mark, validity as UTF-8, header, declaration, detection, in this order.

    A stated charset that the bytes contradict loses: by invalid bytes, or by letters that no language writes so. Where
    a page in UTF-8 has stretches of another charset, each is read as what it is. NULs and other controls are dropped.
    Never raises.
    """
    marked, bom = read_bom(body)
    if marked and bom:
        return _decoded(body[len(bom) :], marked, "bom")
    start = body[:64].lstrip(b" \t\r\n")
    if _is_wide(start):
        return _decoded(body, "utf-16-be" if start[0] == 0 else "utf-16-le", "detected")
    telling = body.translate(None, _PLAIN)
    if b"\x1b" in telling or (b"~{" in telling and b"~{" in body):
        stated = charsets.of_header(content_type) or charsets.declared(body)
        if stated and (stated.startswith("iso2022") or stated == "hz"):
            return _decoded(body, stated, "declared")
    foreign = telling.translate(None, _ASCII)
    if len(foreign) + telling.count(b"~") + telling.count(b"{") != len(telling):
        body = body.translate(None, _CONTROL_BYTES)
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return _decode_legacy(body, content_type)
    if mojibake.is_likely(foreign):
        repaired = mojibake.repaired(text)
        return Decoded(repaired, "utf-8", "valid", body if repaired == text else None)
    return Decoded(text, "utf-8", "valid", body)


def _decode_legacy(body: bytes, content_type: str | None) -> Decoded:
    """The text of a body that is not all UTF-8."""
    sample = alphabets.sample_of(body)
    header, declared = charsets.of_header(content_type), charsets.declared(body)
    valid, invalid = _utf_8_share(body)
    if valid >= 2 * invalid and not _is_exactly(body, header or declared):
        return _decode_mixed(body)
    if header and (text := _believed(body, sample, header)) is not None:
        return Decoded(text, header, "header")
    if declared and (text := _believed(body, sample, declared)) is not None:
        return Decoded(text, declared, "declared")
    detected = alphabets.likeliest(sample)
    if detected and (text := _mostly_valid(body, detected)) is not None:
        return Decoded(text, detected, "detected")
    return _decoded(body, "cp1252", "assumed")


def _decoded(body: bytes, encoding: str, evidence: Evidence) -> Decoded:
    text = body.decode(encoding, errors="replace")
    return Decoded(typography.without_controls(text), encoding, evidence)


def _utf_8_share(body: bytes) -> tuple[int, int]:
    """Foreign characters that are valid in UTF-8, and stretches of bytes that are not."""
    text = body.decode("utf-8", "replace")
    invalid = text.count("\ufffd")
    return len(text) - (len(body) - _foreign(body)) - invalid, invalid


def _foreign(body: bytes) -> int:
    """How many bytes are not ASCII."""
    return len(body.translate(None, _ASCII))


def _is_exactly(body: bytes, stated: str | None) -> bool:
    """Whether the bytes are wholly valid in a stated charset of several bytes a character, which is hardly chance."""
    return stated in charsets.WIDE and charsets.decoded(body, stated)[1] == 0


def _believed(body: bytes, sample: alphabets.Sample, stated: str) -> str | None:
    """The text in a stated charset, unless the bytes contradict it."""
    text = _mostly_valid(body, stated)
    if text is None or not alphabets.is_known(stated):
        return text
    if sample.foreign < _JUDGED or alphabets.fit(sample, stated) > _HARDLY:
        return text
    other = alphabets.likeliest(sample)
    if other is None or other == stated or alphabets.fit(sample, other) < _SURELY:
        return text
    return None


def _mostly_valid(body: bytes, encoding: str) -> str | None:
    """The text if nearly all bytes make sense in this encoding."""
    text, errors = charsets.decoded(body, encoding)
    if errors > 2 + _foreign(body) * _TOLERATED_ERRORS:
        return None
    return text


def _decode_mixed(body: bytes) -> Decoded:
    """UTF-8 with stretches that are not: cut characters, or texts of another charset put into the page."""
    strays = b" ".join(match[0] for match in _PIECES.finditer(body) if match.lastgroup == "stray")
    likeliest = alphabets.likeliest(alphabets.Sample(strays)) or "cp1252"

    def recoded(match: re.Match[bytes]) -> bytes:
        if match.lastgroup != "stray":
            return match[0]
        if len(match[0]) < _STRETCH and (
            match[0][0] >= 0xC2 and body[match.end() : match.end() + 1] in _ENDS
        ):
            return _UNKNOWN
        text, _ = charsets.decoded(match[0], likeliest)
        return text.encode("utf-8", "replace")

    text = _PIECES.sub(recoded, body).decode("utf-8", "replace")
    return Decoded(text, "utf-8", "mixed")
