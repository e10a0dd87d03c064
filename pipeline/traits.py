"""What can be told of each line of a page without knowing the answer: the features of the general reader's model.

Knows how the parts of an article differ from what stands around it, as numbers. Must not know the model.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pipeline import furnishings, naming, typography
from pipeline.page import Element
from pipeline.survey import Frame, Line, Survey, above

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
_SQUEEZE = re.compile(r"\W+")
_KEY = 30  # characters by which a line is found in a stated body
_FAR = 3  # frames, its own included, whose names count as near
_WINDOW = 4  # lines before and after that make a line's company
_MOST = 60
_SHORT = 300  # characters up to which a line can be a teaser's, a tool's or a heading's
_NEAR_GROUPS = (
    "body", "comment", "aside", "footer", "subscribe", "author", "caption", "meta", "quote", "box", "hidden",
    "standfirst", "share",
)  # fmt: skip
_FAR_GROUPS = (
    "body", "comment", "related", "aside", "navigation", "footer", "advertisement", "subscribe", "caption", "box",
)  # fmt: skip
_NEAR_BITS = tuple(map(naming.bit, _NEAR_GROUPS))
_FAR_BITS = tuple(map(naming.bit, _FAR_GROUPS))
_TAGS = {
    "p": 1,
    "div": 2,
    "li": 3,
    "td": 4,
    "section": 5,
    "article": 6,
    "span": 7,
    "blockquote": 8,
    "main": 9,
}
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
    "repeated", "title_words", "is_told", "in_stated", "asks", "teaser",
    # where in the page's order it stands
    "share_before", "position", "from_title", "since_trailer", "heads", "after_best", "before_best", "path_index",
    # what stands beside it
    "before_size", "before_linked", "before_ends", "before_same", "after_size", "after_linked", "after_same",
    "prose_before", "prose_after", "linked_around",
    # its element and those around
    "tag", "depth", "bare", "title_steps", "title_depth", "with_title_article", "in_article", "in_main",
    "article_prose", "best_distance", "best_steps", "frame_twins", "path_prose", "path_lines", "path_linked",
    "path_mean", "is_best_path",
    "holder_prose", "holder_share", "holder_lines", "holder_linked", "holder_direct", "holder_twins", "outer_prose",
    "outer_linked", "outer_share", "outer_twins", "far_twins",
    *(f"near_{name}" for name in _NEAR_GROUPS),
    *(f"far_{name}" for name in _FAR_GROUPS),
    # the page
    "page_prose", "page_paragraphs", "page_linked", "best_share", "best_direct",
)  # fmt: skip
"""The names of the features, in the order of a row."""


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


def rows(survey: Survey, told: Told) -> list[list[float] | None]:
    """A row for each line of the survey; None for a line of links in company without any prose: it is no body."""
    return _Table(survey, told).rows()


class _Table:
    def __init__(self, survey: Survey, told: Told) -> None:
        self.survey = survey
        self.lines = survey.lines
        self.title = frozenset(typography.fold(told.title or "").split())
        self.told = {typography.fold(text) for text in told.descriptions if len(text) > 30}
        self.stated = _SQUEEZE.sub("", told.stated or "").casefold()
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
        self.first_best, self.last_best = (
            (inside[0], inside[-1]) if inside else (0, len(self.lines))
        )
        self.of_holders: dict[Frame, list[float]] = {}
        self.of_frames: dict[Frame, list[float]] = {}

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

    def rows(self) -> list[list[float] | None]:
        found: list[list[float] | None] = []
        lines = self.lines
        prose = [0]
        linked = [0.0]
        sizes = [0]
        for line in lines:
            prose.append(prose[-1] + (line.size if line.is_prose else 0))
            linked.append(linked[-1] + line.size * line.linked)
            sizes.append(sizes[-1] + line.size)
        page: list[float] = [
            min(self.prose, 50_000),
            min(sum(line.is_prose for line in lines), 200),
            self.survey.root.linked / self.size,
            self.best.prose / self.prose,
            min(self.best.direct, 20_000),
        ]
        ends = [
            text[-1:] in _ENDS or text.rstrip(_CLOSERS)[-1:] in _ENDS
            for text in (line.block.text for line in lines)
        ]
        since_trailer = _MOST
        heads = 0
        seen_paths: Counter[int] = Counter()
        count = len(lines)
        for number, line in enumerate(lines):
            text = line.block.text
            frame = line.frame
            is_short = len(text) <= _SHORT
            since_trailer = min(since_trailer + 1, _MOST)
            if is_short and furnishings.is_trailer_heading(text):
                since_trailer = 0
            outer = holder_of(frame).parent or frame
            if line.linked > 0.9 and not outer.prose:
                found.append(None)
                continue
            low, high = max(number - _WINDOW, 0), min(number + 1 + _WINDOW, count)
            around = sizes[high] - sizes[low] - line.size
            row = self._own(line, is_ending=ends[number], is_short=is_short)
            row += (
                prose[number] / self.prose,
                number / count,
                max(-_MOST, min(number - self.title_line, _MOST)) if self.title_line >= 0 else -99,
                since_trailer,
                min(heads, 5),
                min(max(number - self.last_best, 0), _MOST),
                min(max(self.first_best - number, 0), _MOST),
                min(seen_paths[frame.path], 50),
            )
            if number:
                other = lines[number - 1]
                row += (
                    min(other.size, 1000),
                    other.linked,
                    ends[number - 1],
                    _alike(other.frame, frame),
                )
            else:
                row += (0, 0, 0, 0)
            if number + 1 < count:
                other = lines[number + 1]
                row += (min(other.size, 1000), other.linked, _alike(other.frame, frame))
            else:
                row += (0, 0, 0)
            row += (
                prose[number] - prose[low],
                prose[high] - prose[number + 1],
                (linked[high] - linked[low] - line.size * line.linked) / around if around else 0.0,
            )
            row += self._of_frame(frame)
            row += page
            found.append(row)
            seen_paths[frame.path] += 1
            if line.block.level == 1 and line.block.kind == "heading" and number > self.title_line:
                heads += 1
        return found

    def _own(self, line: Line, *, is_ending: bool, is_short: bool) -> list[float]:
        block = line.block
        text = block.text
        words = text[:300].casefold().split()
        first = words[:30]
        begin = text[:60]
        return [
            min(line.size, 2000),
            min(text.count(" ") + 1, 400),
            line.linked,
            min(line.links, 20),
            line.bold,
            line.slanted,
            is_ending,
            sum(map(str.isupper, begin)) / len(begin),
            _KINDS[block.kind],
            block.level,
            self.repeats[text],
            len(self.title.intersection(first)) / len(first) if first and self.title else 0.0,
            len(text) > 30 and len(self.told) > 0 and typography.fold(text[:1000]) in self.told,
            self._stated(text),
            not _ASKING.isdisjoint(words),
            is_short and furnishings.is_teaser(text),
        ]

    def _stated(self, text: str) -> float:
        if len(self.stated) < 200:
            return 0.0
        key = _SQUEEZE.sub("", text[: 3 * _KEY]).casefold()[:_KEY]
        if len(key) < 8:
            return 0.0
        return 1.0 if key in self.stated else -1.0

    def _of_frame(self, frame: Frame) -> list[float]:
        if (known := self.of_frames.get(frame)) is not None:
            return known
        prose, lines, linked, size = self.paths[frame.path]
        holder = holder_of(frame)
        row = [
            _TAGS.get(frame.tag, 0),
            frame.depth,
            frame.is_bare,
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
        self.of_frames[frame] = row
        return row

    def _of_place(self, frame: Frame) -> tuple[float, ...]:
        """How far apart in the tree the line, the headline and the best frame stand."""
        steps = 0
        node: Frame | None = frame
        while node is not None and node not in self.best_lineage:
            node = node.parent
            steps += 1
        distance = self.best_lineage[node] if node is not None else 0
        title_steps = title_depth = 0
        is_shared = False
        if self.place is not None:
            node = frame
            while node is not None and node not in self.title_lineage:
                node = node.parent
                title_steps += 1
            if node is not None:
                title_depth = self.title_lineage[node]
                is_shared = node.is_in_article
        article: Frame = frame
        while article.parent is not None and article.tag != "article":
            article = article.parent
        return (
            title_steps, title_depth, is_shared, frame.is_in_article, frame.is_in_main, article.prose / self.prose,
            distance, steps,
        )  # fmt: skip

    def _of_holder(self, holder: Frame) -> list[float]:
        if (known := self.of_holders.get(holder)) is not None:
            return known
        outer = holder.parent or holder
        far = outer.parent or outer
        row: list[float] = [
            min(holder.prose, 20_000), holder.prose / self.prose, min(holder.lines, 200),
            holder.linked / max(holder.size, 1), min(holder.direct, 20_000), min(self.twins[holder.path], _MOST),
            outer.prose / self.prose, outer.linked / max(outer.size, 1), outer.size / self.size,
            min(self.twins[outer.path], _MOST), min(self.twins[far.path], _MOST),
        ]  # fmt: skip
        self.of_holders[holder] = row
        return row

    def _names(self, frame: Frame) -> list[bool]:
        near = frame.flags
        node = frame.parent
        for _ in range(_FAR - 1):
            if node is None:
                break
            near |= node.flags
            node = node.parent
        far = node.flags | node.above if node is not None else 0
        return [bool(near & bit) for bit in _NEAR_BITS] + [bool(far & bit) for bit in _FAR_BITS]


def _alike(one: Frame, other: Frame) -> int:
    """How closely two frames belong together: 0 not at all, 3 the same."""
    return (one is other) + (one.parent is other.parent) + (one.path == other.path)


def _is_inside(frame: Frame, outer: Frame) -> bool:
    node: Frame | None = frame
    while node is not None and node is not outer:
        node = node.parent
    return node is outer
