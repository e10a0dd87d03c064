"""What could be a page's headline, and who says so.

Knows where headlines stand and who repeats them: headings, their parts, declared titles with and without what a site
adds to them. Must not know which one is right (see site_names.py).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pipeline.claims import Claim
from pipeline.heads import site_names
from pipeline.markup import page as pages
from pipeline.markup.page import Element, Page
from pipeline.text import typography

DECLARING = (
    "json-ld", "json-ld name", "microdata", "opengraph", "twitter", "meta", "title element", "feed",
)  # fmt: skip
"""Readers of declared titles, most trusted first."""

NO_HEADING = 9
"""The rank of what no first-level heading shows."""

_MOST_HEADINGS = 5
_MOST_LESSER = 3
_MOST_CANDIDATES = 24
_LONGEST = 400
_MARKED = re.compile(r"head-?line|(?:article|story|post|entry|page|content)[_-]{0,2}(?:title|head)|^title$", re.IGNORECASE)  # fmt: skip # noqa: E501
_HOLDERS = frozenset(("article", "main"))
_OUTSIDE = frozenset(("nav", "footer", "aside", "form"))
_EMPHASIS = frozenset(("em", "i", "b", "strong", "mark", "sup", "sub", "u", "q", "wbr"))


@dataclass(frozen=True, slots=True)
class Writing:
    """How one reader writes a candidate."""

    text: str
    reader: str
    rank: int = NO_HEADING  # of the first-level heading that shows it
    is_inside: bool = False  # that heading stands in an article or main element
    is_marked: bool = False  # and is called a headline
    is_lesser: bool = False  # it is a heading below the first level
    part: int = 0  # of a heading: 1 its last part, 2 its own text
    pieces: tuple[str, ...] = ()  # that the heading is set from, where several
    cut: int = 0  # 1: the site's name was cut, 2: something else was
    tail: str = ""  # what was cut


@dataclass(frozen=True, slots=True)
class Candidate:
    """Words that could be the headline, and everybody who says them, most trusted first."""

    folded: str
    writings: tuple[Writing, ...]

    @property
    def words(self) -> frozenset[str]:
        """Its different words."""
        return frozenset(self.folded.split())


@dataclass(frozen=True, slots=True)
class Headlines:
    """The candidates of one page, most trusted first, and what they are measured against."""

    candidates: tuple[Candidate, ...]
    headings: tuple[str, ...]  # folded, of the first level
    raw: Mapping[str, str]  # reader -> its title, folded
    stripped: Mapping[str, str]  # the same without the site's name
    names: tuple[str, ...]
    slug: frozenset[str]
    above: str  # what stands right above the first heading, folded


def collect(
    page: Page,
    *,
    first: Sequence[tuple[Element, str]],
    declared: Sequence[Claim],
    names: Sequence[str],
) -> Headlines:
    """Everything on the page that could be its headline."""
    found: dict[str, list[Writing]] = {}
    declared = [claim for claim in declared if len(claim.value) <= _LONGEST]
    bare = {
        value: site_names.without_site(value, names=names)
        for value in dict.fromkeys(claim.value for claim in declared)
    }
    for writing in (*_shown(page, first), *_declared(declared, bare)):
        if not 1 < len(writing.text) <= _LONGEST:
            continue
        folded = typography.fold(writing.text)
        if folded and (folded in found or len(found) < _MOST_CANDIDATES):
            found.setdefault(folded, []).append(writing)
    raw: dict[str, str] = {}
    stripped: dict[str, str] = {}
    for claim in declared:
        raw.setdefault(claim.reader, typography.fold(claim.value))
        stripped.setdefault(claim.reader, typography.fold(bare[claim.value]))
    return Headlines(
        candidates=tuple(Candidate(folded, tuple(w)) for folded, w in found.items()),
        headings=tuple(typography.fold(text) for _, text in first[:_MOST_HEADINGS]),
        raw=raw,
        stripped=stripped,
        names=tuple(names),
        slug=_slug(page.url),
        above=_above(first[0][0]) if first else "",
    )


def _shown(page: Page, first: Sequence[tuple[Element, str]]) -> Iterator[Writing]:
    has_inside = False
    for rank, (element, text) in enumerate(first[:_MOST_HEADINGS]):
        inside = any(a.tag in _HOLDERS for a in element.iterancestors())
        has_inside = has_inside or inside
        yield from _of_heading(element, text, rank=rank, is_inside=inside)
    if len(first) == 1 and has_inside:
        return
    count = 0
    for element in page.body.iter("h2"):
        if any(a.tag in _OUTSIDE for a in element.iterancestors()):
            continue
        count += 1
        if count <= _MOST_LESSER or _is_marked(element):
            inside = any(a.tag in _HOLDERS for a in element.iterancestors())
            yield from _of_heading(
                element, pages.own_text(element), rank=NO_HEADING, is_inside=inside
            )
        if count >= 10:
            break


def _of_heading(element: Element, text: str, *, rank: int, is_inside: bool) -> Iterator[Writing]:
    """A heading, its last part, and the text that is its own, where it also holds a kicker or a label."""
    marked, lesser = _is_marked(element), element.tag != "h1"
    pieces = _pieces(element)
    several = tuple(pieces) if len(pieces) > 1 else ()
    yield Writing(
        text,
        "page",
        rank=rank,
        is_inside=is_inside,
        is_marked=marked,
        is_lesser=lesser,
        pieces=several,
    )
    if not several:
        return
    children = [child for child in element if isinstance(child.tag, str)]
    own = typography.settle(" ".join([element.text or "", *(c.tail or "" for c in children)]))
    for part, said in ((1, pieces[-1]), (2, own)):
        if len(said) > len(text) / 3 and (part == 1 or said != pieces[-1]):
            yield Writing(
                said, "page", is_inside=is_inside, is_marked=marked, is_lesser=lesser, part=part
            )


def _is_marked(element: Element) -> bool:
    return bool(
        (element.get("itemprop") or "") in ("headline", "name")
        or any(map(_MARKED.search, (element.get("class") or "").split()[:12]))
    )


def _pieces(element: Element) -> list[str]:
    """The texts that a heading is set from: its own and those of its children, those that only emphasise left out."""
    while (
        len(element) == 1
        and not (element.text or "").strip()
        and not (element[0].tail or "").strip()
    ):
        element = element[0]
    texts = [element.text or ""]
    for child in element:
        if not isinstance(child.tag, str) or child.tag in _EMPHASIS:
            texts[-1] += "".join(pages.texts(child)) + (child.tail or "")
            continue
        texts.append(pages.own_text(child))
        texts.append(child.tail or "")
    return [settled for text in texts if (settled := typography.settle(text))][:6]


def _above(element: Element) -> str:
    """The short line right above a heading."""
    node: Element | None = element
    for _ in range(3):
        if node is None or node.tag in ("body", "main", "article"):
            return ""
        for before in node.itersiblings(preceding=True):
            if isinstance(before.tag, str) and (text := pages.own_text(before)):
                return typography.fold(text) if len(text) <= 100 else ""
        node = node.getparent()
    return ""


def _declared(declared: Sequence[Claim], bare: Mapping[str, str]) -> Iterator[Writing]:
    ordered = sorted(
        declared, key=lambda c: DECLARING.index(c.reader) if c.reader in DECLARING else 9
    )
    for claim in ordered:
        yield Writing(claim.value, claim.reader)
        left = bare[claim.value]
        if left != claim.value:
            tail = claim.value[len(left) :] if claim.value.startswith(left) else ""
            yield Writing(left, claim.reader, cut=1, tail=tail)
        if shorter := site_names.without_last(left):
            yield Writing(shorter, claim.reader, cut=2, tail=left[len(shorter) :])


def _slug(url: str) -> frozenset[str]:
    """The words of the longest part of an address."""
    path = re.split(r"[?#]", url.partition("//")[2], maxsplit=1)[0]
    longest = max(path.split("/")[1:], key=len, default="")
    return frozenset(
        w for w in re.split(r"[\W_]+", longest.lower()) if len(w) > 2 and not w.isdigit()
    )
