"""What stands around the headline: the headline itself, the standfirst, the byline, the visible dates.

Knows where articles show these. Must not know how a date or a name is spelled; never looks into the page's own header,
whose clock shows the day of the visit.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from typing import cast

from lxml import etree

from pipeline.dating import datewords
from pipeline.heads import bylines
from pipeline.heads.bylines import Byline
from pipeline.markup import page as pages
from pipeline.markup.namewords import holding
from pipeline.markup.page import Element, Page
from pipeline.text import typography

_OUTSIDE = frozenset(("nav", "footer", "aside", "form"))
_BLOCKS = frozenset(("p", "div", "section", "article", "ul", "table", "figure"))
_PROSE = frozenset(("p", "li", "h2", "h3", "h4", "blockquote", "strong", "b", "em", "a"))
_is_page_part = holding(
    "related", "recommend", "sidebar", "mostread", "most-read", "trending", "comment", "newsletter", "promo", "teaser",
)  # fmt: skip
_is_dated = holding(
    "date", "time", "publish", "posted", "updated", "stamp", "meta", "info", "clock"
)
_is_byline = holding(
    "byline", "author", "autor", "writer", "reporter", "journalist", "creator", "contributor", "verfasser",
)  # fmt: skip
_STANDFIRST = re.compile(
    r"(?:^|[\s_-])(?:stand-?first|dek|deck|sub-?title|sub-?head(?:line|ing)?|summary|excerpt|abstract|lead|lede|"
    r"teaser-?text|intro(?:duction)?|description|strap-?line|chapo|sapo|kicker-?text|entradilla|bajada|sottotitolo|"
    r"vorspann|manchet|ingress|zajawka)(?:$|[\s_-])|(?:article|story|post|content|entry)[_-]{0,2}"
    r"(?:summary|dek|lead|intro|excerpt|subtitle|description|standfirst|sapo|header__description)",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"(?<!\d)(?:\d{4}|\d{1,2}[./-]\d{1,2}[./-]\d{2})(?!\d)")
_CATEGORY = re.compile(
    r"(?:^|[\s_-])(?:categor(?:y|ies)|cat-?links?|breadcrumbs?|channel|rubri(?:k|que|ca)|(?:article|story|post|entry)[_-]?"
    r"(?:section|column|channel|category|kicker|topic))(?:$|[\s_-])",
    re.IGNORECASE,
)
_SECTION_LEVELS = 4
_MOST_SECTIONS = 6
_MAY_BE_TITLE = ("h2", "h3", "h4", "div", "p", "span", "strong", "b", "font", "td", "a")
_MOST_ELEMENTS = 160
_LEVELS = 6
_MOST_HEADINGS = 200
_LONGEST_HEADING = (
    2_000  # characters that are read: broken markup may put a page into its headline, over and over
)
_BODY_LINE = 220  # characters from which a paragraph below the headline is the article's own text


@dataclass(slots=True)
class Surroundings:
    """Visible candidates around the headline, nearest first."""

    standfirst: str | None = None
    bylines: list[Byline] = field(default_factory=list)
    dates: list[str] = field(default_factory=list)
    modified: list[str] = field(default_factory=list)
    lines: list[str] = field(
        default_factory=list
    )  # all short lines seen, for telling them from the body


def headings(page: Page) -> list[tuple[Element, str]]:
    """The visible first-level headings that are not the page's furniture, with their texts."""
    found = []
    for element in islice(page.body.iter("h1"), _MOST_HEADINGS):
        text = _headline(element)
        if text and not any(a.tag in _OUTSIDE for a in element.iterancestors()):
            found.append((element, text))
    return found


def _headline(element: Element) -> str:
    """The text of a heading; a kicker and a headline that only style keeps apart are not run together."""
    parts: list[str] = []
    size = 0
    for event, node in etree.iterwalk(element, events=("start", "end")):
        told = node.text if event == "start" else node.tail if node is not element else None
        if event == "start" and node.tag in ("br", "p", "div", "h1", "h2"):
            parts.append(" ")
        if told:
            is_seam = bool(parts) and (
                (parts[-1][-1].islower() and told[0].isupper())
                or (parts[-1][-1] in ":!?" and told[0].isalnum())
            )
            parts.append(f" {told}" if is_seam else told)
            size += len(told)
            if size > _LONGEST_HEADING:
                break
    return typography.settle("".join(parts))


def place_of(page: Page, title: str, *, first: Sequence[tuple[Element, str]]) -> Element | None:
    """The element that shows the headline: an h1, another heading, or whatever element has its words."""
    folded = typography.fold(title)
    for element, text in first:
        seen = typography.fold(text)
        if seen == folded or (len(folded) > 12 and folded in seen):
            return element
    for element in cast("Iterator[Element]", page.body.iter(*_MAY_BE_TITLE)):
        own = element.text or ""
        is_alike = len(folded) / 2 <= len(own) <= len(title) * 2 + 40
        if not is_alike or typography.fold(own) != folded:
            continue
        if not any(a.tag in _OUTSIDE for a in element.iterancestors()):
            return element
    return None


def sections(place: Element) -> list[str]:
    """What the page shows beside its headline as the section: category links, else a breadcrumb trail."""
    node: Element | None = place
    for _ in range(_SECTION_LEVELS):
        node = node.getparent() if node is not None else None
        if node is None or node.tag in ("body", "html"):
            break
        links = list(islice(filter(_is_category, node.iter("a")), _MOST_SECTIONS))
        if links:
            texts = [pages.own_text(link) for link in links]
            return [text for text in texts if text and len(text) <= 40]
    return []


def _is_category(link: Element) -> bool:
    if "category" in (link.get("rel") or ""):
        return True
    parent = link.getparent()
    held = "" if parent is None else parent.get("class") or ""
    return any(_names_category(names) for names in (link.get("class") or "", held) if names)


@lru_cache(maxsize=1024)
def _names_category(names: str) -> bool:
    return _CATEGORY.search(names) is not None


def around(place: Element, *, descriptions: Sequence[str]) -> Surroundings:
    """Read what follows the headline up to the article's first paragraph, then what stands just above it."""
    seen = Surroundings()
    seen.bylines.extend(_bare_bylines(place))
    told = {typography.fold(text) for text in descriptions if len(text) > 30}
    for element in _following(place):
        text = _line(element)
        if text is None:
            continue
        if _is_standfirst(element, text, told) and not seen.standfirst:
            seen.standfirst = text
            continue
        if (
            element.tag == "p"
            and len(text) >= _BODY_LINE
            and not _is_dated(element.get("class") or "")
        ):
            break
        if len(text) <= 200:
            _note(element, text, seen)
    if not seen.dates:
        _look_above(place, seen)
    return seen


def _bare_bylines(place: Element) -> Iterator[Byline]:
    """Bylines that no element holds: text right behind the headline or behind a line beside it."""
    for node in (place, *place.itersiblings()):
        if isinstance(node.tag, str) and node.tag in _BLOCKS and node is not place:
            return
        if node.tail and (byline := bylines.of_text(node.tail)):
            yield byline


def _following(place: Element) -> Iterator[Element]:
    """Elements after the headline in reading order, climbing out of its containers."""
    count = 0
    node: Element | None = place
    for _ in range(_LEVELS):
        if node is None or node.tag in ("body", "html"):
            return
        for sibling in node.itersiblings():
            if not isinstance(sibling.tag, str) or _is_outside(sibling):
                continue
            for element in sibling.iter():
                count += 1
                if count > _MOST_ELEMENTS:
                    return
                if isinstance(element.tag, str):
                    yield element
        node = node.getparent()


def _is_outside(element: Element) -> bool:
    return element.tag in _OUTSIDE or _is_page_part(
        f"{element.get('class') or ''} {element.get('id') or ''}"
    )


def _line(element: Element) -> str | None:
    """The text of an element that holds a line itself; None for mere containers and for long text."""
    if element.tag in ("time", "p", "h2", "h3", "h4", "address") or (
        element.text and element.text.strip()
    ):
        size = 0
        for text in pages.texts(element):
            size += len(text)
            if size > 1500:
                return None
        return pages.own_text(element) or (element.get("datetime") and "") or None
    names = (
        f"{element.get('class') or ''} {element.get('itemprop') or ''} {element.get('rel') or ''}"
    )
    if (
        _is_byline(names)
        or _is_dated(names)
        or any(child.tail and child.tail.strip() for child in element)
    ):
        text = "".join(pages.texts(element))
        return (pages.own_text(element) or None) if len(text) <= 600 else None
    return None


def _is_standfirst(element: Element, text: str, told: set[str]) -> bool:
    if not 30 <= len(text) <= 800:
        return False
    if typography.fold(text) in told:
        return element.tag in (
            "p",
            "div",
            "h2",
            "h3",
            "h4",
            "span",
            "strong",
        ) and not _is_body_paragraph(element)
    names = f"{element.get('class') or ''} {element.get('itemprop') or ''} {element.get('data-testid') or ''}"
    if _is_standfirst_name(names):
        return element.tag in (
            "p",
            "div",
            "h2",
            "h3",
            "h4",
            "span",
            "strong",
            "ul",
            "section",
            "li",
        )
    parent = element.getparent()
    if element.tag == "p" and parent is not None and _is_standfirst_name(parent.get("class") or ""):
        return len(parent.findall("p")) <= 2
    return False


@lru_cache(maxsize=5000)
def _is_standfirst_name(names: str) -> bool:
    return _STANDFIRST.search(names) is not None


def _is_body_paragraph(element: Element) -> bool:
    """One of several paragraphs: the description merely repeats the article's beginning."""
    parent = element.getparent()
    return element.tag == "p" and parent is not None and len(parent.findall("p")) > 2


def _note(element: Element, text: str, seen: Surroundings) -> None:
    names = f"{element.get('class') or ''} {element.get('id') or ''} {element.get('itemprop') or ''} {element.get('data-testid') or ''}"  # noqa: E501
    if text and element.tag not in _PROSE and text not in seen.lines:
        seen.lines.append(text)
    if element.tag == "time" or _is_dated(names) or _DIGITS.search(text):
        _note_dates(element, text, names, seen)
    if byline := bylines.of(element, names, text):
        seen.bylines.append(byline)


def _note_dates(element: Element, text: str, names: str, seen: Surroundings) -> None:
    """Note the moments that an element states and shows, by what it says of them."""
    stated = element.get("datetime") or element.get("content") or ""
    named = datewords.label_named(names)
    shown = datewords.parts(text) if _DIGITS.search(text) else []
    label = next((label for label, _ in shown if label), named)
    if _DIGITS.search(stated):
        shown = [(label, stated), *shown]
    for part_label, part in shown:
        if len(part) > 120 or not _DIGITS.search(part):
            continue
        # What stands in an element that says "updated" is met again in the elements inside it.
        is_modified = (part_label or named) == "modified" or any(
            part in known for known in seen.modified
        )
        (seen.modified if is_modified else seen.dates).append(part)


def _look_above(place: Element, seen: Surroundings) -> None:
    """Dates and bylines just above the headline, in its own containers only."""
    node: Element | None = place
    for _ in range(3):
        if node is None or node.tag in ("body", "html", "main"):
            return
        for sibling in node.itersiblings(preceding=True):
            if not isinstance(sibling.tag, str) or sibling.tag == "header" or _is_outside(sibling):
                continue
            for element in list(sibling.iter())[:40]:
                if not isinstance(element.tag, str):
                    continue
                stated = element.get("datetime") if element.tag == "time" else None
                if stated:
                    seen.dates.append(stated)
                elif (
                    _is_dated(element.get("class") or "")
                    and (text := _line(element))
                    and len(text) <= 80
                ):
                    seen.dates.append(text)
        node = node.getparent()
