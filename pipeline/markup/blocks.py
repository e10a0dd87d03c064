"""From an element to the typed blocks of text that it holds, in reading order.

Knows how markup makes lines and paragraphs. Must not know which blocks are wanted.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from lxml import etree

from pipeline.markup import inline
from pipeline.markup import page as pages
from pipeline.markup.page import Element
from pipeline.reading import Block, BlockKind
from pipeline.text import typography

_PLAIN = (
    "p", "div", "section", "article", "main", "header", "footer", "aside", "nav", "address", "center", "form",
    "fieldset", "dl", "dd", "dt", "ul", "ol", "menu", "body", "html", "figure", "figcaption", "details", "summary",
    "table", "thead", "tbody", "tfoot", "tr", "td", "th", "hgroup", "caption", "li", "blockquote", "pre", "dialog",
    "h1", "h2", "h3", "h4", "h5", "h6", "legend", "search",
)  # fmt: skip
_BLOCK_TAGS = frozenset(_PLAIN)
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_BOLD_LEVEL = 4  # of a heading that only looks like one
_LISTS = frozenset(("ul", "ol", "menu"))
SKIPPED = frozenset((
    "script", "style", "template", "noscript", "iframe", "object", "embed", "svg", "math", "canvas", "audio",
    "video", "select", "option", "textarea", "button", "input", "head", "figcaption", "dialog", "rt", "rp", "rtc",
))  # fmt: skip
_SKIP, _BLOCK, _INLINE, _SINGLE = range(4)
_ROLES = {
    **dict.fromkeys(("br", "hr", "sup"), _SINGLE),
    **dict.fromkeys(inline.TAGS, _INLINE),
    **dict.fromkeys(_BLOCK_TAGS, _BLOCK),
    **dict.fromkeys(SKIPPED, _SKIP),
}
"""What an element of each tag means for the text; of other tags, nothing."""
_EMBED = re.compile(
    r"(?:^|[\s_-])(?:twitter-(?:tweet|video)|instagram-media|tiktok-embed|bluesky-embed|text-post-media|reddit-(?:card|embed)|"
    r"fb-(?:post|video)|wp-embedded-content|imgur-embed-pub|telegram-post)",
    re.IGNORECASE,
)
_BREAK = "\x1e"
_PARAGRAPH_BREAK = re.compile(rf"{_BREAK}(?:\s*{_BREAK})+")
_SENTENCE_END = re.compile(r"""[.!?…。！？:：;"”’»)）\]]$""")
_LONG_LINE = 80  # characters from which a line between two single <br> is a paragraph of its own
_WIDE_LINE = 24  # the same in scripts that write a word in a character or two
_DATA_CELL = 120  # characters in the mean cell of a table that holds figures, not layout


class Piece(NamedTuple):
    """One block, where it stood, and how much of its text was a link, bold or in italics."""

    block: Block
    element: Element  # the innermost block-level element
    size: int  # characters as they stood in the markup, at least 1
    linked: int
    bold: int
    slanted: int
    links: int


_LINK, _BOLD, _SLANTED = range(3)
_MARKED = {"a": _LINK, "b": _BOLD, "strong": _BOLD, "i": _SLANTED, "em": _SLANTED}


@dataclass(slots=True)
class _Writer:
    """Collects inline text and cuts it into blocks."""

    element: Element
    kind: BlockKind = "paragraph"
    level: int = 0
    pieces: list[Piece] = field(default_factory=list)
    buffer: list[str] = field(default_factory=list)
    inside: list[int] = field(
        default_factory=lambda: [0, 0, 0]
    )  # open links, bold and slanted elements
    counts: list[int] = field(default_factory=lambda: [0, 0, 0])
    size: int = 0
    links: int = 0

    def add(self, text: str) -> None:
        """Take inline text; blanks at the beginning of a block are nothing."""
        if text.isspace():
            if self.buffer:
                self.buffer.append(text)
            return
        self.buffer.append(text)
        size = len(text)
        self.size += size
        in_link, in_bold, in_slanted = self.inside
        if in_link:
            self.counts[_LINK] += size
        if in_bold:
            self.counts[_BOLD] += size
        if in_slanted:
            self.counts[_SLANTED] += size

    def enter(self, node: Element, tag: str) -> None:
        """Begin an element inside a line."""
        if (mark := _MARKED.get(tag)) is not None:
            self.inside[mark] += 1
            self.links += mark == _LINK
        elif tag == "q":
            self.buffer.append("" if inline.is_quoted(node) else "“")
        elif self.buffer and inline.begins_sentence(node, after=self.buffer[-1]):
            self.buffer.append(" ")

    def leave(self, node: Element, tag: str) -> None:
        """End an element inside a line."""
        if (mark := _MARKED.get(tag)) is not None:
            self.inside[mark] = max(self.inside[mark] - 1, 0)
        elif tag == "q" and not inline.is_quoted(node):
            self.buffer.append("”")

    def flush(self) -> None:
        """End the block that is being written."""
        if not self.buffer:
            return
        raw = "".join(self.buffer)
        self.buffer.clear()
        linked, bold, slanted = self.counts
        for text in _cut(raw):
            block = Block(self.kind, text, self.level)
            self.pieces.append(
                Piece(block, self.element, self.size or 1, linked, bold, slanted, self.links)
            )
        self.counts = [0, 0, 0]
        self.size = 0
        self.links = min(self.inside[_LINK], 1)


def walk(element: Element) -> list[Block]:
    """The blocks of an element: `<br><br>` ends a paragraph, blocks never run together, tables keep their rows."""
    return [piece.block for piece in pieces(element)]


def pieces(root: Element, *, passes: Callable[[Element], bool] | None = None) -> list[Piece]:  # noqa: C901, PLR0912  one walk: a call for each element would double its time
    """The same blocks with where they stood.

    Args:
        root: the element whose blocks are wanted.
        passes: whether a block-level element is passed over with all that it holds.
    """
    writer = _Writer(root)
    add = writer.add
    outer: list[tuple[Element, Element, BlockKind, int]] = []
    inner: Element | None = None  # the innermost open block
    walker = etree.iterwalk(root, events=("start", "end"))
    for event, node in walker:
        tag = node.tag
        role = _ROLES.get(tag)
        if event == "start":
            if role is not None:
                if role == _SKIP or (tag == "sup" and inline.is_footnote(node)):
                    if tag in _BLOCK_TAGS:
                        writer.flush()
                    walker.skip_subtree()
                    continue
                if role == _BLOCK or (role == _INLINE and inline.is_set_as_block(node)):
                    if writer.buffer:
                        writer.flush()
                    if passes is not None and passes(node):
                        walker.skip_subtree()
                        continue
                    if tag == "table" and _holds_data(node):
                        writer.pieces.extend(Piece(row, node, 1, 0, 0, 0, 0) for row in _rows(node))
                        walker.skip_subtree()
                        continue
                    outer.append((node, writer.element, writer.kind, writer.level))
                    writer.kind, writer.level = _kind(node, tag, writer.kind, writer.level)
                    writer.element = inner = node
                elif role == _INLINE:
                    writer.enter(node, tag)
                elif tag == "br":
                    writer.buffer.append(_BREAK)
                elif tag == "hr":
                    writer.buffer.append(_BREAK * 2)
            if text := node.text:
                add(text)
            continue
        if node is inner:
            if writer.buffer:
                writer.flush()
            _, writer.element, writer.kind, writer.level = outer.pop()
            inner = outer[-1][0] if outer else None
        elif role == _INLINE:
            writer.leave(node, tag)
        if (text := node.tail) and node is not root:
            if role == _INLINE and text[0].isspace() and inline.is_torn(node, text):
                text = text.lstrip()
            add(text)
    writer.flush()
    return writer.pieces


def _kind(node: Element, tag: str, kind: BlockKind, level: int) -> tuple[BlockKind, int]:
    """What a block element makes of the text in it, given what it stands in."""
    if tag in _HEADINGS:
        return (kind, level) if kind == "list_item" else ("heading", _HEADINGS[tag])
    if tag == "p" and kind == "paragraph" and inline.is_bold_heading(node):
        return "heading", _BOLD_LEVEL
    if tag == "blockquote":
        if _EMBED.search(node.get("class") or ""):
            return "embed", 0
        return ("quote", 0) if kind == "paragraph" else (kind, level)
    if tag == "li":
        return "list_item", max(level, 1) if kind == "list_item" else 1
    if tag in _LISTS and kind == "list_item":
        return "list_item", level + 1
    if tag == "pre":
        return "preformatted", 0
    return kind, level


def _cut(raw: str) -> Iterator[str]:
    if _BREAK not in raw:
        if text := typography.settle(raw):
            yield text
        return
    for part in _PARAGRAPH_BREAK.split(raw):
        lines = [line for line in map(typography.settle, part.split(_BREAK)) if line]
        if len(lines) > 1 and _are_paragraphs(lines):
            yield from lines
        elif text := typography.settle("\n".join(lines)):
            yield text


def _are_paragraphs(lines: list[str]) -> bool:
    """Whether lines between single breaks are prose: long, and ending as sentences do."""
    prose = sum(
        len(line) >= (_WIDE_LINE if ord(line[0]) > 0x2E7F else _LONG_LINE)
        and bool(_SENTENCE_END.search(line))
        for line in lines
    )
    return prose * 2 >= len(lines)


def _holds_data(table: Element) -> bool:
    """Whether a table is one of figures: several rows of several short cells, nothing nested."""
    if table.get("role") in ("presentation", "none") or table.find(".//table") is not None:
        return False
    rows = list(table.iter("tr"))
    widths = [sum(cell.tag in ("td", "th") for cell in row) for row in rows]
    if sum(width > 1 for width in widths) < 2:
        return False
    size = sum(len(text) for text in pages.texts(table))
    return size / max(sum(widths), 1) <= _DATA_CELL


def _rows(table: Element) -> Iterator[Block]:
    for row in table.iter("tr"):
        cells = [pages.own_text(cell) for cell in row if cell.tag in ("td", "th")]
        if any(cells):
            yield Block("table", " | ".join(cells).strip(" |"))
