"""The lines of a whole page with where each stands: the material from which the general reader chooses the body.

Knows elements, their names and what they hold together. Must not know which lines are wanted.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from pipeline import blocks, naming
from pipeline.page import Element
from pipeline.reading import Block

PROSE = 60  # characters from which a line without many links is prose
_WIDE = "\u2e7f"  # the last character before the scripts of East Asia
_LINKED = 0.5  # share of link text from which a line is a list of links


@dataclass(slots=True, eq=False)
class Frame:
    """One element that holds lines, directly or deeper."""

    element: Element
    parent: "Frame | None"
    tag: str
    depth: int
    flags: int  # the groups that it names itself among
    above: int  # the same of all elements around it
    path: int  # number of the way that leads to it: equal for elements with equal tags and names all the way up
    is_in_article: bool
    is_in_main: bool
    size: int = 0  # characters of all lines
    prose: int = 0  # characters of lines that are prose
    linked: int = 0
    lines: int = 0
    direct: int = 0  # characters of prose that stands in its own children
    is_bare: bool = False  # has no class


@dataclass(slots=True, eq=False)
class Line:
    """One block of text and where it stands."""

    block: Block
    frame: Frame  # of the innermost block-level element
    size: int  # characters, those of scripts that write a word in a character or two weighted
    linked: float  # share of link text
    bold: float  # share of bold text
    slanted: float  # share of text in italics
    links: int
    is_prose: bool
    number: int


@dataclass(slots=True)
class Survey:
    """A page's lines in reading order, and the frames around them."""

    lines: list[Line]
    frames: dict[Element, Frame]
    root: Frame
    paths: dict[tuple[int, str, str], int] = field(default_factory=dict)

    def frame_of(self, element: Element) -> Frame | None:
        """The frame of an element, where it holds lines; else of the nearest element around it that does."""
        node: Element | None = element
        while node is not None:
            if found := self.frames.get(node):
                return found
            node = node.getparent()
        return None


def of(body: Element) -> Survey:
    """Survey all that an element holds."""
    root = Frame(body, None, "body", 0, 0, 0, 0, is_in_article=False, is_in_main=False)
    survey = Survey([], {body: root}, root)
    for block, element, raw, linked, bold, slanted, links in blocks.pieces(body):
        frame = survey.frames.get(element) or _frame(element, survey)
        size = _weighted(block.text)
        share = min(linked / raw, 1.0)
        is_prose = size >= PROSE and share < _LINKED
        survey.lines.append(
            Line(
                block,
                frame,
                size,
                share,
                min(bold / raw, 1.0),
                min(slanted / raw, 1.0),
                links,
                is_prose,
                len(survey.lines),
            )
        )
        _add(frame, size, int(size * share), size if is_prose else 0)
    return survey


def _add(frame: Frame, size: int, linked: int, prose: int) -> None:
    if prose:
        holder = (
            frame.parent
            if frame.tag in ("p", "li", "blockquote", "h2", "h3") and frame.parent
            else frame
        )
        holder.direct += prose
    node: Frame | None = frame
    while node is not None:
        node.size += size
        node.linked += linked
        node.prose += prose
        node.lines += 1
        node = node.parent


def _frame(element: Element, survey: Survey) -> Frame:
    """The frame of an element, made with all above it that are not yet known."""
    missing: list[Element] = []
    node: Element | None = element
    while node is not None and node not in survey.frames:
        missing.append(node)
        node = node.getparent()
    frame = survey.frames[node] if node is not None else survey.root
    for one in reversed(missing):
        frame = _child(one, frame, survey)
        survey.frames[one] = frame
    return frame


def _child(element: Element, parent: Frame, survey: Survey) -> Frame:
    tag = element.tag
    names = element.get("class") or ""
    identity = element.get("id") or element.get("itemprop") or element.get("data-testid") or ""
    flags = naming.groups(tag, names, identity)
    key = (parent.path, tag, naming.shape(names))
    path = survey.paths.setdefault(key, len(survey.paths) + 1)
    return Frame(
        element, parent, tag, parent.depth + 1, flags, parent.above | parent.flags, path,
        is_in_article=parent.is_in_article or tag == "article", is_in_main=parent.is_in_main or tag == "main",
        is_bare=not names,
    )  # fmt: skip


def _weighted(text: str) -> int:
    """Characters, thrice those of scripts that write a word in one or two."""
    if text.isascii() or (text[0] <= _WIDE and text[len(text) // 2] <= _WIDE):
        return len(text)
    return len(text) + 2 * sum(char > _WIDE for char in text)


def above(frame: Frame) -> Iterator[Frame]:
    """The frame and those around it, innermost first."""
    node: Frame | None = frame
    while node is not None:
        yield node
        node = node.parent
