"""Our own look for the body: where the page's prose stands. Answers where the general reader missed most of it.

Knows paragraphs and the containers that they stand in. Must not know trafilatura.
"""

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

from pipeline import blocks
from pipeline import page as pages
from pipeline.page import Element
from pipeline.reading import Block

_OUTSIDE = frozenset(("nav", "footer", "aside", "form", "figure", "button", "label"))
_FOREIGN = re.compile(
    r"comment|disqus|related|recommend|sidebar|newsletter|subscri|promo|teaser|footer|cookie|consent|gdpr|modal|"
    r"popup|paywall|most-?(?:read|popular)|trending|author-?(?:box|bio|info|card)|about-?(?:the-)?author|social|share|outbrain|"
    r"taboola|breadcrumb|menu|(?:^|[\s_-])(?:ad|ads|advert|nav|widget|caption|credit|copyright|tags?|byline|meta)(?:$|[\s_-])",
    re.IGNORECASE,
)
_NOT_FOREIGN = re.compile(r"article-?body|post-?content|entry-?content|story-?body|body-?content|has-sidebar|no-sidebar|with-sidebar", re.IGNORECASE)  # fmt: skip # noqa: E501
_SHORTEST = 40  # characters of a paragraph worth counting
_LINKED = 0.5  # share of link text from which a paragraph is a list of links
_MUCH_MORE = 1.5
_MUCH = 600  # characters of prose that make an article
_LITTLE = 200  # the same where nothing else was found
_SURROUNDING = 0.2  # share of the page's prose up to which navigation and the like is nothing else
_CLOSE = 5  # levels up to which the parts of a body may stand apart
_KEY = 40


def better_than(
    found: Sequence[Block], survey: "Survey", *, place: Element | None
) -> list[Block] | None:
    """The page's prose, where the blocks found so far miss most of it; None where they do not.

    Args:
        found: what the general reader saw.
        survey: of the page without its furniture.
        place: the element that shows the headline; prose is looked for around it first.
    """
    region = _around(place, survey)
    theirs = _amount(found)
    if survey.prose_in(region) <= theirs and not _is_dump(found):
        return None
    own = [
        block
        for element in survey.containers(region)
        for block in blocks.walk(element, skip=survey.is_foreign)
    ]
    amount = _amount(own)
    if amount < (_MUCH if found else _LITTLE):
        return None
    keys = {_key(block) for block in own}
    shared = sum(
        len(block.text) for block in found if _key(block) in keys and len(block.text) >= _SHORTEST
    )
    if _is_dump(found) or (amount > _MUCH_MORE * theirs and shared >= theirs / 2):
        return own
    return own if shared < theirs / 5 and amount > theirs else None


def _around(place: Element | None, survey: "Survey") -> Element:
    """The smallest element that holds the headline and prose enough for an article."""
    node = place
    while node is not None:
        if survey.prose_in(node) >= _MUCH:
            return node
        node = node.getparent()
    return survey.body


def _amount(found: Sequence[Block]) -> int:
    return sum(len(block.text) for block in found if len(block.text) >= _SHORTEST)


def _key(block: Block) -> str:
    return block.text.replace(" ", "")[:_KEY]


def _is_dump(found: Sequence[Block]) -> bool:
    """The whole page in one block: what is returned where no body was found."""
    return 0 < len(found) <= 2 and len(found[0].text) > 2500


class Survey:
    """Where the prose of one page stands."""

    def __init__(self, body: Element) -> None:
        self.body = body
        self._sizes: Counter[Element] = Counter()  # of paragraphs
        self._inside: Counter[Element] = Counter()  # of all paragraphs in an element
        for element in body.iter("p", "div", "section", "article", "td", "main"):
            if size := _prose_of(element):
                self._sizes[element] = size
                self._inside[element] += size
                self._inside.update(dict.fromkeys(element.iterancestors(), size))
        self._foreign: dict[Element, bool] = {}

    def prose_in(self, element: Element) -> int:
        """Characters of prose that an element holds, however deep."""
        return self._inside[element]

    def is_foreign(self, element: Element) -> bool:
        """Whether an element says that it is no part of an article, and does not hold most of the page's prose."""
        return _says_foreign(element) and self._inside[element] < self._inside[self.body] / 2

    def drop_surroundings(self) -> None:
        """Take navigation and the like out of the tree; the general reader would only look at it and drop it too."""
        for element in list(self.body.iter("nav", "footer", "aside", "menu")):
            if self._inside[element] <= self._inside[self.body] * _SURROUNDING:
                pages.drop(element)

    def containers(self, region: Element) -> list[Element]:
        """The element that holds most paragraphs itself, and its like beside it: advertisements split bodies."""
        held: Counter[Element] = Counter()
        for element, size in self._sizes.items():
            if self._stands_outside(element) or not (
                element is region or region in element.iterancestors()
            ):
                continue
            parent = element.getparent() if element.tag == "p" else element
            if parent is not None:
                held[parent] += size
        if not held:
            return []
        best = max(held, key=lambda element: held[element])
        path = _path(best)
        return [
            element
            for element in held
            if element is best or (_path(element) == path and _are_one(best, element))
        ]

    def _stands_outside(self, element: Element) -> bool:
        lineage: list[Element] = []
        answer = False
        for node in (element, *element.iterancestors()):
            if node in self._foreign:
                answer = self._foreign[node]
                break
            lineage.append(node)
            if self.is_foreign(node):
                answer = True
                break
        self._foreign.update(dict.fromkeys(lineage, answer))
        return answer


def _prose_of(element: Element) -> int:
    """Characters of prose that an element holds as a paragraph or, between line breaks, directly."""
    if element.tag == "p":
        linked = sum(len(text) for link in element.iter("a") for text in pages.texts(link))
        size = sum(map(len, pages.texts(element)))
        return size if size >= _SHORTEST and linked <= size * _LINKED else 0
    texts = (element.text, *(child.tail for child in element if child.tag != "a"))
    size = sum(len(text.strip()) for text in texts if text and len(text) >= _SHORTEST)
    return size if element.tag != "span" and size >= 2 * _SHORTEST else 0


def _says_foreign(element: Element) -> bool:
    """Whether an element's own name says that it is no part of an article."""
    if element.tag in _OUTSIDE:
        return True
    if element.tag in ("body", "html", "main", "article", "p"):
        return False
    return _is_foreign_name(f"{element.get('class') or ''} {element.get('id') or ''}")


@lru_cache(maxsize=5000)
def _is_foreign_name(names: str) -> bool:
    return bool(_FOREIGN.search(names)) and not _NOT_FOREIGN.search(names)


def _path(element: Element) -> tuple[tuple[str, str | None], ...]:
    """What kinds of element lead to this one."""
    return tuple((str(node.tag), node.get("class")) for node in (element, *element.iterancestors()))


def _are_one(best: Element, other: Element) -> bool:
    """Whether two containers with the same path are parts of one body: close, and no headline between them."""
    ancestors = list(best.iterancestors())[:_CLOSE]
    for one in (other, *other.iterancestors()):
        parent = one.getparent()
        if parent in ancestors:
            branch = best if parent is ancestors[0] else ancestors[ancestors.index(parent) - 1]
            return one.tag != "article" and not _has_heading_between(branch, one)
    return False


def _has_heading_between(one: Element, other: Element) -> bool:
    for start, end in ((one, other), (other, one)):
        found = False
        for sibling in start.itersiblings():
            if sibling is end:
                return found or end.find(".//h1") is not None
            found = found or sibling.tag == "h1" or sibling.find(".//h1") is not None
    return False
