"""Text that was taken for Windows-1252 and written in UTF-8 once more: "Ã©" for "é".

Knows what such stretches look like, and what proves that they are no letters of their own. Must not know pages.
"""

import re
from collections.abc import Sequence

_REST = (
    "\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc"
    "\u2013\u2014\u2018-\u201e\u2020-\u2022\u2026\u2030\u2039\u203a\u20ac\u2122"
)
"""What Windows-1252 shows for the bytes 80 to BF."""

_STRETCH = re.compile(
    f"(?:[\u00c2-\u00df][{_REST}]|[\u00e0-\u00ef][{_REST}]{{2}}|[\u00f0-\u00f4][{_REST}]{{3}})+"
)
_RUN = re.compile(f"[\u00c2-\u00f4{_REST}]{{2,}}")
_PIECES = re.compile(f"({_RUN.pattern})")
_CONTROL = re.compile("[\u0080-\u009f]")  # which no text has
# A tilde stands over A before letters only, and no word has a euro sign or an opening quote in it.
_CERTAIN = re.compile(f"[\u00c2-\u00f4][{_REST}]{{0,2}}[\u0080-\u009f]")
_TELLING = re.compile(f"\u00c3(?!\u00a0)[{_REST}]|\u00e2[\u20ac\u201a\u201e][{_REST}]")
_TELLING_BYTES = re.compile(rb"\xc2[\x80-\x9f]")
_ENOUGH = 3  # telling stretches on a page: one may be quoted
_ROUNDS = 2


def is_likely(foreign: bytes) -> bool:
    """Whether a text may hold such stretches, by its bytes in UTF-8 that are not ASCII: a look before it is decoded."""
    return (
        b"\xc3\x83" in foreign
        or b"\xc3\xa2\xe2\x82\xac" in foreign
        or _TELLING_BYTES.search(foreign) is not None
    )


def repaired(text: str) -> str:
    """The text with such stretches read as they were meant.

    A stretch with a control character in it is one for certain. Others are believed where there are several on the
    page; a stretch that lost a byte stays as it is.
    """
    for _ in range(_ROUNDS):
        runs = _RUN.findall(text)
        firsts = _first_letters(runs)
        fixed = {run: _fixed(run, firsts) for run in set(runs)}
        if all(run == right for run, right in fixed.items()):
            return text
        text = "".join(fixed.get(piece, piece) for piece in _PIECES.split(text))
    return text


def _first_letters(runs: Sequence[str]) -> frozenset[str]:
    """The letters that begin a character that was encoded twice, on this page."""
    certain = [match[0] for run in runs for match in _CERTAIN.finditer(run)]
    telling = [match[0] for run in runs for match in _TELLING.finditer(run)]
    if len(certain) + len(telling) >= _ENOUGH:
        return frozenset(found[0] for found in (*certain, *telling)) | {"\u00c2"}
    return frozenset()


def _fixed(run: str, firsts: frozenset[str]) -> str:
    def meant(match: re.Match[str]) -> str:
        stretch = match[0]
        if stretch[0] not in firsts and not _CONTROL.search(stretch):
            return stretch
        try:
            read = b"".join(map(_byte, stretch)).decode("utf-8")
        except UnicodeError:
            return stretch
        return stretch if "\ufffd" in read else read

    return _STRETCH.sub(meant, run)


def _byte(char: str) -> bytes:
    return char.encode("latin-1") if "\x7f" < char <= "\x9f" else char.encode("cp1252")
