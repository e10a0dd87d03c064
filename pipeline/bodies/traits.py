"""What can be told of each line of a page without knowing the answer: the features of the general reader's model.

Knows how the parts of an article differ from what stands around it, as numbers. Must not know the model.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from pipeline.bodies import furnishings
from pipeline.bodies.survey import Frame, Line, Survey, above
from pipeline.markup import naming
from pipeline.markup.page import Element
from pipeline.text import typography

_ENDS = frozenset(".!?…。！？;؟।")
_CLOSERS = '"”’»)]』」 '
_ASKING = frozenset((
    "newsletter", "newsletters", "subscribe", "subscriber", "subscribers", "subscription", "sign-up", "signup",
    "cookie", "cookies", "privacy", "consent", "affiliate", "commission", "advertisement", "advertising",
    "advertise", "donate", "donation", "email", "e-mail", "inbox", "download", "click", "abonnieren", "abonnenten",
    "abo", "anmelden", "datenschutz", "datenschutzerklärung", "einwilligung", "werbung", "inscrivez-vous",
    "abonnez-vous", "abonnés", "suscríbete", "suscriptores", "publicidad", "assine", "assinante", "iscriviti",
    "abbonati", "подпишитесь", "подписаться", "реклама",
    "订阅", "关注", "登録", "広告", "구독", "prenumerera", "prenumerata",
    "tilmeld",
))  # fmt: skip
_ASCII_CAPITALS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_KEY = 30  # characters by which a line is found in a stated body
_WINDOW = 4  # lines before and after that make a line's company
_MOST = 60
_TOLD = 30  # characters of a description that says something
_BEGIN = 8  # characters by which a line is passed over before it is compared
_TRAILER = 80  # characters up to which a line can announce other stories
_SHORTEST_STATED = 200  # characters of a stated body
_NEAR_GROUPS = ("body", "comment", "subscribe", "caption", "quote", "box", "hidden", "standfirst")
_FAR_GROUPS = ("body", "comment", "advertisement", "subscribe", "caption")
_NEAR_BITS = tuple(map(naming.bit, _NEAR_GROUPS))
_FAR_BITS = tuple(map(naming.bit, _FAR_GROUPS))
_NEAR_MASK, _FAR_MASK = sum(_NEAR_BITS), sum(_FAR_BITS)
_KINDS = {
    "paragraph": 0,
    "heading": 1,
    "quote": 2,
    "list_item": 3,
    "table": 4,
    "embed": 5,
    "preformatted": 6,
}
_PARAGRAPHS = frozenset(("p", "li", "blockquote", "h2", "h3", "h4", "pre"))

FEATURES = (
    # the line itself
    "size", "words", "linked", "links", "bold", "slanted", "ends_sentence", "capitals", "kind", "level",
    "repeated", "title_words", "is_told", "in_stated", "asks",
    # where in the page's order it stands, and beside what
    "share_before", "position", "from_title", "since_trailer", "heads", "after_best", "path_index",
    "before_size", "after_size", "after_linked", "after_same", "prose_after", "linked_around",
    # its element and those around
    "depth", "title_steps", "title_depth", "with_title_article", "in_main", "article_prose", "best_distance",
    "best_steps", "frame_twins", "path_prose", "path_lines", "path_linked", "path_mean", "is_best_path",
    "holder_prose", "holder_share", "holder_lines", "holder_direct", "holder_twins", "outer_prose", "outer_linked",
    "outer_share", "outer_twins", "far_twins",
    *(f"near_{name}" for name in _NEAR_GROUPS),
    *(f"far_{name}" for name in _FAR_GROUPS),
    # the page
    "page_prose", "page_paragraphs", "page_linked", "best_share", "best_direct",
)  # fmt: skip
"""The names of the features, in the order of a row."""


class Row(NamedTuple):
    """The features of one line, in three parts: their own, those of its place, those of the page.

    Lines in places alike have the very same list as their second part, all lines of a page as their third.
    """

    own: list[float]
    place: list[float]
    page: list[float]

    @property
    def values(self) -> list[float]:
        """A number for each of FEATURES, in their order."""
        return [*self.own, *self.place, *self.page]


@dataclass(frozen=True, slots=True)
class Told:
    """What other readers already know of the page."""

    title: str | None
    place: Element | None  # the element that shows the headline
    descriptions: Sequence[str]
    stated: str | None  # the body as structured data states it
    credit_links: Mapping[str, str] = field(
        default_factory=dict
    )  # folded credit lines and what they link to


def best_frame(survey: Survey) -> Frame:
    """The frame whose own paragraphs hold most prose with fewest links."""
    best, most = survey.root, 0.0
    for frame in survey.frames.values():
        if frame.direct:
            weight = frame.direct * (1 - frame.linked / max(frame.size, 1))
            if weight > most:
                best, most = frame, weight
    return best


def holder_of(frame: Frame) -> Frame:
    """The frame that holds paragraphs as its children: around a paragraph's own, else itself."""
    return frame.parent if frame.tag in _PARAGRAPHS and frame.parent is not None else frame


def rows(survey: Survey, told: Told) -> list[Row | None]:
    """A row for each line of the survey; None for a line of links in company without any prose: it is no body."""
    return _Table(survey, told).rows()


class _Table:
    def __init__(self, survey: Survey, told: Told) -> None:
        self.survey = survey
        self.lines = survey.lines
        self.title = frozenset(typography.fold(told.title or "").split())
        descriptions = [text for text in told.descriptions if len(text) > _TOLD]
        self.told = {typography.fold(text) for text in descriptions}
        self.told_begin = {text[:_BEGIN].casefold() for text in descriptions}
        stated = "".join(typography.words(told.stated or "")).casefold()
        self.stated = stated if len(stated) >= _SHORTEST_STATED else ""
        self.place = survey.frame_of(told.place) if told.place is not None else None
        self.title_line = next((line.number for line in self.lines if line.frame is self.place), -1)
        self.best = best_frame(survey)
        self.best_lineage = {frame: level for level, frame in enumerate(above(self.best))}
        self.title_lineage = (
            {frame: level for level, frame in enumerate(above(self.place))} if self.place else {}
        )
        self.repeats = Counter(line.block.text for line in self.lines)
        self.prose = max(survey.root.prose, 1)
        self.size = max(survey.root.size, 1)
        self.twins = Counter(frame.path for frame in survey.frames.values())
        self.paths = self._paths()
        self.best_path = (
            max(self.paths.items(), key=lambda path: path[1][0])[0] if self.paths else 0
        )
        inside = [line.number for line in self.lines if _is_inside(line.frame, self.best)]
        self.last_best = inside[-1] if inside else len(self.lines)
        self.lineages = self.best_lineage.keys() | self.title_lineage.keys()
        self.of_holders: dict[Frame, list[float]] = {}
        self.of_frames: dict[Frame, list[float]] = {}
        self.of_paragraphs: dict[tuple[Frame, int, int], list[float]] = {}
        self.of_places: dict[Frame, tuple[float, ...]] = {}

    def _paths(self) -> dict[int, tuple[int, int, int, int]]:
        """By path: characters of prose, lines, characters of links, characters."""
        found: dict[int, tuple[int, int, int, int]] = {}
        for line in self.lines:
            path, size = line.frame.path, line.size
            prose, lines, linked, all_of_it = found.get(path, (0, 0, 0, 0))
            if line.is_prose:
                prose += size
            found[path] = (prose, lines + 1, linked + int(size * line.linked), all_of_it + size)
        return found

    def rows(self) -> list[Row | None]:
        found: list[Row | None] = []
        lines = self.lines
        prose, linked, sizes = [0], [0.0], [0]
        for line in lines:
            size = line.size
            prose.append(prose[-1] + size if line.is_prose else prose[-1])
            linked.append(linked[-1] + size * line.linked)
            sizes.append(sizes[-1] + size)
        page: list[float] = [
            min(self.prose, 50_000),
            min(sum([line.is_prose for line in lines]), 200),
            self.survey.root.linked / self.size,
            self.best.prose / self.prose,
            min(self.best.direct, 20_000),
        ]
        since_trailer = _MOST
        heads = 0
        seen_paths: dict[int, int] = {}
        count = len(lines)
        title_line, all_prose, last_best = self.title_line, self.prose, self.last_best
        for number, line in enumerate(lines):
            block, frame, size, share = line.block, line.frame, line.size, line.linked
            text = block.text
            since_trailer += 1
            if len(text) <= _TRAILER and furnishings.is_trailer_heading(text):
                since_trailer = 0
            if share > 0.9 and not (holder_of(frame).parent or frame).prose:
                found.append(None)
                continue
            low, high = max(number - _WINDOW, 0), min(number + 1 + _WINDOW, count)
            around = sizes[high] - sizes[low] - size
            index = seen_paths.get(frame.path, 0)
            seen_paths[frame.path] = index + 1
            other = lines[number + 1] if number + 1 < count else None
            own = self._own(line)
            own += (
                prose[number] / all_prose,
                number / count,
                max(-_MOST, min(number - title_line, _MOST)) if title_line >= 0 else -99,
                min(_MOST, since_trailer),
                heads,
                max(min(number - last_best, _MOST), 0),
                min(50, index),
                min(lines[number - 1].size, 1000) if number else 0,
                min(other.size, 1000) if other else 0,
                other.linked if other else 0,
                _alike(other.frame, frame) if other else 0,
                prose[high] - prose[number + 1],
                (linked[high] - linked[low] - size * share) / around if around else 0.0,
            )
            found.append(Row(own, self._of_frame(frame), page))
            if block.level == 1 and block.kind == "heading" and number > title_line and heads < 5:
                heads += 1
        return found

    def _own(self, line: Line) -> list[float]:
        block = line.block
        text = block.text
        words = text[:300].casefold().split()
        begin = text[:40]
        title = self.title
        return [
            min(line.size, 2000),
            min(text.count(" ") + 1, 400),
            line.linked,
            min(line.links, 20),
            line.bold,
            line.slanted,
            text[-1] in _ENDS or text[-6:].rstrip(_CLOSERS)[-1:] in _ENDS,
            _capitals(begin) / len(begin),
            _KINDS[block.kind],
            block.level,
            self.repeats[text],
            len(title.intersection(words[:30])) / min(len(words), 30) if words and title else 0.0,
            text[:_BEGIN].casefold() in self.told_begin
            and typography.fold(text[:1000]) in self.told,
            self._stated(text) if self.stated else 0.0,
            not _ASKING.isdisjoint(words),
        ]

    def _stated(self, text: str) -> float:
        key = "".join(typography.words(text[: 3 * _KEY])).casefold()[:_KEY]
        if len(key) < 8:
            return 0.0
        return 1.0 if key in self.stated else -1.0

    def _of_frame(self, frame: Frame) -> list[float]:
        if (known := self.of_frames.get(frame)) is not None:
            return known
        parent = frame.parent
        if parent is None or frame.tag not in _PARAGRAPHS or frame in self.lineages:
            row = self.of_frames[frame] = self._of_one_frame(frame)
            return row
        # Paragraphs beside each other that are named alike differ in nothing that is asked here.
        kind = (parent, frame.path, frame.flags & _NEAR_MASK)
        if (alike := self.of_paragraphs.get(kind)) is None:
            alike = self.of_paragraphs[kind] = self._of_one_frame(frame)
        self.of_frames[frame] = alike
        return alike

    def _of_one_frame(self, frame: Frame) -> list[float]:
        prose, lines, linked, size = self.paths[frame.path]
        holder = holder_of(frame)
        return [
            frame.depth,
            *self._of_place(frame),
            self.twins[frame.path] if frame is not holder else 0,
            prose / self.prose,
            min(lines, 200),
            linked / max(size, 1),
            min(size / lines, 1000),
            frame.path == self.best_path,
            *self._of_holder(holder),
            *self._names(frame),
        ]

    def _of_place(self, frame: Frame) -> tuple[float, ...]:
        """How far apart in the tree the line, the headline and the best frame stand."""
        places = self.of_places
        missing: list[Frame] = []
        node: Frame | None = frame
        while node is not None and node not in places:
            missing.append(node)
            node = node.parent
        for one in reversed(missing):
            outer = one.parent
            if outer is None or one in self.best_lineage or one in self.title_lineage:
                places[one] = self._of_place_by_climbing(one)
                continue
            # one step further than what is around it
            title_steps, depth, is_shared, _, prose, distance, steps = places[outer]
            title_steps += self.place is not None
            if one.tag == "article":
                prose = one.prose / self.prose
            places[one] = (
                title_steps,
                depth,
                is_shared,
                one.is_in_main,
                prose,
                distance,
                steps + 1,
            )
        return places[frame]

    def _of_place_by_climbing(self, frame: Frame) -> tuple[float, ...]:
        best = next((node for node in above(frame) if node in self.best_lineage), frame)
        title = next((node for node in above(frame) if node in self.title_lineage), None)
        article = next((node for node in above(frame) if node.tag == "article"), self.survey.root)
        return (
            frame.depth - title.depth if title is not None else 0,
            self.title_lineage[title] if title is not None else 0,
            title is not None and title.is_in_article,
            frame.is_in_main,
            article.prose / self.prose,
            self.best_lineage.get(best, 0),
            frame.depth - best.depth,
        )

    def _of_holder(self, holder: Frame) -> list[float]:
        if (known := self.of_holders.get(holder)) is not None:
            return known
        outer = holder.parent or holder
        far = outer.parent or outer
        row: list[float] = [
            min(holder.prose, 20_000), holder.prose / self.prose, min(holder.lines, 200), min(holder.direct, 20_000),
            min(self.twins[holder.path], _MOST), outer.prose / self.prose, outer.linked / max(outer.size, 1),
            outer.size / self.size, min(self.twins[outer.path], _MOST), min(self.twins[far.path], _MOST),
        ]  # fmt: skip
        self.of_holders[holder] = row
        return row

    def _names(self, frame: Frame) -> tuple[bool, ...]:
        outer = frame.parent
        near = frame.flags
        far = 0
        if outer is not None:
            near |= outer.flags
            if outer.parent is not None:
                near |= outer.parent.flags
                far = outer.parent.above
        return _told_by(near & _NEAR_MASK, far & _FAR_MASK)


@lru_cache(maxsize=10_000)
def _told_by(near: int, far: int) -> tuple[bool, ...]:
    """The bits of names one by one."""
    return (*(bool(near & bit) for bit in _NEAR_BITS), *(bool(far & bit) for bit in _FAR_BITS))


def _capitals(text: str) -> int:
    if text.isascii():
        return len(text) - len(text.encode("ascii").translate(None, _ASCII_CAPITALS))
    return sum(map(str.isupper, text))


def _alike(one: Frame, other: Frame) -> int:
    """How closely two frames belong together: 0 not at all, 3 the same."""
    if one is other:
        return 3
    return (one.parent is other.parent) + (one.path == other.path)


def _is_inside(frame: Frame, outer: Frame) -> bool:
    node: Frame | None = frame
    while node is not None and node is not outer:
        node = node.parent
    return node is outer
