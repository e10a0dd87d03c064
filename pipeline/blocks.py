"""From an element to the typed blocks of text that it holds, in reading order.

Knows how markup makes lines and paragraphs, in HTML and in trafilatura's XML. Must not know which blocks are wanted.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from lxml import etree

from pipeline import page as pages
from pipeline import typography
from pipeline.page import Element
from pipeline.reading import Block, BlockKind

_PLAIN = frozenset((
    "p", "div", "section", "article", "main", "header", "footer", "aside", "nav", "address", "center", "form",
    "fieldset", "dl", "dd", "dt", "ul", "ol", "list", "body", "html", "figure", "figcaption", "details",
    "summary", "table", "thead", "tbody", "tfoot", "tr", "td", "th", "row", "cell", "hr", "hgroup", "caption",
))  # fmt: skip
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_QUOTES = frozenset(("blockquote", "quote"))
_ITEMS = frozenset(("li", "item"))
_LISTS = frozenset(("ul", "ol", "list", "menu"))
_PREFORMATTED = frozenset(("pre", "code"))
_BREAKS = frozenset(("br", "lb", "hr"))
SKIPPED = frozenset((
    "script", "style", "template", "noscript", "iframe", "object", "embed", "svg", "math", "canvas", "audio",
    "video", "select", "option", "textarea", "button", "input", "head", "figcaption", "dialog",
))  # fmt: skip
_BREAK = "\x1e"
_PARAGRAPH_BREAK = re.compile(rf"{_BREAK}(?:\s*{_BREAK})+")
_SENTENCE_END = re.compile(r"""[.!?…。！？:：;"”’»)）\]]$""")
_LONG_LINE = 80  # characters from which a line between two single <br> is a paragraph of its own
_WIDE_LINE = 24  # the same in scripts that write a word in a character or two
_DATA_CELL = 120  # characters in the mean cell of a table that holds figures, not layout


@dataclass(slots=True)
class _Context:
    kind: BlockKind
    level: int = 0


@dataclass(slots=True)
class _Writer:
    """Collects inline text and cuts it into blocks."""

    root: Element
    skip: Callable[[Element], bool] | None
    blocks: list[Block] = field(default_factory=list)
    buffer: list[str] = field(default_factory=list)
    contexts: list[_Context] = field(default_factory=lambda: [_Context("paragraph")])
    opened: list[Element] = field(default_factory=list)  # one for each context but the first

    def start(self, node: Element) -> bool:
        """Enter an element; whether what it holds is to be passed over."""
        tag = str(node.tag)
        is_skipped = tag in SKIPPED and (tag != "head" or node.get("rend") is None)
        if is_skipped or (self.skip is not None and node is not self.root and self.skip(node)):
            if tag in _PLAIN:
                self.flush()
            return True
        if tag == "table" and _holds_data(node):
            self.flush()
            self.blocks.extend(_rows(node))
            return True
        if tag in _BREAKS:
            self.buffer.append(_BREAK if tag != "hr" else _BREAK * 2)
        elif context := _context(node, tag, self.contexts[-1]):
            self.flush()
            self.contexts.append(context)
            self.opened.append(node)
        if node.text:
            self.buffer.append(node.text)
        return False

    def end(self, node: Element) -> None:
        """Leave an element and take the text after it."""
        if self.opened and self.opened[-1] is node:
            self.flush()
            self.opened.pop()
            self.contexts.pop()
        if node is not self.root and node.tail:
            self.buffer.append(node.tail)

    def flush(self) -> None:
        """End the block that is being written."""
        if not self.buffer:
            return
        raw = "".join(self.buffer)
        self.buffer.clear()
        context = self.contexts[-1]
        self.blocks.extend(Block(context.kind, text, context.level) for text in _cut(raw))


def walk(element: Element, *, skip: Callable[[Element], bool] | None = None) -> list[Block]:
    """The blocks of an element, without the elements inside it that are to be skipped.

    `<br><br>` ends a paragraph, blocks never run together, tables keep their rows.
    """
    writer = _Writer(element, skip)
    walker = etree.iterwalk(element, events=("start", "end"))
    for event, node in walker:
        if event == "end":
            writer.end(node)
        elif writer.start(node):
            walker.skip_subtree()
    writer.flush()
    return writer.blocks


def _context(node: Element, tag: str, outer: _Context) -> _Context | None:
    """What a block element makes of the text in it; None for inline elements."""
    level = _HEADINGS.get(tag)
    if tag == "head":
        rend = node.get("rend") or "h3"
        level = int(rend[1:]) if rend[1:].isdigit() else 3
    if level:
        return outer if outer.kind == "list_item" else _Context("heading", level)
    if tag in _QUOTES:
        return _Context("quote") if outer.kind == "paragraph" else outer
    if tag in _ITEMS:
        return _Context("list_item", max(outer.level, 1) if outer.kind == "list_item" else 1)
    if tag in _LISTS and outer.kind == "list_item":
        return _Context("list_item", outer.level + 1)
    if tag in _PREFORMATTED and (tag == "pre" or _is_block_code(node)):
        return _Context("preformatted")
    if tag in _PLAIN:
        return outer
    return None


def _is_block_code(node: Element) -> bool:
    """Trafilatura writes `<pre>` as code; HTML's own code element is inline."""
    parent = node.getparent()
    return parent is None or parent.tag == "body"


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
    rows = list(table.iter("tr", "row"))
    widths = [sum(cell.tag in ("td", "th", "cell") for cell in row) for row in rows]
    if sum(width > 1 for width in widths) < 2:
        return False
    size = sum(len(text) for text in pages.texts(table))
    return size / max(sum(widths), 1) <= _DATA_CELL


def _rows(table: Element) -> Iterator[Block]:
    for row in table.iter("tr", "row"):
        cells = [pages.own_text(cell) for cell in row if cell.tag in ("td", "th", "cell")]
        if any(cells):
            yield Block("table", " | ".join(cells).strip(" |"))
