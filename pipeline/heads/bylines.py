"""Which elements name the authors of a page.

Knows where bylines stand and how they are marked. Must not know how a name is spelled (see people.py).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import cast

from pipeline.heads import people
from pipeline.markup import page as pages
from pipeline.markup.namewords import holding
from pipeline.markup.page import Element, Page
from pipeline.text import typography

_is_marked = holding(
    "byline", "author", "autor", "auteur", "writer", "reporter", "journalist", "creator", "contributor", "verfasser",
)  # fmt: skip
_NOT_MARKED = re.compile(
    r"(?:authors?|autor|writer|contributors?)[_-]*(?:bio|box|image|img|pic|photo|avatar|social|desc|title|job|role|follow|"
    r"twitter|position|more|info-?text)|tags?[_-]|topic|keyword|comment|caption|avatar|gravatar",
    re.IGNORECASE,
)
_AUTHOR_PAGE = re.compile(
    r"/(?:authors?|autor(?:en|es)?|auteurs?|profiles?|people|staff|journalists?|writers?|contributors?|by)/[^/?#]+",
    re.IGNORECASE,
)
_MAY_SAY_BY = re.compile(r"^\W*(?:by|von|par|por|di|door|av|af|przez)\b|\bby\b", re.IGNORECASE)
_SAYS_BY = re.compile(
    r"(?:written |posted |words )?(?:by|von|par|por|di|door|av|af|przez)\s*[:\s]\s*\S",
    re.IGNORECASE,
)
_BY_INSIDE = re.compile(r"\bby\s+([A-Z][\w.’'-]+(?:\s[A-Z][\w.’'-]+){1,3})\b")
_BEGINS = re.compile(
    r"\s*(?:written |posted |words )?(?:by|von|par|por|di|door|av|af)\s*[:\s]", re.IGNORECASE
)
_FIRST_LETTERS = frozenset("abdpvwABDPVW")  # of what _BEGINS matches
_DIGITS = re.compile(r"(?<!\d)(?:\d{4}|\d{1,2}[./-]\d{1,2}[./-]\d{2})(?!\d)")
_OUTSIDE = frozenset(("nav", "footer", "aside", "form", "figure", "figcaption"))
_is_page_part = holding(
    "related", "recommend", "sidebar", "mostread", "most-read", "trending", "comment", "newsletter", "promo", "teaser",
    "popular", "latest",
)  # fmt: skip
_PICTURED = frozenset(("figure", "figcaption", "picture"))
_LONGEST = 300
_LONGEST_SAID = 100
_LONGEST_DATED = 120
_MOST = 6  # names that one article shows without structured data
_MOST_SEARCHED = 60


@dataclass(frozen=True, slots=True)
class Byline:
    """A line that may name authors, in the pieces that it is set from."""

    kind: str  # of element
    pieces: tuple[str, ...]

    @property
    def text(self) -> str:
        """The whole line."""
        return " ".join(self.pieces)


def of(element: Element, names: str, text: str) -> Byline | None:
    """The byline that an element is; None where it is none.

    Args:
        element: that holds a short line.
        names: its class, id and the like.
        text: the line.
    """
    is_link = element.tag == "a" and bool(_AUTHOR_PAGE.search(element.get("href") or ""))
    is_marked = is_link or "author" in (element.get("rel") or "") or _is_marked(names)
    if is_marked and _NOT_MARKED.search(names):
        return None
    if not is_marked and not _MAY_SAY_BY.search(text):
        return None
    if any(e.tag in _PICTURED for e in (element, *element.iterancestors())):  # who took it
        return None
    pieces = _pieces(element)
    line = " ".join(pieces)
    if not line or len(line) > _LONGEST:
        return None
    kind = f"{element.tag} {names}"
    if is_marked or (_SAYS_BY.match(line) and len(line) <= _LONGEST_SAID):
        return Byline(kind, pieces)
    if len(line) <= _LONGEST_DATED and _DIGITS.search(line) and (match := _BY_INSIDE.search(line)):
        return Byline(kind, (match[1],))
    return None


def of_text(text: str) -> Byline | None:
    """The byline that a line without an element of its own is; None where it is none."""
    line = typography.settle(text[:_LONGEST])
    return Byline("", (line,)) if len(line) <= _LONGEST_SAID and _SAYS_BY.match(line) else None


def _pieces(element: Element) -> tuple[str, ...]:
    settled = (typography.settle(text) for text in pages.texts(element))
    return tuple(text for text in settled if text)


def names(lines: Sequence[Byline]) -> list[str]:
    """The names in the bylines beside a headline.

    The first line that names somebody counts, or the elements inside it that hold nothing but a name each. What follows
    in another kind of element is a portrait or another article.
    """
    for number, first in enumerate(lines):
        if not people.names_of(first.pieces):
            continue
        for inner in lines[number + 1 :]:
            if _is_a_name(inner) and inner.text in first.text:
                alike = [
                    line for line in lines if line.kind == inner.kind and line.text in first.text
                ]
                if all(map(_is_a_name, alike)):
                    return [line.text for line in alike]
                break
        if not _is_marked(first.kind):
            return people.names_of(first.pieces)
        alike = [line for line in lines if line.kind == first.kind][:_MOST]
        return [name for line in alike for name in people.names_of(line.pieces)]
    return []


def _is_a_name(line: Byline) -> bool:
    return len(line.pieces) == 1 and people.names_of(line.pieces) == [line.text]


def anywhere(page: Page) -> list[str]:
    """The names in the first byline of a page whose headline has none near it."""
    lines: list[Byline] = []
    known: dict[Element, bool] = {}
    for number, element in enumerate(_candidates(page)):
        if number >= _MOST_SEARCHED:
            break
        if _is_outside(element) or _is_in_furniture(element, known):
            continue
        kind = f"{element.get('class') or ''} {element.get('itemprop') or ''}"
        if line := of(element, kind, element.text or ""):
            lines.append(line)
    return names(lines)


def _candidates(page: Page) -> Iterator[Element]:
    """What is marked as an author's, links to one, or begins as bylines do."""
    for element in cast("Iterator[Element]", page.body.iter()):
        marks = element.get("class")
        if marks and ("uthor" in marks or "yline" in marks):
            yield element
        elif element.tag == "a":
            if element.get("rel") == "author" or "/author" in (element.get("href") or ""):
                yield element
        elif (text := element.text) and _may_begin(text) and _BEGINS.match(text):
            yield element


def _may_begin(text: str) -> bool:
    """Whether a text may begin as bylines do, by its first letter."""
    return len(text) < _LONGEST and text.lstrip()[:1] in _FIRST_LETTERS


def _is_in_furniture(element: Element, known: dict[Element, bool]) -> bool:
    """Whether anything around an element is furniture or a teaser; what is known of its ancestors is kept."""
    climbed: list[Element] = []
    answer = False
    for above in element.iterancestors():
        if above in known:
            answer = known[above]
            break
        climbed.append(above)
        if _is_outside(above) or _is_teaser(above):
            answer = True
            break
    known.update(dict.fromkeys(climbed, answer))
    return answer


def _is_teaser(element: Element) -> bool:
    """Whether an element that holds a byline leads to an article."""
    return element.tag == "a" and not _AUTHOR_PAGE.search(element.get("href") or "")


def _is_outside(element: Element) -> bool:
    if element.tag in _OUTSIDE:
        return not _is_marked(element.get("class") or "") and not (
            element.tag == "footer" and any(a.tag == "article" for a in element.iterancestors())
        )
    return _is_page_part(f"{element.get('class') or ''} {element.get('id') or ''}")
