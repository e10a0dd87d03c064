"""What a site calls itself, and how that stands in the titles of its pages.

Knows how sites' names and separators are written. Must not know which title is the headline.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

from pipeline.text import typography

_SEPARATOR = re.compile(
    r"\s+[|\-–—:·»•‹«>/~]{1,2}\s+|\s*[|｜_»ㅣ]\s*|\s*[-–—]{1,2}(?=[\u3040-\u9fff\uac00-\ud7a3])|[:]\s+"
)
_ENDINGS = ("com", "net", "org", "news", "online", "de", "fr", "es", "it", "couk", "cn")
_SHORT = 4
_MOST_SPELLED = 80  # characters
_EDGES = " -|–—:·»«"
_SHORTEST_LEFT = 12  # characters that a headline has


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


def without_last(title: str) -> str | None:
    """A title without what stands behind its last separator, where a headline's worth is left."""
    separators = list(_SEPARATOR.finditer(title))
    if not separators:
        return None
    left = title[: separators[-1].start()].strip()
    return left if len(left) >= _SHORTEST_LEFT else None


def suffix(title: str, *, title_shown: str) -> str | None:
    """What a page's title element adds to the headline: as a rule the site's name."""
    if not title_shown or len(title) > 500 or title_shown not in title:
        return None
    after = title.partition(title_shown)[2]
    parts = [part for part in _SEPARATOR.split(after) if part.strip(_EDGES)]
    name = parts[-1].strip(_EDGES) if parts else ""
    return name if 2 < len(name) <= 60 and len(name.split()) <= 5 else None


@lru_cache(maxsize=500)
def _spellings(names: tuple[str, ...]) -> tuple[str, ...]:
    """The names in one word each."""
    return tuple(
        dict.fromkeys(f for name in names if (f := typography.fold(name).replace(" ", "")))
    )


def _names_site(text: str, names: Sequence[str]) -> bool:
    if len(text) > _MOST_SPELLED:
        return False
    folded = typography.fold(text).replace(" ", "")
    return bool(folded) and any(_is_spelling(folded, name) for name in names)


def _is_spelling(folded: str, name: str) -> bool:
    """Whether a text is the name, or its domain, or the name with a word behind it, or most of the name."""
    domain = folded.removeprefix("www")
    if domain == name or (domain.startswith(name) and domain[len(name) :] in _ENDINGS):
        return True
    if len(name) > _SHORT and folded.startswith(name) and len(folded) < len(name) * 2:
        return True
    return len(folded) > _SHORT and 2 * len(folded) >= len(name) and folded in name


def is_name(text: str, names: Sequence[str]) -> bool:
    """Whether a text is nothing but what the site calls itself."""
    folded = typography.fold(text).replace(" ", "")
    return not folded or folded in {typography.fold(name).replace(" ", "") for name in names}
