"""Whose word on a page's authors is taken.

Knows what readers tend to get wrong about authors. Must not know how names are spelled or found.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.text import typography

READERS = ("json-ld", "microdata", "page", "meta")
"""Most trusted first."""


@dataclass(frozen=True, slots=True)
class Authors:
    """The people who wrote an article, the reader that named them, and whether an independent one names them too."""

    names: tuple[str, ...]
    reader: str
    is_confirmed: bool


def choose(named: Mapping[str, Sequence[str]]) -> Authors | None:
    """The people whom the most trusted reader names, unless what the page shows gives reason not to.

    Microdata names the authors of neighbouring articles too: those that the byline names are taken. JSON-LD may name
    the account that published the article, where the byline names who wrote it.
    """
    reader = next((reader for reader in READERS if named.get(reader)), None)
    if reader is None:
        return None
    names, shown = list(named[reader]), list(named.get("page", ()))
    seen = _folded(shown)
    if reader == "microdata" and (common := [n for n in names if typography.fold(n) in seen]):
        names = common
    elif reader == "microdata" and not shown:
        names = names[:1] if len(names) > _MOST else names
    elif reader != "page" and _is_account(names, shown, named.get("meta", ())):
        names, reader = shown, "page"
    return Authors(tuple(names), reader, is_confirmed=_is_confirmed(names, reader, named))


_MOST = 6  # authors that one article has in its microdata


def _is_account(names: Sequence[str], shown: Sequence[str], stated: Sequence[str]) -> bool:
    """Whether the stated names are an account's: one word, or unlike what byline and meta tags agree on."""
    if not shown or _folded(names) & _folded(shown):
        return False
    is_full = all(" " in name for name in shown)
    if is_full and all(" " not in name for name in names):
        return True
    return bool(_folded(stated) & _folded(shown))


def _is_confirmed(names: Sequence[str], reader: str, named: Mapping[str, Sequence[str]]) -> bool:
    chosen = _folded(names)
    others = (r for r in READERS if _kind(r) != _kind(reader))
    return any(chosen <= _folded(named.get(other, ())) for other in others)


def _kind(reader: str) -> str:
    return "page" if reader == "page" else "structured" if reader != "meta" else "meta"


def _folded(names: Sequence[str]) -> set[str]:
    return {typography.fold(name) for name in names}
