"""The lines of a whole page with where each stands: the material from which the general reader chooses the body.

Knows elements, their names and what they hold together. Must not know which lines are wanted.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from pipeline.markup import blocks, naming
from pipeline.markup.page import Element
from pipeline.reading import Block

PROSE = 60  # characters from which a line without many links is prose
# Elements around the article, and those that show one to be in them after all: some pages are badly nested.
_AROUND = {
    "nav": ("h1", "article", "main"),
    "menu": ("h1", "article", "main"),
    "footer": ("h1", "article", "main"),
    "header": ("h1", "h2", "h3", "p", "article", "main"),
}
_PARAGRAPHS = frozenset(("p", "li", "blockquote", "h2", "h3"))
_WIDE = "\u2e7f"  # the last character before the scripts of East Asia
_LINKED = 0.5  # share of link text from which a line is a list of links


@dataclass(slots=True, eq=False)
class Frame:
    """One element that holds lines, directly or deeper."""

    element: Element
    parent: "Frame | None"
    tag: str
    depth: int
    names: str  # its class attribute
    path: int  # number of the way that leads to it: equal for elements with equal tags and names all the way up
    is_in_article: bool
    is_in_main: bool
    size: int = 0  # characters of all lines
    prose: int = 0  # characters of lines that are prose
    linked: int = 0
    lines: int = 0
    direct: int = 0  # characters of prose that stands in its own children
    known_flags: int = -1  # not looked up yet
    known_above: int = -1

    @property
    def flags(self) -> int:
        """The groups that its names tell; asked of few frames, so looked up when asked."""
        if self.known_flags < 0:
            get = self.element.get
            identity = get("id") or get("itemprop") or get("data-testid") or ""
            self.known_flags = naming.groups(self.tag, self.names, identity)
        return self.known_flags

    @property
    def above(self) -> int:
        """The groups of all elements around it."""
        unknown: list[Frame] = []
        node = self
        while node.known_above < 0 and node.parent is not None:
            unknown.append(node)
            node = node.parent
        found = max(node.known_above, 0)
        for one in reversed(unknown):
            assert one.parent is not None
            found |= one.parent.flags
            one.known_above = found
        return found


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
    """Survey all that an element holds, but for menus and footers without a headline in them."""
    root = Frame(body, None, "body", 0, "", 0, is_in_article=False, is_in_main=False)
    survey = Survey([], {body: root}, root)
    lines, frames = survey.lines, survey.frames
    for block, element, raw, linked, bold, slanted, links in blocks.pieces(body, passes=_is_around):
        frame = frames.get(element) or _frame(element, survey)
        text = block.text
        size = len(text) if text.isascii() else _weighted(text)
        share = linked / raw if linked < raw else 1.0
        is_prose = size >= PROSE and share < _LINKED
        lines.append(
            Line(block, frame, size, share, bold / raw, slanted / raw, links, is_prose, len(lines))
        )
        frame.size += size
        frame.linked += int(size * share)
        frame.lines += 1
        if is_prose:
            frame.prose += size
            is_paragraph = frame.tag in _PARAGRAPHS and frame.parent is not None
            holder = frame.parent if is_paragraph and frame.parent else frame
            holder.direct += size
    for frame in reversed(frames.values()):  # those around a frame were made before it
        outer = frame.parent
        if outer is not None:
            outer.size += frame.size
            outer.linked += frame.linked
            outer.lines += frame.lines
            outer.prose += frame.prose
    return survey


def _is_around(element: Element) -> bool:
    """Whether an element is a menu, a footer or a header without text: the article is elsewhere."""
    telling = _AROUND.get(element.tag)
    return telling is not None and next(element.iter(*telling), None) is None


def _frame(element: Element, survey: Survey) -> Frame:
    """The frame of an element, made with all above it that are not yet known."""
    missing: list[Element] = []
    frames = survey.frames
    node: Element | None = element
    while node is not None and node not in frames:
        missing.append(node)
        node = node.getparent()
    frame = frames[node] if node is not None else survey.root
    paths = survey.paths
    for one in reversed(missing):
        tag = one.tag
        names = one.get("class") or ""
        key = (frame.path, tag, naming.shape(names) if names else "")
        path = paths.setdefault(key, len(paths) + 1)
        frame = Frame(
            one,
            frame,
            tag,
            frame.depth + 1,
            names,
            path,
            is_in_article=frame.is_in_article or tag == "article",
            is_in_main=frame.is_in_main or tag == "main",
        )
        frames[one] = frame
    return frame


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
