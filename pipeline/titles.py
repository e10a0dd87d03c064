"""Which of the strings that call themselves the title is the headline.

Knows how headlines, sites' names and separators are written. Must not know where the strings were found.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from pipeline import typography

_SEPARATOR = re.compile(
    r"\s+[|\-–—:·»•‹«>/~]{1,2}\s+|\s*[|｜_»]\s*|\s*[-–—]{1,2}(?=[\u3040-\u9fff])|[:]\s+"
)
_ENDINGS = ("com", "net", "org", "news", "online", "de", "fr", "es", "it", "couk", "cn")
_ALIKE = 0.5  # share of common words from which two titles are the same headline
_LONGEST = 400


@dataclass(frozen=True, slots=True)
class Title:
    """The headline and the reader that saw it."""

    text: str
    reader: str


def choose(
    *, headings: Sequence[str], declared: Sequence[tuple[str, str]], names: Sequence[str]
) -> Title | None:
    """The headline: a visible heading that a declared title confirms, else a declared title, else a heading.

    Args:
        headings: the texts of the page's h1, in order.
        declared: titles with the readers that found them, most trusted first.
        names: what the site calls itself, to be cut from titles.
    """
    stripped = [(without_site(text, names=names), reader) for text, reader in declared]
    stripped = [(text, reader) for text, reader in stripped if text and not _is_name(text, names)]
    shown = [h for h in headings if 1 < len(h) <= _LONGEST and not _is_name(h, names)]
    for heading in shown:
        for text, _ in stripped:
            if exact := _confirmed(heading, text):
                return Title(exact, "page")
    best = max(
        shown, key=lambda h: max((_likeness(h, t) for t, _ in stripped), default=0), default=None
    )
    if best and max((_likeness(best, t) for t, _ in stripped), default=0) >= _ALIKE:
        return Title(best, "page")
    if stripped:
        return Title(*stripped[0])
    if shown:
        return Title(shown[0], "page")
    return Title(*declared[0]) if declared else None


def _confirmed(heading: str, declared: str) -> str | None:
    """The headline where heading and declared title are one, or one begins or ends with the other."""
    one, other = typography.fold(heading), typography.fold(declared)
    if not one or not other:
        return None
    if one == other:
        return heading
    if len(other) >= 12 and len(one) <= 2.5 * len(other) and (one.endswith(" " + other)):
        return declared  # a kicker before the headline, inside the h1
    if len(one) >= 12 and f" {one} " in f" {other} ":
        return heading
    return None


def _likeness(one: str, other: str) -> float:
    words, others = set(typography.fold(one).split()), set(typography.fold(other).split())
    return len(words & others) / max(len(words | others), 1)


def without_site(title: str, *, names: Sequence[str]) -> str:
    """A title without the site's name before or after it."""
    folded = _spellings(tuple(names))
    for _ in range(2):
        parts = list(_SEPARATOR.finditer(title))
        if not parts:
            return title
        first, last = parts[0], parts[-1]
        if _names_site(title[last.end() :], folded):
            title = title[: last.start()].strip()
        elif _names_site(title[: first.start()], folded):
            title = title[first.end() :].strip()
        else:
            return title
    return title


def suffix(title: str, *, title_shown: str) -> str | None:
    """What a page's title element adds to the headline: as a rule the site's name."""
    if not title_shown or len(title) > 500 or title_shown not in title:
        return None
    before, _, after = title.partition(title_shown)
    parts = [part for part in _SEPARATOR.split(after or before) if part.strip(" -|–—:·»«")]
    name = parts[-1].strip(" -|–—:·»«") if parts else ""
    return name if 2 < len(name) <= 60 and len(name.split()) <= 5 else None


@lru_cache(maxsize=500)
def _spellings(names: tuple[str, ...]) -> frozenset[str]:
    """The names in one word, also as a domain and without its ending."""
    folded = {typography.fold(name).replace(" ", "") for name in names} - {""}
    domains = {
        f"{prefix}{name}{ending}"
        for name in folded
        for prefix in ("", "www")
        for ending in _ENDINGS
    }
    return frozenset(folded | domains)


def _names_site(text: str, names: frozenset[str]) -> bool:
    folded = typography.fold(text).replace(" ", "")
    if not folded or len(folded) > 60:
        return False
    if folded in names:
        return True
    return any(
        (len(name) > 4 and folded.startswith(name) and len(folded) < len(name) * 2)
        or (len(folded) > 4 and folded in name)
        for name in names
    )


def _is_name(text: str, names: Sequence[str]) -> bool:
    folded = typography.fold(text).replace(" ", "")
    return not folded or folded in {typography.fold(name).replace(" ", "") for name in names}
