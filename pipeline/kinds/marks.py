"""What of a page's markup and seen text tells its kind, counted.

Knows HTML and the vocabularies. Must not know what the counts speak for; how a page was saved (scripts, styles,
comments) is not counted.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar, cast
from urllib.parse import unquote, urlsplit

from lxml import etree

from pipeline.claims import Claims
from pipeline.kinds import kind_words as words
from pipeline.markup import page as pages
from pipeline.markup.page import Element, Page
from pipeline.text import typography

_SEEN = etree.XPath("string(.)", smart_strings=False)
_ITEM_TYPES = etree.XPath("//@itemtype", smart_strings=False)
_SAMPLED_CLASSES = 300  # that are taken apart
_SAMPLED_LINKS = 150
_LONG_LINK = 14  # characters from which a link may be a headline
_NEWS = frozenset(words.TYPES["news"])
_HEADINGS = ("h2", "h3", "h4")
_WANTED = ("a", "noscript", *_HEADINGS)
_MOST_TEASERS = 80
_TEASER_DEPTH = 4  # elements around a heading
_LARGEST_TEASER = 1200  # characters, as they stand in the page
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
_LETTERS_ONLY = bytes(
    sign if sign in b"abcdefghijklmnopqrstuvwxyz" else 0x20 for sign in range(256)
)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Markup:
    """What of a page's elements tells its kind: counted before any of them is taken away."""

    tags: Mapping[str, int]
    names: Mapping[str, int]  # by group: how many different class words
    repeated: Mapping[str, int]  # by group: how often classes with its words come again
    linked: Mapping[str, int]  # by group: sampled links that lead to such addresses
    inner_links: int  # of the sampled, to places on the page itself
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


def states_news(claims: Claims) -> bool:
    """Whether the page says of itself that it is a dated piece of news: then nothing need be counted."""
    return claims.has_article and bool(claims.published) and not _NEWS.isdisjoint(claims.types)


def look(page: Page, claims: Claims) -> Markup:
    """Count a page's marks; its tree must still be whole."""
    classes = Counter(
        [name for element in page.elements if (name := element.get("class")) is not None]
    )
    used = set(_parts(" ".join(filter(None, _some(list(classes), most=_SAMPLED_CLASSES)))))
    names = Counter([words.GROUP_OF_NAME[word] for word in words.GROUP_OF_NAME.keys() & used])
    repeated: Counter[str] = Counter()
    for name, count in classes.most_common(40):
        if count < _REPEATED:
            break
        parts = words.GROUP_OF_NAME.keys() & _parts(name)
        for group in {words.GROUP_OF_NAME[word] for word in parts}:
            repeated[group] += count
    stated = set(claims.stated)
    if claims.has_microdata:
        stated.update(name.rsplit("/", 1)[-1] for name in _strings(_ITEM_TYPES, page.root))
    wanted: dict[str, list[Element]] = {tag: [] for tag in _WANTED}
    tags = [element.tag for element in page.elements]
    for element, tag in zip(page.elements, tags, strict=True):
        if tag in wanted:
            wanted[tag].append(element)
    sample = [a.get("href") or "" for a in _some(wanted["a"], most=_SAMPLED_LINKS)]
    return Markup(
        tags=Counter(tags),
        names=names,
        repeated=repeated,
        linked=_led_to(sample),
        inner_links=sum([address.startswith("#") for address in sample]),
        beside_links=_beside(sample, page.url),
        links=len(wanted["a"]),
        sampled=len(sample),
        types={group: len(stated.intersection(types)) for group, types in words.TYPES.items()},
        most_repeated=max(classes.values(), default=0),
        linked_headings=sum(_is_linked(h) for tag in _HEADINGS for h in wanted[tag]),
        itself=_called(page),
        news_metas=sum(_NEWS_META.match(name) is not None for name in page.metas),
        author_links=sum(_AUTHOR_LINK.search(address) is not None for address in sample),
        unscripted=_unscripted(wanted["noscript"]),
    )


def _called(page: Page) -> dict[str, int]:
    """What a page's outermost elements call it."""
    named = (page.body.get("class"), page.body.get("id"), page.root.get("class"))
    used = set(_WORD.findall(" ".join(filter(None, named)).lower()))
    return {group: len(used & names) for group, names in words.OWN_NAMES.items()}


def _unscripted(found: list[Element]) -> str:
    texts = (text for element in found[:3] for text in islice(pages.texts(element), 30))
    return typography.settle(" ".join(texts)[:1000])


def _strings(path: etree.XPath, element: Element) -> list[str]:
    return cast("list[str]", path(element))


def _parts(names: str) -> list[str]:
    """The words of class names."""
    return names.lower().replace("-", " ").replace("_", " ").split()


def _some(found: list[T], *, most: int) -> list[T]:
    """At most so many of them, from the whole of the page."""
    return found[:: len(found) // most + 1]


def _is_linked(heading: Element) -> bool:
    parent = heading.getparent()
    return (parent is not None and parent.tag == "a") or next(heading.iter("a"), None) is not None


def _led_to(addresses: Sequence[str]) -> Counter[str]:
    """How many links lead to places of each group."""
    found: Counter[str] = Counter()
    letters = "\n".join(addresses).lower().encode("ascii", "replace").translate(_LETTERS_ONLY)
    for word, count in Counter(letters.decode("ascii").split()).items():
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
    teasers: tuple[str, ...] = ()  # settled texts of what stands with one linked heading each

    @property
    def link_share(self) -> float:
        """The share of the seen characters that are links."""
        return min(self.linked / len(self.text), 1.0) if self.text else 0.0


def seen(page: Page, *, with_teasers: bool) -> Seen:
    """What is seen of a page whose tree is without machinery and hidden elements, and still whole otherwise.

    Args:
        page: the page.
        with_teasers: whether they are looked for: where no article is stated, and headings are links.
    """
    # not `.//a//text()`: putting its strings in order takes time with the square of their number
    linked = [text for link in page.body.iter("a") for text in pages.texts(link)]
    return Seen(
        text=cast("str", _SEEN(page.body)),
        linked=sum(map(len, linked)),
        link_texts=frozenset(text.strip() for text in linked if len(text) > _LONG_LINK),
        teasers=tuple(_teasers(page)) if with_teasers else (),
    )


def _teasers(page: Page) -> Iterator[str]:
    """The text of the largest element around each linked heading that holds no other and is a teaser's size."""
    linked = list(islice(filter(_is_linked, page.body.iter(*_HEADINGS)), _MOST_TEASERS))
    for heading in linked:
        teaser = None
        for around in islice(heading.iterancestors(), _TEASER_DEPTH):
            if sum(1 for _ in islice(filter(_is_linked, around.iter(*_HEADINGS)), 2)) > 1:
                break
            text = cast("str", _SEEN(around))
            if len(text) > _LARGEST_TEASER:
                break
            teaser = text
        if teaser:
            yield typography.settle(teaser)
