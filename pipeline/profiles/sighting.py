"""What one page of a site shows for learning: its lines and where they stand, and what was read of it.

Knows lines, template paths and stable hashes of both. Must not know what repeats on other pages.
"""

import re
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b
from typing import NamedTuple

from pipeline.markup import blocks
from pipeline.markup import page as pages
from pipeline.markup.page import Element
from pipeline.reading import BlockKind, Reading
from pipeline.text import typography

MOST_LINES = 3000
_MOST_BLOCKS = 2000
_SAMPLE = 100  # characters of a line that are kept to be shown
_LEVELS = 4  # elements of a path: what is above them differs with the kind of page
_NAMES = 2  # classes of an element that count: the others say its state or its subject
_NAME = 30  # characters of a class
_FEW_LETTERS = 3
_START = 8
_SENTENCE = 80  # characters from which a line is a sentence rather than a label
_WIDE_SENTENCE = 24  # the same in scripts that write a word in a character or two
_LATIN = 0x2E7F  # the last character before those scripts
_DIGITS = re.compile(r"\d+")
_LINES = frozenset((
    "p", "div", "section", "article", "main", "header", "footer", "aside", "nav", "address", "center", "form",
    "fieldset", "dl", "dd", "dt", "ul", "ol", "li", "blockquote", "pre", "figure", "figcaption", "details", "summary",
    "table", "tbody", "tr", "td", "th", "caption", "h1", "h2", "h3", "h4", "h5", "h6", "hgroup", "label",
))  # fmt: skip
_FIELDS = ("title", "standfirst", "authors", "published", "modified", "section", "tags", "images")

Line = tuple[str, str]
"""Where a line stands (its template path), and its text."""


class Place(NamedTuple):
    """One line of a page, by hashes."""

    text: int
    path: int
    is_own: bool  # it was read as part of the article


class Read(NamedTuple):
    """One block that was read as part of the article."""

    text: int  # hash
    size: int  # characters
    is_sentence: bool


@dataclass(frozen=True, slots=True)
class Sighting:
    """A page of a site as the learner takes it."""

    places: tuple[Place, ...]
    body: tuple[Read, ...]
    container: str  # the path under which most of the body stands; "" where it was not found again
    fields: frozenset[str]
    url: str = ""
    title: str | None = None
    whole: int | None = None  # hash of all of the text
    samples: dict[int, str] = field(default_factory=dict)  # of lines, to be shown


def sight(lines: Iterable[Line], reading: Reading) -> Sighting:
    """What a page shows, from its visible lines in reading order and its reading without any profile."""
    body = [
        Read(key, len(block.text), is_sentence(block.text, block.kind))
        for block in reading.blocks[:_MOST_BLOCKS]
        if (key := key_of(block.text)) is not None
    ]
    read = {one.text for one in body}
    apart = (
        reading.title,
        reading.standfirst,
        *reading.captions,
    )  # the article's, though not of its body
    own = read | {key_of(text) for text in apart if text}
    places: list[Place] = []
    samples: dict[int, str] = {}
    held: dict[str, int] = {}
    for path, text in lines:
        if len(places) >= MOST_LINES:
            break
        key = key_of(text)
        if key is None:
            continue
        number = hash_of(path)
        places.append(Place(key, number, key in own))
        samples.setdefault(key, typography.shortened(text, limit=_SAMPLE))
        if key in read:
            held[path] = held.get(path, 0) + len(text)
    return Sighting(
        places=tuple(places),
        body=tuple(body),
        container=max(held, key=lambda path: (held[path], path), default=""),
        fields=frozenset(name for name in _FIELDS if getattr(reading, name)),
        url=reading.url,
        title=reading.title,
        whole=whole_of(reading.text),
        samples=samples,
    )


def key_of(text: str) -> int | None:
    """The hash by which a line is known again: counters, dates, spaces and punctuation do not matter.

    None for lines that say too little to be evidence: figures, signs, one letter.
    """
    folded = _DIGITS.sub("0", typography.fold(text).replace(" ", ""))
    if len(folded) - folded.count("0") < _FEW_LETTERS:
        return None
    return hash_of(folded)


def whole_of(text: str) -> int | None:
    """The hash by which a whole text is known again; here figures matter: a template filled anew is another text."""
    folded = typography.fold(text).replace(" ", "").replace("\n", "")
    return hash_of(folded) if len(folded) >= _FEW_LETTERS else None


@lru_cache(maxsize=4096)
def hash_of(text: str) -> int:
    """A 64-bit hash that is the same in every process and release."""
    return int.from_bytes(blake2b(text.encode("utf-8", "replace"), digest_size=8).digest(), "big")


def is_sentence(text: str, kind: BlockKind = "paragraph") -> bool:
    """Whether a block is long enough to be a sentence of an article, and no heading or row of a table."""
    if kind in ("heading", "table") or not text:
        return False
    return len(text) >= (_WIDE_SENTENCE if ord(text[0]) > _LATIN else _SENTENCE)


def start_of(text: str) -> str:
    """The beginning of a line's first word, by which others are passed over soon."""
    words = text.lstrip()[: 2 * _START].split(None, 1)
    return words[0][:_START] if words else ""


def lines_of(body: Element, *, starts: AbstractSet[str] | None = None) -> Iterator[Line]:
    """The visible lines of a page's tree and their template paths, in reading order.

    A line is the text of an element that holds no further line, or what stands between the lines in one.

    Args:
        body: the tree.
        starts: only lines that begin with one of these are wanted, as `start_of` gives them.
    """
    lines = [body, *body.iter(*_LINES)]
    holding = _above(lines)  # further lines
    broken = _above(body.iter("br"))  # by line breaks
    beginnings: dict[Element | None, str] = {None: ""}
    for element in lines:
        if element in holding:
            texts = _between(element, holding)
        elif element in broken:
            texts = [block.text for block in blocks.walk(element)]
        else:
            texts = ["".join(pages.texts(element))]
        for raw in texts:
            is_wanted = starts is None or start_of(raw) in starts
            if is_wanted and (text := typography.settle(raw)):
                yield path_of(element, beginnings), text


def _above(elements: Iterable[Element]) -> set[Element]:
    """Everything that one of these elements stands in."""
    found: set[Element] = set()
    for element in elements:
        above = element.getparent()
        while above is not None and above not in found:
            found.add(above)
            above = above.getparent()
    return found


def _between(element: Element, holding: set[Element]) -> list[str]:
    """What an element holds beside its lines: each run of text between two of them, or between line breaks."""
    runs = [[element.text or ""]]
    for child in element:
        if child.tag == "br" or child.tag in _LINES or child in holding:
            runs.append([])
        else:
            runs[-1].extend(pages.texts(child))
        runs[-1].append(child.tail or "")
    return ["".join(run) for run in runs]


def path_of(element: Element, above: dict[Element | None, str]) -> str:
    """The template path of an element: tags and classes of it and what it stands in, digits left out.

    `above` keeps the path's beginning for elements that stand in the same one.
    """
    parent = element.getparent()
    beginning = above.get(parent)
    if beginning is None:
        steps: list[str] = []
        node = parent
        while node is not None and len(steps) < _LEVELS - 1 and node.tag not in ("body", "html"):
            steps.append(_step(str(node.tag), node.get("class") or ""))
            node = node.getparent()
        beginning = above[parent] = "".join(f"{step}>" for step in reversed(steps))
    return beginning + _step(str(element.tag), element.get("class") or "")


@lru_cache(maxsize=4096)
def _step(tag: str, names: str) -> str:
    kept = [_DIGITS.sub("", name)[:_NAME] for name in names.split()[:_NAMES]]
    return ".".join([tag[:_NAME], *kept])
