"""Elements that a page's readers do not see: by their own attributes, by utility classes, by the page's own styles.

Knows markup's habits of hiding. Must not know which part of the page is the article.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import cast

from lxml import etree

from pipeline.markup import page as pages
from pipeline.markup import stylesheet
from pipeline.markup.page import Element, Page
from pipeline.markup.stylesheet import Hiding
from pipeline.text import typography

_HIDDEN_STYLE = re.compile(
    r"(?:display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?:px|em|pt|rem)?\s*(?:;|$|!)|"
    r"opacity\s*:\s*0(?:\.0+)?\s*(?:;|$|!)|(?:left|top|text-indent)\s*:\s*-\d{4,}px)",
    re.IGNORECASE,
)
# What is for screen readers, or for nobody.
_HIDDEN_CLASSES = frozenset((
    "visually-hidden", "visuallyhidden", "u-visually-hidden", "is-visually-hidden", "visually-hidden-focusable",
    "hidden-visually", "sr-only", "sronly", "u-sr-only", "sr-text", "screen-reader", "screenreader",
    "screen-reader-text", "screenreader-text", "screen-reader-only", "show-for-sr", "assistive-text", "d-none",
    "u-hidden", "is-hidden", "display-none", "a11y-hidden", "element-invisible",
))  # fmt: skip
# What is shown on some screens or in some states only. Questions and answers that open by a click are written so too:
# prose is left alone.
_SOMEWHERE_CLASSES = frozenset((
    "hidden", "hide", "u-hide", "js-hidden", "invisible", "d-md-none", "d-lg-none", "d-xl-none", "md:hidden",
    "lg:hidden", "xl:hidden", "hidden-md", "hidden-lg", "hidden-desktop", "visible-xs", "visible-xs-block",
    "visible-xs-inline", "visible-mobile", "visible-print", "visible-print-block", "visible-print-inline",
    "mobile-only", "print-only", "printonly", "show-mobile",
))  # fmt: skip
_TELLING_CLASSES = _HIDDEN_CLASSES | _SOMEWHERE_CLASSES
# "d-none d-md-block", "sr-only sm:not-sr-only": hidden on small screens only
_SHOWN_WIDER = re.compile(
    r"(?:^|\s)(?:d-(?:sm|md|lg|xl|xxl)-(?:block|inline|flex|grid|table|initial)|"
    r"(?:sm|md|lg|xl|2xl):(?:not-sr-only|block|inline|flex|grid|table|contents|visible))"
)
_INLINE = frozenset((
    "span", "font", "i", "b", "em", "strong", "small", "big", "sub", "sup", "a", "u", "s", "ins", "del", "mark", "q",
    "cite", "abbr", "label", "tt", "bdo", "var", "kbd", "samp", "code",
))  # fmt: skip
_LARGEST_HIDDEN_SHARE = 0.5  # of the page's prose
_LETTERS = 3  # characters of an ornament that begins a word
_MAX_STYLES = 60
_LONGEST_CLASS = 2_000  # characters
_INSERTED = (4, 60)  # characters of a phrase that is put into words
_OFTEN = 3
_HIDES, _HIDES_SOMEWHERE = 2, 1
_CLASSES = etree.XPath("descendant::*/@class", smart_strings=False)
_IDS = etree.XPath("descendant::*/@id", smart_strings=False)
# Steps to an attribute and back cost a third of a predicate.
_CLASSED = etree.XPath("descendant::*/@class/..")
_SAYING = etree.XPath(
    "descendant::*/@style/.. | descendant::*/@hidden/.. | descendant::*/@aria-hidden/.."
)
# … but a union is put in order, which takes time with the square of what it finds.
_SAYING_IN_MANY = etree.XPath("descendant::*[@style or @hidden or @aria-hidden]")
_MANY = 5000  # elements of a page
# One of these words stands in every style attribute that hides.
_TELLING_STYLES = (
    "none", "hidden", "size", "opacity", "left", "top", "right", "indent", "clip", "color", "height", "width",
)  # fmt: skip


def styles_of(page: Page) -> tuple[str, ...]:
    """The page's style elements, as far as they are for screens; to be asked before they are taken out of the tree."""
    return tuple(_styles(page))


def _styles(page: Page) -> Iterator[str]:
    left = stylesheet.MAX_STYLE
    for style in list(page.root.iter("style"))[:_MAX_STYLES]:
        text = style.text or ""
        media = (style.get("media") or "all").strip().lower()
        if not text or media not in ("all", "screen", "only screen"):
            continue
        if next(style.iterancestors("noscript", "template", "svg"), None) is not None:
            continue
        if len(text) > left:
            return
        left -= len(text)
        yield stylesheet.uncommented(text)


def classes_of(page: Page) -> list[str]:
    """The class attributes of what the body holds, in the page's order; longer than anybody writes, they are cut."""
    found = cast("list[str]", _CLASSES(page.body))
    if max(map(len, found), default=0) <= _LONGEST_CLASS:
        return found
    for element in page.body.iter(etree.Element):
        names = element.get("class")
        if names is not None and len(names) > _LONGEST_CLASS:
            element.set("class", names[:_LONGEST_CLASS])
    return cast("list[str]", _CLASSES(page.body))


def take(page: Page, styles: Sequence[str], classes: Sequence[str]) -> list[tuple[Element, str]]:
    """Take hidden elements out of the page's tree: the parent and the text of each that had text.

    Some sites hide the whole article, or each of its paragraphs, until a script, a consent or a subscription shows it:
    prose is kept where most of the page's prose is hidden in one place.
    """
    hidden = _find(page.body, styles, classes, are_many=len(page.elements) > _MANY)
    sizes = [_prose(element) for element in hidden]
    prose: Counter[Element | None] = Counter()
    for element, size in zip(hidden, sizes, strict=True):
        prose[element.getparent()] += size
    most = _prose(page.body) * _LARGEST_HIDDEN_SHARE if any(sizes) else 0
    taken: list[tuple[Element, str]] = []
    for element, size in zip(hidden, sizes, strict=True):
        parent = element.getparent()
        if size and prose[parent] > max(most, 400):
            continue
        text = typography.settle("".join(pages.texts(element)))
        if parent is not None and text:
            taken.append((parent, text))
        pages.drop(element)
    return taken


def take_inserted(page: Page) -> list[tuple[Element, str]]:
    """Take out stretches with a class or style of their own that split words with the same text again and again."""
    splitting: dict[tuple[str, str, str, str], list[Element]] = {}
    for element in page.body.iter("span", "font", "i", "b", "em", "small", "u", "tt", "ins"):
        tail, text = element.tail, element.text
        if not tail or not text or not tail[0].isalpha() or len(element):
            continue
        look = (element.get("class") or "", element.get("style") or "")
        if not any(look) or not _INSERTED[0] <= len(text.strip()) <= _INSERTED[1]:
            continue
        if _before(element)[-1:].isalpha():
            splitting.setdefault((str(element.tag), *look, text), []).append(element)
    taken: list[tuple[Element, str]] = []
    for elements in splitting.values():
        for element in elements if len(elements) >= _OFTEN else ():
            parent = element.getparent()
            if parent is not None:
                taken.append((parent, typography.settle(element.text or "")))
                pages.drop(element)
    return taken


def _before(element: Element) -> str:
    before, parent = element.getprevious(), element.getparent()
    if before is not None:
        return before.tail or ""
    return (parent.text or "") if parent is not None else ""


def _has_hiding_class(element: Element, names: str) -> bool:
    weight = _weight(names)
    return weight == _HIDES or (weight == _HIDES_SOMEWHERE and not _prose(element))


def _find(
    body: Element, styles: Sequence[str], classes: Sequence[str], *, are_many: bool
) -> list[Element]:
    """The hidden elements, those that say so of themselves first."""
    saying = _SAYING_IN_MANY if are_many else _SAYING
    found = dict.fromkeys(filter(_says_hidden, cast("list[Element]", saying(body))))
    ruled = _Ruled(styles)
    telling = _telling(set(classes), ruled)
    classed = _with_classes(body, classes, telling, are_many=are_many) if telling else ()
    for element, names in classed:
        if _has_hiding_class(element, names) or ruled.hides(element):
            found[element] = None
    for element in _with_ids(body, ruled.ids) if ruled.ids else ():
        if ruled.hides(element):
            found[element] = None
    return list(found)


def _telling(classes: set[str], ruled: "_Ruled") -> set[str]:
    """The class attributes that may hide. Few pages have many: the words of all are asked about at once."""
    written = " ".join(classes)
    weighty = _TELLING_CLASSES.intersection(written.lower().split())
    named = ruled.classes.intersection(written.split())
    return {
        names
        for names in (classes if weighty or named else ())
        if (weighty and not weighty.isdisjoint(names.lower().split()) and _weight(names))
        or (named and not named.isdisjoint(names.split()))
    }


def _with_classes(
    body: Element, classes: Sequence[str], telling: set[str], *, are_many: bool
) -> list[tuple[Element, str]]:
    """The elements whose class attribute tells: the body itself and those in it, whose classes are given in order."""
    if are_many:
        return [
            (element, names)
            for element in body.iter()
            if (names := element.get("class")) in telling
        ]
    classed = zip(cast("list[Element]", _CLASSED(body)), classes, strict=True)
    found = [(element, names) for element, names in classed if names in telling]
    own = body.get("class")
    return [(body, own), *found] if own in telling else found


def _with_ids(body: Element, ids: set[str]) -> list[Element]:
    if ids.isdisjoint(cast("list[str]", _IDS(body))):
        return []
    return [element for element in body.iter() if element.get("id") in ids]


class _Ruled:
    """What the page's own style elements hide."""

    def __init__(self, styles: Sequence[str]) -> None:
        self._styles = styles
        self._by_name: dict[str, list[Hiding]] = {}
        self._shown: dict[str, bool] = {}
        for hiding in (hiding for css in styles for hiding in stylesheet.hidings(css)):
            for name in hiding.names:
                self._by_name.setdefault(name, []).append(hiding)
        self.ids = {name[1:] for name in self._by_name if name[0] == "#"}
        self.classes = {name[1:] for name in self._by_name if name[0] == "."}

    def hides(self, element: Element) -> bool:
        """Whether a rule hides this element and none shows it again."""
        own = {f".{name}" for name in (element.get("class") or "").split()}
        if own_id := element.get("id"):
            own.add(f"#{own_id}")
        return any(
            self._fits(hiding, element, own)
            for name in own
            for hiding in self._by_name.get(name, ())
        )

    def _fits(self, hiding: Hiding, element: Element, own: set[str]) -> bool:
        if (hiding.tag and hiding.tag != element.tag) or not hiding.names <= own:
            return False
        if hiding.is_inline and not _is_inline(element):
            return False
        return not any(map(self._is_shown, hiding.names))

    def _is_shown(self, name: str) -> bool:
        if name not in self._shown:
            self._shown[name] = any(stylesheet.shows(css, name) for css in self._styles)
        return self._shown[name]


def _is_inline(element: Element) -> bool:
    """A stretch inside a line, with nothing in it that could be shown again."""
    return element.tag in _INLINE and next(element.iterchildren(), None) is None


def _says_hidden(element: Element) -> bool:
    style = element.get("style")
    if (
        style
        and _may_hide(style)
        and (_HIDDEN_STYLE.search(style) or (_is_inline(element) and stylesheet.hides(style)))
    ):
        return True
    hidden = element.get("hidden")
    if hidden is not None and hidden.lower() != "false":
        return True
    return (
        element.get("aria-hidden") == "true" and element.tag != "img" and not _begins_word(element)
    )


@lru_cache(maxsize=2000)
def _may_hide(style: str) -> bool:
    lowered = style.lower()
    return any(map(lowered.__contains__, _TELLING_STYLES)) or not style.isascii()


def _begins_word(element: Element) -> bool:
    """A letter that is hidden from screen readers because it is an ornament: eyes need it to read the word."""
    text = "".join(pages.texts(element)).strip()
    return 0 < len(text) <= _LETTERS and text.isalpha() and (element.tail or "x")[:1].isalpha()


@lru_cache(maxsize=5000)
def _weight(names: str) -> int:
    """What a class attribute says of being seen."""
    words = names.lower().split()
    is_hidden_always = not _HIDDEN_CLASSES.isdisjoint(words)
    if not is_hidden_always and _SOMEWHERE_CLASSES.isdisjoint(words):
        return 0
    if _SHOWN_WIDER.search(names):
        return 0
    return _HIDES if is_hidden_always else _HIDES_SOMEWHERE


def _prose(element: Element) -> int:
    """Characters in paragraphs long enough to be an article's."""
    sizes = (sum(map(len, pages.texts(paragraph))) for paragraph in element.iter("p"))
    return sum(size for size in sizes if size >= 80)
