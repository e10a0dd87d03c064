"""The line that says where a text was taken from, and what it links to.

Knows how such lines begin in the languages of news sites. Must not know what else stands in an article.
"""

import re
from dataclasses import dataclass

from pipeline.heads import people
from pipeline.markup import page as pages
from pipeline.markup.page import Element, Page
from pipeline.text import typography

_LABEL = (
    r"(?:(?:original\s+|article\s+|story\s+|news\s+)?sources?|via|first\s+published\s+(?:by|in|on)|originally\s+published\s+(?:by|in|on|at)|"
    r"reprinted\s+from|quellen?|fuentes?|fonte|fonti|kilde|källa|bron|zdroj|źródło|источник|джерело|kaynak|"
    r"sumber|nguồn|(?:文章|本文|信息|新闻|新聞)?(?:来源|來源|转自|轉自|转载自|轉載自|出处|出處)(?:于互联网|於互聯網)?|稿源|出典|"
    r"출처|المصدر)"
)
_LINE = re.compile(
    rf"^[\[(（【*\s]*(?P<label>{_LABEL})\s*[:：]\s*(?P<value>\S.{{0,300}}?)\s*[\])）】]?$",
    re.IGNORECASE,
)
_START = re.compile(rf"^[\[(（【*\s]*{_LABEL}\s*[:：]", re.IGNORECASE)
_BEGINNING = re.compile(rf"^\W*{_LABEL}", re.IGNORECASE)
_LONGEST = 400
_BLOCKS = frozenset(("p", "div", "li", "td", "h6", "blockquote", "center", "footer"))
_AROUND = frozenset(("body", "ul", "nav", "section", "article", "main"))
_BRACKETS = "[]【】()（）<>《》「」 -–—.·"


@dataclass(frozen=True, slots=True)
class Credit:
    """Who is credited, and the address that the line links to."""

    name: str
    url: str | None = None


def linked(page: Page) -> dict[str, str]:
    """The page's credit lines that link somewhere: their folded text and the address."""
    found: dict[str, str] = {}
    blocks: dict[Element, bool] = {}  # whether they begin as credit lines do
    for link in page.body.iter("a"):
        href = link.get("href") or ""
        parent = link.getparent()
        if not href.startswith(("http://", "https://", "//")) or (
            parent is not None and parent.tag == "li"
        ):
            continue
        line = _block_of(link)
        if line is None:
            continue
        if line not in blocks:
            blocks[line] = _may_be_credit(line)
        if not blocks[line]:
            continue
        text = pages.own_text(line)
        if len(text) <= _LONGEST and _START.match(text):
            found.setdefault(typography.fold(text), page.absolute(href))
    return found


def _block_of(link: Element) -> Element | None:
    """The block that a link stands in."""
    element: Element | None = link.getparent()
    for _ in range(3):
        if element is None:
            return None
        tag = element.tag
        if tag in _BLOCKS:
            return element
        if tag in _AROUND:
            return None
        element = element.getparent()
    return None


def _may_be_credit(block: Element) -> bool:
    """Whether the first words of a block may be a credit line's."""
    first = next((text for text in pages.texts(block) if not text.isspace()), "")
    return len(first) <= _LONGEST and _BEGINNING.match(first) is not None


def of_line(text: str, *, url: str | None = None) -> Credit | None:
    """The credit that a line gives; None where it is no credit line."""
    match = _LINE.match(text) if len(text) <= _LONGEST else None
    if match is None:
        return None
    value = match["value"].strip(" .,;")
    # A linked line names the copied article's title, not its publisher: then the label is all that is known.
    if re.match(r"https?://", value):
        return Credit(match["label"], url or value.split()[0])
    is_title = url is not None and (len(value.split()) > 6 or len(value) > 50)
    return Credit(match["label"] if is_title else value, url)


def of_bare_line(text: str, *, names: tuple[str, ...]) -> Credit | None:
    """The credit of a last line that is nothing but the name of a newsroom or of agencies."""
    bare = text.strip(_BRACKETS)
    if not bare or len(bare) > 60:
        return None
    parts = [part.strip() for part in re.split(r"[/,&+]| and | und ", bare.casefold())]
    if typography.fold(bare) in {typography.fold(name) for name in names}:
        return Credit(bare)
    return Credit(bare) if all(part in people.AGENCIES for part in parts) else None
