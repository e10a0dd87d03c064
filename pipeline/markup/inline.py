"""What elements inside a line make of its text: quotations, first letters set large, notes, lines in bold.

Knows markup inside paragraphs. Must not know how paragraphs become blocks.
"""

import re

from pipeline.markup import page as pages
from pipeline.markup.page import Element

TAGS = frozenset(("span", "a", "strong", "b", "em", "i", "font", "q"))
"""Inline elements that may mean something."""

_BLOCK_STYLE = re.compile(r"display\s*:\s*(?:block|flex|grid|table|list-item)", re.IGNORECASE)
_STRONG = frozenset(("strong", "b"))
_LONGEST_HEADING = 120  # characters of a paragraph in bold that is a heading
_NO_HEADING_END = '.!?…,;:。！？、，；："”’»)'
_FOOTNOTE = re.compile(r"\s*(?:\[\s*(?:\d{1,3}|[a-z*†‡]|note \d{1,2})\s*\]|\d{1,3}|[*†‡])\s*")
_DROP_CAP = re.compile(r"drop-?_?cap|lettrine|initial-?(?:letter|cap)|first-?letter", re.IGNORECASE)
_WORD_LETTERS = frozenset("AIOUEYÀÓÉÈØÅÆaiouey")  # letters that are words in some language
_QUOTES_OPEN = frozenset("\"'“„«‘‚「『")


def is_set_as_block(node: Element) -> bool:
    """Whether a style makes an inline element a block of its own."""
    style = node.get("style")
    return bool(style and _BLOCK_STYLE.search(style)) and not is_drop_cap(node)


def is_quoted(node: Element) -> bool:
    """Whether a quotation has its marks in its text: browsers write them for a `<q>`."""
    return (node.text or "")[:1] in _QUOTES_OPEN


def begins_sentence(node: Element, *, after: str) -> bool:
    """Whether a sentence in an element of its own follows one without a blank: a style holds them apart."""
    text = node.text or ""
    if not text[:1].isupper() or after[-1:] not in (".", "!", "?", "…"):
        return False
    before = node.getprevious()
    return before is not None and before.tag == node.tag == "span" and not before.tail


def is_bold_heading(node: Element) -> bool:
    """A short paragraph that is all bold and no sentence: a heading to its readers."""
    if (node.text and node.text.strip()) or len(node) != 1 or node[0].tag not in _STRONG:
        return False
    bold = node[0]
    if (bold.tail and bold.tail.strip()) or next(bold.iter("br", "a", "img"), None) is not None:
        return False
    text = "".join(pages.texts(bold)).strip()
    return 0 < len(text) <= _LONGEST_HEADING and text[-1] not in _NO_HEADING_END


def is_footnote(node: Element) -> bool:
    """A raised figure that leads to a note: linked within the page, or in brackets."""
    text = "".join(pages.texts(node))
    if not _FOOTNOTE.fullmatch(text):
        return False
    return "[" in text or any((a.get("href") or "").startswith("#") for a in node.iter("a"))


def is_drop_cap(node: Element) -> bool:
    """A letter that is set large at the beginning of a word."""
    text = (node.text or "").strip()
    if len(text) != 1 or not text.isalpha() or text in _WORD_LETTERS or len(node):
        return False
    return bool(_DROP_CAP.search(node.get("class") or ""))


def is_torn(node: Element, tail: str) -> bool:
    """Whether a blank in the markup keeps a large first letter from the rest of its word."""
    return is_drop_cap(node) and tail.lstrip()[:1].islower()
