"""What of a page's markup and seen text tells its kind, counted.

Knows HTML and the vocabularies. Must not know what the counts speak for; how a page was saved (scripts, styles,
comments) is not counted.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar, cast
from urllib.parse import unquote, urlsplit

from lxml import etree

from pipeline import kind_words as words
from pipeline import page as pages
from pipeline import typography
from pipeline.claims import Claims
from pipeline.page import Element, Page

_SEEN = etree.XPath("string(.)", smart_strings=False)
_LINKED = etree.XPath(".//a//text()", smart_strings=False)
_ITEM_TYPES = etree.XPath("//@itemtype", smart_strings=False)
_SAMPLED = 300  # class attributes or addresses that are taken apart
_LONG_LINK = 14  # characters from which a link may be a headline
_REPEATED = 6  # elements of the same class make a list
_NEWS_META = re.compile(
    r"article:(?!publisher)|news_keywords|parsely-|sailthru\.|cxenseparse:|citation_|dc\.date|author$|date|pubdate|"
    r"twitter:label1"
)
_AUTHOR_LINK = re.compile(
    r"/(?:authors?|autore?s?|autor(?:en)?|auteurs?|by|reporters?|staff|contributors?|profile|people)/",
    re.IGNORECASE,
)
_WORD = re.compile(r"[a-z]+")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Markup:
    """What of a page's elements tells its kind: counted before any of them is taken away."""

    tags: Mapping[str, int]
    names: Mapping[str, int]  # by group: how many different class words
    repeated: Mapping[str, int]  # by group: how often classes with its words come again
    linked: Mapping[str, int]  # by group: sampled links that lead to such addresses
    inner_links: int  # to places on the page itself
    beside_links: int  # of the sampled, to addresses beside the page's own
    links: int
    sampled: int  # links of which the addresses were looked at
    types: Mapping[str, int]  # by group: types stated in structured data
    most_repeated: int
    linked_headings: int
    itself: Mapping[str, int]  # by group: what the page's own classes call it
    news_metas: int
    author_links: int
    unscripted: str  # what is said where scripts do not run


def look(page: Page, claims: Claims) -> Markup:
    """Count a page's marks; its tree must still be whole."""
    classes = Counter([element.get("class") for element in page.elements])
    del classes[None]
    used = set(_parts(" ".join(filter(None, _some(list(classes))))))
    names = Counter([words.GROUP_OF_NAME[word] for word in words.GROUP_OF_NAME.keys() & used])
    repeated: Counter[str] = Counter()
    for name, count in classes.most_common(40):
        if count < _REPEATED or name is None:
            break
        parts = words.GROUP_OF_NAME.keys() & _parts(name)
        for group in {words.GROUP_OF_NAME[word] for word in parts}:
            repeated[group] += count
    stated = {name.rsplit("/", 1)[-1] for name in _strings(_ITEM_TYPES, page.root)} | claims.stated
    addresses = [address for a in page.root.iter("a") if (address := a.get("href"))]
    sample = _some(addresses)
    return Markup(
        tags=Counter([element.tag for element in page.elements]),
        names=names,
        repeated=repeated,
        linked=_led_to(sample),
        inner_links=sum(address.startswith("#") for address in addresses),
        beside_links=_beside(sample, page.url),
        links=len(addresses),
        sampled=len(sample),
        types={group: len(stated.intersection(types)) for group, types in words.TYPES.items()},
        most_repeated=max(classes.values(), default=0),
        linked_headings=sum(map(_is_linked, page.root.iter("h2", "h3", "h4"))),
        itself=_called(page),
        news_metas=sum(_NEWS_META.match(name) is not None for name in page.metas),
        author_links=sum(_AUTHOR_LINK.search(address) is not None for address in sample),
        unscripted=_unscripted(page),
    )


def _called(page: Page) -> dict[str, int]:
    """What a page's outermost elements call it."""
    named = (page.body.get("class"), page.body.get("id"), page.root.get("class"))
    used = set(_WORD.findall(" ".join(filter(None, named)).lower()))
    return {group: len(used & names) for group, names in words.OWN_NAMES.items()}


def _unscripted(page: Page) -> str:
    found = page.body.iter("noscript")
    return " ".join(" ".join(map(typography.settle, pages.texts(e))) for e in islice(found, 3))[
        :1000
    ]


def _strings(path: etree.XPath, element: Element) -> list[str]:
    return cast("list[str]", path(element))


def _parts(names: str) -> list[str]:
    """The words of class names."""
    return names.lower().replace("-", " ").replace("_", " ").split()


def _some(found: list[T]) -> list[T]:
    """At most _SAMPLED of them, from the whole of the page."""
    return found[:: len(found) // _SAMPLED + 1]


def _is_linked(heading: Element) -> bool:
    parent = heading.getparent()
    return (parent is not None and parent.tag == "a") or next(heading.iter("a"), None) is not None


def _led_to(addresses: Sequence[str]) -> Counter[str]:
    """How many links lead to places of each group."""
    found: Counter[str] = Counter()
    for word, count in Counter(_WORD.findall("\n".join(addresses).lower())).items():
        for group in words.GROUPS_OF_PLACE.get(word, ()):
            found[group] += count
    return found


def _beside(addresses: Iterable[str], url: str) -> int:
    """How many links lead to neighbours of the page in its folder, as a manual's do."""
    path = path_of(url)
    folder = path.rpartition("/")[0] + "/"
    if folder == "/":
        return 0
    return sum(folder in address or "/" not in address.strip("/.") for address in addresses)


def path_of(url: str) -> str:
    """The path of an address, its escapes undone."""
    try:
        return unquote(urlsplit(url).path) or "/"
    except ValueError:
        return "/"


@dataclass(frozen=True, slots=True)
class Seen:
    """What is seen of a page."""

    text: str
    linked: int  # characters of it that are links
    link_texts: frozenset[str] = frozenset()

    @property
    def link_share(self) -> float:
        """The share of the seen characters that are links."""
        return min(self.linked / len(self.text), 1.0) if self.text else 0.0


def seen(page: Page) -> Seen:
    """What is seen of a page whose tree is without machinery and hidden elements, and still whole otherwise."""
    linked = _strings(_LINKED, page.body)
    return Seen(
        text=cast("str", _SEEN(page.body)),
        linked=sum(map(len, linked)),
        link_texts=frozenset(text.strip() for text in linked if len(text) > _LONG_LINK),
    )
