"""Where a page shows or hides dates: in elements named for them, in short lines, in the words of its scripts.

Knows markup's habits for dates. Must not know how they are spelled, nor which of them is the article's.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Literal, TypeAlias

from lxml import etree

from pipeline.dating.datewords import Label, is_dated, label_named, label_of, parts
from pipeline.markup.page import Element, Page
from pipeline.reading import StatedMoment
from pipeline.text import typography

Kind = Literal["time", "attribute", "named", "line", "opening"]

_MOST = 80  # sightings on one page
_BEFORE, _AFTER = 80, 240  # elements around the headline
_ABOVE = 25  # of these, the nearest, among which a headline's date may stand
_FURTHER = 2000  # elements after these, where nothing stands near
_MOST_TIMES = 30
_SHORTEST = 6  # characters of a date
_LONGEST = 120  # characters of a line that is a date's
_LARGEST_LINE = 400  # characters of its text nodes, blanks included
_OPENING = 70  # characters at the beginning of a longer text, where datelines stand
_HEIGHT = 14  # ancestors looked at
_MOST_SCRIPT = 1_000_000  # characters of scripts looked through
_WITHIN = 8  # elements after one that holds them
_MOST_HITS = 40  # of one word in one script

_PASSED = frozenset(
    ("script", "style", "head", "meta", "link", "title", "option", "html", "body", "svg", "path")
)
_TIMES = frozenset(("time", "abbr", "relative-time", "time-ago"))
_ATTRIBUTES = (
    "datetime", "content", "data-datetime", "data-date", "data-time", "data-timestamp", "data-published", "title",
    "data-utc", "data-publish-date", "data-pubdate", "data-utime", "date", "ts",
)  # fmt: skip
_DIGIT = re.compile(r"[0-9]")
_ANY_DIGIT = re.compile(r"\d")
_MAY_DATE = re.compile(r"\d{4}(?!\d)|\d{1,2}\s?[./|-]\s?\d{1,2}\s?[./|-]\s?\d\d|\d\s?[年년]")
_OUTSIDE = frozenset(
    ("nav", "footer", "aside", "form", "select", "noscript", "blockquote", "iframe")
)
_OUTSIDE_NAMES = re.compile(
    r"related|recommend|sidebar|side-bar|widget|most-?(?:read|popular)|popular|trending|comment(?!-?count)|disqus|"
    r"newsletter|promo|teaser|more-?(?:stories|news|from)|latest|recent|ticker|footer|copyright|cookie|carousel|"
    r"slider|masthead|top-?bar|clock|today|current-?date|weather|calendar|archive|(?:next|prev)(?:ious)?-?(?:post|article)|similar|read-?(?:more|next)|"
    r"embed|tweet|instagram",
    re.IGNORECASE,
)
_INSIDE_NAMES = re.compile(
    r"(?:^|[\s_-])(?:article|post|entry|story|content|news-?detail|single|hentry|beitrag|artikel)",
    re.IGNORECASE,
)
_SCRIPT_WORDS = (
    "ublish",
    "ubDate",
    "ub_date",
    "reatedAt",
    "reated_at",
    "dateCreated",
    "ublication_date",
)
_MEMBER = re.compile(
    r"(?P<key>[A-Za-z_]{1,30})\\?[\"']?\s{0,3}[:=]\s{0,3}\\?[\"']?"
    r"(?P<value>\d{4}-\d\d?-\d\d?[^\"'\\,}]{0,22}|\d{10}(?:\d{3})?(?!\d)|[A-Z]?[a-z]{2,9}\.? \d{1,2},? \d{4}|"
    r"[A-Z][a-z]{2}, \d{1,2} [A-Z][a-z]{2} \d{4}[^\"'\\}]{0,18}|\d{8}(?!\d))"
)


Parse: TypeAlias = Callable[[str, bool], StatedMoment | None]
"""The moment that a text states; whether the text is for people."""


@dataclass(slots=True)
class Sighting:
    """One place where a page has a date."""

    moment: StatedMoment
    text: str
    kind: Kind
    position: int  # in the page's elements
    label: Label = ""  # what the page says of it
    is_outside: bool = False  # in the page's furniture, a list of other articles, comments
    is_inside: bool = False  # in an element that holds an article
    is_linked: bool = False
    is_heading: bool = False
    alike: int = 0  # how many sightings are in elements of the same kind and class


def search(page: Page, *, place: Element | None, parse: Parse) -> tuple[list[Sighting], int | None]:
    """The dates in the page's elements, in reading order, and the headline's position.

    Nothing far from the headline is looked at where dates stand near it, but for elements that are made for them.
    """
    elements = page.elements
    start = elements.index(place) if place is not None and place in elements else None
    middle = start or 0
    around = frozenset(place.iterancestors()) if place is not None else frozenset()
    near = range(max(0, middle - _BEFORE), min(len(elements), middle + _AFTER))
    found = _seen(elements, near, parse)
    if start is not None and any(_is_enough(s, elements, start, around) for s in found):
        found += _seen(elements, (p for p in _made_for_dates(page) if p not in near), parse)
    else:
        found += _seen(elements, range(near.stop, near.stop + _FURTHER), parse)
        found += _seen(elements, range(max(0, near.start - _FURTHER), near.start), parse)
    found.sort(key=lambda sighting: sighting.position)
    _complete(found, elements, around)
    return found, start


def _made_for_dates(page: Page) -> Iterator[int]:
    """The positions of the elements that are made for dates, but for those taken out of the tree since."""
    position = 0
    for element in islice(page.root.iter(*_TIMES), _MOST_TIMES):
        try:
            position = page.elements.index(element, position)
        except ValueError:  # put into the tree, or moved, since the page was parsed
            continue
        yield position


def _is_enough(
    sighting: Sighting, elements: list[Element], start: int, around: frozenset[Element]
) -> bool:
    """Whether a date is marked as one and stands by the headline, so that none is to be looked for further away."""
    if sighting.kind in ("line", "opening") and not sighting.label:
        return False
    _place(sighting, elements[sighting.position], around)
    return (
        sighting.position >= start - _ABOVE and not sighting.is_outside and not sighting.is_linked
    )


def _seen(elements: list[Element], positions: Iterable[int], parse: Parse) -> list[Sighting]:
    found: list[Sighting] = []
    count = len(elements)
    for position in positions:
        if position >= count or len(found) >= _MOST:
            break
        element = elements[position]
        tag = element.tag
        if tag in _PASSED or not isinstance(tag, str):
            continue
        is_time = tag in _TIMES
        names = element.get("class") or element.get("id")
        if is_time or (names and is_dated(names)):
            found.extend(_of_named(element, position, parse, is_time=is_time))
        text = element.text
        if text and len(text) >= _SHORTEST and not is_time and _may_date(text):
            found.extend(_of_text(text, position, parse, element=element))
        tail = element.tail
        if tail and len(tail) >= _SHORTEST and _may_date(tail):
            found.extend(_of_text(tail, position, parse, element=element, is_tail=True))
    return found


def _is_named(element: Element) -> bool:
    names = element.get("class") or element.get("id")
    return names is not None and is_dated(names)


def _may_date(text: str) -> bool:
    """Whether the beginning of a text may hold a date."""
    if len(text) < _SHORTEST or text.isspace():
        return False
    digit = (_DIGIT if text.isascii() else _ANY_DIGIT).search(text, 0, 300)
    return digit is not None and _MAY_DATE.search(text, digit.start(), 300) is not None


def _of_named(
    element: Element, position: int, parse: Parse, *, is_time: bool
) -> Iterator[Sighting]:
    for name in _ATTRIBUTES:
        value = element.get(name)
        if value and 7 < len(value) < 60 and _DIGIT.search(value):
            if moment := parse(value, False):
                yield Sighting(moment, value, "time" if is_time else "attribute", position)
            break
    if not is_time and not len(element):
        return  # its own text is read as a line
    whole = " ".join(_texts(element))
    if _may_date(whole):
        yield from _of_line(whole, position, parse, "time" if is_time else "named")


def _of_text(
    text: str, position: int, parse: Parse, *, element: Element, is_tail: bool = False
) -> Iterator[Sighting]:
    if len(text) > _LONGEST:
        text = typography.settle(text[:1000])
    if len(text) > _LONGEST:
        if moment := parse(text[:_OPENING], True):
            yield Sighting(moment, text[:_OPENING], "opening", position)
        return
    holder = element.getparent() if is_tail else element
    is_named = holder is not None and _is_named(holder)
    yield from _of_line(text, position, parse, "named" if is_named else "line")


def _of_line(text: str, position: int, parse: Parse, kind: Kind) -> Iterator[Sighting]:
    """The dates of one line, each with what the line says of it."""
    text = typography.settle(text)
    if len(text) > _LONGEST or not (first := parse(text, True)):
        return
    cut = parts(text)
    for label, part in cut:
        if moment := first if len(cut) == 1 else parse(part, True):
            yield Sighting(moment, part, kind, position, label)


def _texts(element: Element) -> list[str]:
    """The text nodes of an element that may be a line; none of one that holds much."""
    found: list[str] = []
    size = 0
    events = etree.iterwalk(element, events=("start", "end"))
    for count, (event, node) in enumerate(events):
        text = node.text if event == "start" else node.tail if node is not element else None
        if text:
            found.append(text)
            size += len(text)
        if size > _LARGEST_LINE or count > _LARGEST_LINE:
            return []
    return found


def _complete(found: list[Sighting], elements: list[Element], around: frozenset[Element]) -> None:
    """Add to each sighting what stands around it."""
    classes = []
    last: Sighting | None = None
    for sighting in found:
        element = elements[sighting.position]
        names = element.get("class") or ""
        classes.append(f"{element.tag}.{names}")
        if not sighting.label:
            names = f"{names} {element.get('itemprop') or ''} {element.get('id') or ''}"
            sighting.label = label_of(_before(element)) or label_named(names)
        # What stands in an element that says "updated" is met again in the elements inside it, which do not say so.
        is_met_again = last is not None and sighting.position - last.position <= _WITHIN
        if sighting.label == "modified":
            last = sighting
        elif (
            last
            and is_met_again
            and not sighting.label
            and sighting.text.strip(" |,.") in last.text
        ):
            sighting.label = "modified"
        _place(sighting, element, around)
    alike = Counter(classes)
    for sighting, name in zip(found, classes, strict=True):
        sighting.alike = alike[name]


def _before(element: Element) -> str:
    """The few words just before an element."""
    previous, parent = element.getprevious(), element.getparent()
    if previous is None:
        return (parent.text or "")[-40:] if parent is not None else ""
    if previous.tail and not previous.tail.isspace():
        return previous.tail[-40:]
    told = "".join(_texts(previous)) if isinstance(previous.tag, str) and len(previous) < 4 else ""
    return told if len(told) <= 40 else ""


def _place(sighting: Sighting, element: Element, around: frozenset[Element]) -> None:
    """Note in what a sighting stands; what holds the headline too is no furniture, whatever its name."""
    node: Element | None = element
    for _ in range(_HEIGHT):
        if node is None or node.tag in ("body", "html"):
            return
        tag = node.tag
        is_shared = node in around
        if tag == "a":
            sighting.is_linked = True
        elif tag in ("h1", "h2", "h3", "h4"):
            sighting.is_heading = True
        elif tag in _OUTSIDE and not is_shared:
            sighting.is_outside = True
        elif tag in ("article", "main"):
            sighting.is_inside = True
        names = node.get("class") or node.get("id")
        if names:
            outside, inside = _region(names)
            sighting.is_outside = sighting.is_outside or (outside and not is_shared)
            sighting.is_inside = sighting.is_inside or inside
        node = node.getparent()


@lru_cache(maxsize=5000)
def _region(names: str) -> tuple[bool, bool]:
    return bool(_OUTSIDE_NAMES.search(names)), bool(_INSIDE_NAMES.search(names))


def in_scripts(page: Page) -> list[tuple[str, Label]]:
    """Dates that members of the page's scripts give for something published or created, by member."""
    found: list[tuple[str, Label]] = []
    left = _MOST_SCRIPT
    for element in page.elements:
        if element.tag == "script" and (text := element.text):
            left -= len(text)
            if left < 0:
                break
            found.extend(_members(text))
    return found[:_MOST]


def _members(text: str) -> Iterator[tuple[str, Label]]:
    for word in _SCRIPT_WORDS:
        at, hits = text.find(word), 0
        while at >= 0 and hits < _MOST_HITS:
            if match := _MEMBER.match(text, at):
                yield (
                    match["value"],
                    "modified" if label_named(match["key"]) == "modified" else "published",
                )
            hits += 1
            at = text.find(word, at + len(word))
