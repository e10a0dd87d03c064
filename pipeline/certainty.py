"""How sure each field of a reading is, by who answered and whether an independent reader agrees.

Knows the readers' standing. Must not know pages. How often each level is right on real pages stands in
docs/decisions/general-reader.md.
"""

from collections.abc import Collection, Mapping
from typing import Literal

Certainty = Literal["confirmed", "stated", "seen", "guessed"]
"""Confirmed: independent readers say the same. Stated: by the site's rules, or by the page for machines. Seen: found on
the page by how it looks. Guessed: the last resort, where nothing better answered."""

_STATED = frozenset((
    "rules", "feed", "json-ld", "json-ld name", "microdata", "opengraph", "twitter", "meta", "title element",
))  # fmt: skip
_GUESSED = frozenset(("search", "script data", "json-ld page"))


def of(readers: Mapping[str, str], *, confirmed: Collection[str]) -> dict[str, Certainty]:
    """The certainty of every field that has a reader.

    Args:
        readers: field -> the reader that answered.
        confirmed: the fields on which independent readers agree.
    """
    return {
        field: "confirmed" if field in confirmed else _alone(reader)
        for field, reader in sorted(readers.items())
    }


def _alone(reader: str) -> Certainty:
    if reader in _STATED:
        return "stated"
    return "guessed" if reader in _GUESSED else "seen"
