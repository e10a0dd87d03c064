"""A page after its one parse: the tree, and what its head states.

Knows HTML. Must not know what an article is.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import accumulate, islice
from typing import TypeAlias, cast
from urllib.parse import urljoin, urlsplit

from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring

from pipeline.reading import Reason
from pipeline.text import typography

Element: TypeAlias = etree._Element  # noqa: SLF001  # lxml gives its element type no public name

_CLASSES = etree.ElementDefaultClassLookup(element=HtmlElement)

MAX_BYTES = 20_000_000
MAX_ELEMENTS = 100_000  # the largest news pages have 20,000; the readers' time grows with it
_MAX_SCRIPT = 2_000_000  # characters of one JSON-LD script
_MAX_SCRIPTS = 60
_MANY_ATTRIBUTES = 5000
_FEW_REFERENCES = 400
_DEEP = 100
# What the parser would let into the tree by number, and lxml then refuses to write elsewhere in it.
_UNSPEAKABLE = re.compile(
    r"&#(?:0*(?:[0-8]|1[124-9]|2\d|3[01]|6553[45]|5529[6-9]|55[3-9]\d\d|56\d{3}|57[0-2]\d\d|573[0-3]\d|5734[0-3])(?!\d)|"
    r"[xX]0*(?:[0-8bBcCeEfF]|1[0-9a-fA-F]|[dD][89a-fA-F][0-9a-fA-F]{2}|[fF]{3}[efEF])(?![0-9a-fA-F]));?"
)
_HAS_MICRODATA = etree.XPath("boolean(descendant-or-self::*/@itemprop)")
_HEAD_TAGS = frozenset(("base", "meta", "link", "title", "script"))
_KEPT_LINKS = frozenset(("canonical", "amphtml"))
_META_ATTRIBUTES = frozenset(
    ("name", "property", "content", "itemprop", "http-equiv", "charset", "id", "lang", "scheme")
)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why bytes were not made a page."""

    reason: Reason
    detail: str


@dataclass(slots=True)
class Page:
    """One parsed page. The tree is this page's own: readers later in the walk find it without its furniture."""

    root: HtmlElement
    url: str
    base_url: str
    source: str  # the markup, for what no tree holds
    metas: dict[str, list[str]] = field(default_factory=dict)  # lower-case name or property
    links: dict[str, list[str]] = field(default_factory=dict)  # rel -> absolute addresses
    scripts: list[str] = field(default_factory=list)  # JSON-LD
    title: str | None = None  # of the <title> element
    language: str | None = None  # as the page says of itself
    has_microdata: bool = True  # may hold itemprop attributes
    elements: list[Element] = field(
        default_factory=list
    )  # held, so that lxml need not wrap them again and again

    @property
    def body(self) -> HtmlElement:
        """The element that holds what is seen."""
        return next(self.root.iterchildren("body"), self.root)

    def meta(self, *names: str) -> str | None:
        """The first stated value among these names, in their order."""
        return next((v for name in names for v in self.metas.get(name, ()) if v), None)

    def absolute(self, address: str) -> str:
        """An address of this page as a whole URL; "" where it cannot be one."""
        try:
            return urljoin(self.base_url, address.strip())
        except ValueError:
            return ""


def parse(text: str, *, url: str, max_depth: int, utf8: bytes | None = None) -> Page | Refusal:
    """Parse once, within limits on nesting and on elements. `utf8` is the text, where it is at hand in UTF-8."""
    if text.count("=") > _MANY_ATTRIBUTES and (most := _most_attributes(text)) > _MANY_ATTRIBUTES:
        return Refusal(Reason.TOO_LARGE, f"an element with about {most} attributes")
    parser = HTMLParser(
        encoding="utf-8",
        huge_tree=True,
        remove_comments=True,
        remove_pis=True,
        collect_ids=False,
        no_network=True,
    )
    # lxml.html's own lookup calls Python for every element each time it is met; trafilatura only asks for HtmlElement.
    parser.set_element_class_lookup(_CLASSES)
    speakable = _speakable(text)
    source = utf8 if speakable is text else None
    try:
        root = document_fromstring(source or speakable.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError, AssertionError) as error:
        return Refusal(Reason.EMPTY, f"no markup to parse ({error})")
    if any("xcessive depth" in entry.message for entry in parser.error_log):
        return Refusal(Reason.TOO_LARGE, "elements nested more than 2048 deep")
    elements = list(root.iter())
    count = len(elements)
    if count > MAX_ELEMENTS:
        return Refusal(Reason.TOO_LARGE, f"{count} elements, more than {MAX_ELEMENTS}")
    if count > max_depth and _is_deeper(root, max_depth):
        detail = f"elements nested {_depth(root)} deep, more than {max_depth}"
        return Refusal(Reason.TOO_LARGE, detail)
    page = Page(
        root=root, url=url, base_url=_base_url(elements, url), source=text, elements=elements
    )
    _read_head(page)
    return page


def _speakable(text: str) -> str:
    """The text without what no tree may hold."""
    at = text.find("&#")
    for _ in range(_FEW_REFERENCES):  # most pages have few: each is cheap to look at
        if at < 0:
            break
        if _UNSPEAKABLE.match(text, at):
            text = _UNSPEAKABLE.sub("", text)
            break
        at = text.find("&#", at + 2)
    else:
        text = _UNSPEAKABLE.sub("", text)
    for sign in ("\ufffe", "\uffff"):
        if sign in text:
            text = text.replace(sign, "")
    return text


def _most_attributes(text: str) -> int:
    """About how many attributes one tag has; the parser's time grows with their square."""
    long_tags = (part.partition(">")[0] for part in text.split("<") if len(part) > _MANY_ATTRIBUTES)
    return max((tag.count("=") for tag in long_tags), default=0)


def _is_deeper(root: HtmlElement, depth: int) -> bool:
    """Whether anything is nested deeper. Hardly a page is nested deep at all, which is cheaper to ask."""
    return bool(_deeper_than(min(depth, _DEEP))(root)) and bool(_deeper_than(depth)(root))


@lru_cache(maxsize=8)
def _deeper_than(depth: int) -> etree.XPath:
    """Whether anything is nested deeper: one step a level, which costs a fiftieth of a walk in Python."""
    return etree.XPath(f"boolean({'/*' * (depth + 1)})")


def _depth(root: HtmlElement) -> int:
    depth = deepest = 0
    for event, _ in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        deepest = max(deepest, depth)
    return deepest


def _base_url(bases: list[Element], url: str) -> str:
    href = bases[0].get("href") if bases else None
    if not href:
        return url
    try:
        return urljoin(url, href)
    except ValueError:
        return url


def _read_head(page: Page) -> None:
    page.has_microdata = bool(_HAS_MICRODATA(page.root))
    found: dict[str, list[Element]] = {tag: [] for tag in _HEAD_TAGS}
    for element in page.elements:
        if element.tag in _HEAD_TAGS:
            found[element.tag].append(element)
    page.base_url = _base_url(found["base"], page.url)
    _read_metas(page, found["meta"])
    for link in found["link"]:
        rel = link.get("rel")
        if not rel or _KEPT_LINKS.isdisjoint(rel.lower().split()):
            continue
        href = link.get("href")
        for word in _KEPT_LINKS.intersection(rel.lower().split()) if href else ():
            page.links.setdefault(word, []).append(page.absolute(href or ""))
    for title in found["title"][:1]:
        page.title = own_text(title) or None
    page.language = page.root.get("lang") or page.root.get("xml:lang")
    scripts = (s for s in found["script"] if "ld+json" in (s.get("type") or "").lower())
    texts = (text for s in scripts if (text := s.text) and len(text) < _MAX_SCRIPT)
    page.scripts.extend(islice(texts, _MAX_SCRIPTS))


def _read_metas(page: Page, metas: list[Element]) -> None:
    for meta in metas:
        name = meta.get("property") or meta.get("name") or meta.get("itemprop")
        content = meta.get("content")
        if not name or content is None:
            continue
        if any(
            key not in _META_ATTRIBUTES and not key.startswith("data-")
            for key in map(str, meta.keys())
        ):
            content = _unescaped_quotes(page.source, content) or content
        if value := typography.settle(content):
            page.metas.setdefault(name.strip().lower(), []).append(value)


def _unescaped_quotes(text: str, beginning: str) -> str | None:
    """The whole content of a meta tag whose value holds bare quotes, found again in the source."""
    if not (start := text.find(f'content="{beginning}"')) >= 0:
        return None
    rest = text[start + len('content="') : start + 5000]
    match = re.match(r'(.*?)"\s*(?:/?>|(?:name|property|id|itemprop)=")', rest, re.DOTALL)
    return match.group(1) if match else None


def host_words(url: str) -> str:
    """The telling part of a host: `https://www.example-times.co.uk/x` gives `example-times`."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return ""
    labels = [
        label for label in host.split(".") if label not in ("www", "m", "amp", "news", "edition")
    ]
    return max(labels[:-1] or labels, key=len, default="")


def drop(element: Element) -> None:
    """Take an element and what it holds out of its tree; the text after it stays."""
    parent = element.getparent()
    if parent is None:
        return
    if element.tail:
        before = element.getprevious()
        if before is None:
            parent.text = (parent.text or "") + element.tail
        else:
            before.tail = (before.tail or "") + element.tail
    element.tail = None
    parent.remove(element)


def texts(element: Element) -> Iterator[str]:
    """The text nodes of an element and all that it holds, as they are."""
    return cast("Iterator[str]", element.itertext())


def holds_more(element: Element, size: int) -> bool:
    """Whether an element holds more than so many characters of text; reads no further than that."""
    return any(total > size for total in accumulate(map(len, texts(element))))


def own_text(element: Element) -> str:
    """The settled text of an element and all that it holds."""
    if not len(element) and isinstance(element.tag, str):
        return typography.settle(element.text or "")
    return typography.settle("".join(strings(element)))


def strings(element: Element) -> Iterator[str]:
    """The text nodes of an element, with a space where a line or block ends."""
    for event, node in etree.iterwalk(element, events=("start", "end")):
        if event == "start":
            if node.tag in _SEPARATING:
                yield " "
            if node.text and isinstance(node.tag, str):
                yield node.text
        else:
            if node.tag in _SEPARATING:
                yield " "
            if node is not element and node.tail:
                yield node.tail


_SEPARATING = frozenset((
    "br", "p", "div", "li", "ul", "ol", "td", "th", "tr", "table", "h1", "h2", "h3", "h4", "h5", "h6",
    "section", "article", "header", "footer", "time", "figcaption", "dd", "dt", "details", "summary", "blockquote",
    "pre", "aside", "nav", "main", "form", "address", "hr", "caption", "option",
))  # fmt: skip
