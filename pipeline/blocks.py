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

_PLAIN = frozenset(
    "p div section article main header footer aside nav address center form fieldset dl dd dt ul ol list body html "
    "figure figcaption details summary table thead tbody tfoot tr td th row cell hr hgroup caption".split()
)
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_QUOTES = frozenset(("blockquote", "quote"))
_ITEMS = frozenset(("li", "item"))
_LISTS = frozenset(("ul", "ol", "list", "menu"))
_PREFORMATTED = frozenset(("pre", "code"))
_BREAKS = frozenset(("br", "lb", "hr"))
SKIPPED = frozenset(
    "script style template noscript iframe object embed svg math canvas audio video select option textarea button "
    "input head figcaption dialog".split()
)
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

    blocks: list[Block] = field(default_factory=list)
    buffer: list[str] = field(default_factory=list)
    contexts: list[_Context] = field(default_factory=lambda: [_Context("paragraph")])

    def flush(self) -> None:
        if not self.buffer:
            return
        raw = "".join(self.buffer)
        self.buffer.clear()
        context = self.contexts[-1]
        for text in _cut(raw):
            self.blocks.append(Block(context.kind, text, context.level))


def walk(element: Element, *, skip: Callable[[Element], bool] | None = None) -> list[Block]:
    """The blocks of an element, without the elements inside it that are to be skipped.

    `<br><br>` ends a paragraph, blocks never run together, tables keep their rows.
    """
    writer = _Writer()
    walker = etree.iterwalk(element, events=("start", "end"))
    skipped: Element | None = None
    opened: list[Element] = []
    for event, node in walker:
        if event == "start":
            if not isinstance(node.tag, str):
                continue
            is_skipped = node.tag in SKIPPED and (node.tag != "head" or node.get("rend") is None)
            if is_skipped or (skip and node is not element and skip(node)):
                if node.tag in _PLAIN:
                    writer.flush()
                skipped = node
                walker.skip_subtree()
                continue
            if _is_table(node) and _holds_data(node):
                writer.flush()
                writer.blocks.extend(_rows(node))
                skipped = node
                walker.skip_subtree()
                continue
            _open(writer, node, opened)
            if node.text:
                writer.buffer.append(node.text)
            continue
        if node is skipped:
            skipped = None
        elif opened and opened[-1] is node:
            writer.flush()
            opened.pop()
            writer.contexts.pop()
        if node is not element and node.tail:
            writer.buffer.append(node.tail)
    writer.flush()
    return writer.blocks


def _open(writer: _Writer, node: Element, opened: list[Element]) -> None:
    tag = str(node.tag)
    if tag in _BREAKS:
        writer.buffer.append(_BREAK if tag != "hr" else _BREAK * 2)
        return
    context = _context(node, tag, writer.contexts[-1])
    if context is None:
        return
    writer.flush()
    writer.contexts.append(context)
    opened.append(node)


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


def _is_table(node: Element) -> bool:
    return node.tag == "table"


def _holds_data(table: Element) -> bool:
    """Whether a table is one of figures: several rows of several short cells, nothing nested."""
    if table.get("role") in ("presentation", "none") or table.find(".//table") is not None:
        return False
    rows = list(table.iter("tr", "row"))
    widths = [sum(cell.tag in ("td", "th", "cell") for cell in row) for row in rows]
    if sum(width > 1 for width in widths) < 2:
        return False
    size = sum(len(text) for text in table.itertext())
    return size / max(sum(widths), 1) <= _DATA_CELL


def _rows(table: Element) -> Iterator[Block]:
    for row in table.iter("tr", "row"):
        cells = [pages.own_text(cell) for cell in row if cell.tag in ("td", "th", "cell")]
        if any(cells):
            yield Block("table", " | ".join(cells).strip(" |"))
