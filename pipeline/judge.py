"""Whether an extraction is believed.

Knows the pages that servers send in place of articles. Must not change what was read.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from pipeline.kinds import kinds, marks, walls
from pipeline.reading import Block, Reason

_FEW = 12  # words from which a body may be an article's
STUB = 900  # characters below which a wall's words in the body decide
# In units of forest.SCALE, from pages of publishers that the model had not seen (docs/decisions/kinds.md): an article
# refused is worse than another page kept.
NO_ARTICLE = 5_000
_CONSENT_SHARE = 0.12
_FEW_BARE = 40  # words below which what the rest of the page says decides
_BARE = 4_000  # characters of a page that has little beside its message
_LINKED_PAGE = 0.45  # share of a page's characters that are links, from which it is a list
_LISTED = 5  # linked headlines that make a list
_SAME = 3  # articles are published twice, walls always
_UNSPACED = re.compile("[\u0e00-\u0eff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]")

_SECTION_PATH = re.compile(
    r"^/(?:(?:[a-z]{2}(?:-[a-z]{2})?/)?(?:index\.\w+|home)?|"
    r"(?:category|categories|tag|tags|topic|topics|author|"
    r"authors|section|sections|search|archive|archives)/.*|"
    r".*/page/\d+/?)$",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"""[.!?。！？…]["”’»)]?$""")


@dataclass(frozen=True, slots=True)
class Evidence:
    """What of an extraction and its page the verdict rests on."""

    url: str
    title: str | None
    title_element: str | None
    blocks: tuple[Block, ...]
    page_text: str  # all that is seen on the page, for pages without a body
    is_article: bool  # stated as an article in structured data, or read by the site's rules
    has_date: bool  # a date stated, or seen beside the headline
    has_heading: bool
    link_share: float  # of the page's seen characters that are links
    is_truncated: bool
    is_paywalled: bool
    markup: marks.Markup | None = None  # of the whole page; None: its kind is not asked
    seen: marks.Seen | None = None
    og_type: str = ""
    has_author: bool = False
    has_stated_date: bool = False  # in structured data or meta tags
    is_ruled: bool = False  # the site's own rules found the body
    states_news: bool = False  # a dated piece of news, by its structured data
    unscripted: str = ""  # what the page says where scripts do not run
    usual_size: int = 0  # characters of the text of the site's pages; 0: not known
    same_text_count: int = 0  # pages of the site under other addresses with the very same text


def features(evidence: Evidence) -> dict[str, float] | None:
    """What tells the page's kind, by name; None where that is not asked."""
    if evidence.markup is None or evidence.seen is None:
        return None
    return kinds.row(
        url=evidence.url,
        markup=evidence.markup,
        seen=evidence.seen,
        title=evidence.title,
        title_element=evidence.title_element,
        og_type=evidence.og_type,
        blocks=evidence.blocks,
        is_article=evidence.is_article,
        has_date=evidence.has_date,
        has_author=evidence.has_author,
        has_stated_date=evidence.has_stated_date,
        has_heading=evidence.has_heading,
    )


def judge(
    evidence: Evidence, *, score: Callable[[Mapping[str, float]], int] = kinds.score
) -> tuple[Reason, str] | None:
    """Why an extraction is not believed, with words for a person; None where it is.

    Args:
        evidence: what the verdict rests on.
        score: how much a page with such features is no article; above 0, more likely than not.
    """
    text = "\n".join(block.text for block in evidence.blocks)
    words = count_words(text)
    titles = list(filter(None, (evidence.title, evidence.title_element)))
    if evidence.same_text_count >= _SAME:
        return (
            Reason.NOT_ARTICLE,
            f"{evidence.same_text_count} other pages of the site have its text",
        )
    told = _wall(evidence, text, titles)
    if told:
        return told
    if not evidence.title:
        return Reason.EMPTY, "no title"
    if evidence.is_truncated and (words < 60 or not _SENTENCE_END.search(text)):
        return Reason.TRUNCATED, f"the server ended the body early, after {words} words of text"
    if words < _FEW:
        if evidence.is_paywalled:
            return Reason.LOGIN, f"stated as not free to read, and {words} words of text"
        return _listing(evidence, words) or (Reason.EMPTY, f"{words} words of text")
    return _section(evidence, words) or _kind(evidence, score)


def count_words(text: str) -> int:
    """Words; two characters count as one in scripts without spaces."""
    if text.isascii() or not _UNSPACED.search(text):
        return len(text.split())
    rest, unspaced = _UNSPACED.subn(" ", text)
    return len(rest.split()) + unspaced // 2


def _wall(evidence: Evidence, text: str, titles: list[str]) -> tuple[Reason, str] | None:
    """A page sent in place of the article: told by its title, or by what a short text says."""
    is_stated = evidence.is_article or evidence.is_ruled
    titled = walls.in_title(titles)
    if titled and not (len(text) > 300 and (is_stated or evidence.has_date)):
        return titled.reason, f"its title says “{titled.words}”"
    if not is_stated and not evidence.has_date and walls.consent_share(text) > _CONSENT_SHARE:
        return Reason.CONSENT, "its text has the words of a consent form"
    if len(text) >= STUB:
        return None
    said = walls.in_text([block.text for block in evidence.blocks])
    if said and said.rest < _most_beside(evidence, said.reason):
        return said.reason, f"it says “{said.words}” and little else"
    if said or is_stated or count_words(text) >= _FEW_BARE or len(evidence.page_text) >= _BARE:
        return None
    said = walls.in_text([evidence.page_text or evidence.unscripted])
    if said is None:
        return None
    return said.reason, f"the page says “{said.words}” and has {count_words(text)} words of text"


def _most_beside(evidence: Evidence, reason: Reason) -> int:
    """How many characters beside a wall's words may be an article, or a short one's beginning."""
    if evidence.is_article or evidence.is_ruled:
        return 180 if reason is Reason.LOGIN else 100
    if evidence.has_date:
        return 240
    return max(400, min(evidence.usual_size // 4, STUB))


def _section(evidence: Evidence, words: int) -> tuple[Reason, str] | None:
    """A front page or a list of links that passes for an article."""
    path = urlsplit(evidence.url).path or "/"
    blocks = [block for block in evidence.blocks if block.kind != "table"]
    prose = sum(len(b.text) for b in blocks if len(b.text) >= 80 and _SENTENCE_END.search(b.text))
    share = prose / max(sum(len(b.text) for b in blocks), 1)
    if evidence.is_article and words >= 40:
        return None
    if path == "/" and not evidence.is_article:
        return Reason.NOT_ARTICLE, "the site's front page"
    if told := _teasers(evidence, blocks):
        return told
    is_listed = bool(_SECTION_PATH.match(path))
    if is_listed and not evidence.has_date:
        return Reason.NOT_ARTICLE, f"{path} is a list's address, and no date is stated"
    if not evidence.has_date and share < 0.35 and evidence.link_share > _LINKED_PAGE:
        return (
            Reason.NOT_ARTICLE,
            f"no date, {share:.0%} of the text in sentences, {evidence.link_share:.0%} of the page links",
        )
    return None


def _listing(evidence: Evidence, words: int) -> tuple[Reason, str] | None:
    """A page without a text of its own that leads to others."""
    if evidence.seen is None or evidence.is_article or evidence.is_ruled:
        return None
    if len(evidence.seen.teasers) < _LISTED and evidence.link_share <= _LINKED_PAGE:
        return None
    share = f"{evidence.link_share:.0%} of the page are links to other pages"
    return Reason.NOT_ARTICLE, f"{words} words of text, {share}"


def _teasers(evidence: Evidence, blocks: list[Block]) -> tuple[Reason, str] | None:
    """A text that is the beginnings of other pages."""
    if evidence.seen is None or evidence.is_article or evidence.is_ruled:
        return None
    size = sum(len(block.text) for block in blocks) or 1
    links = sum(len(b.text) for b in blocks if b.text in evidence.seen.link_texts)
    if links > size / 2:
        return Reason.NOT_ARTICLE, f"{links / size:.0%} of its text are links to other pages"
    count = len(evidence.seen.teasers)
    if count < _LISTED:
        return None
    shown = "\n".join(evidence.seen.teasers)
    teased = sum(len(b.text) for b in blocks[:200] if b.text in shown)
    if teased > 0.7 * size:
        return (
            Reason.NOT_ARTICLE,
            f"{teased / size:.0%} of its text stand below {count} linked headlines",
        )
    return None


def _kind(
    evidence: Evidence, score: Callable[[Mapping[str, float]], int]
) -> tuple[Reason, str] | None:
    """A page that is whole and readable, and no article."""
    if evidence.is_ruled or evidence.states_news or (values := features(evidence)) is None:
        return None
    if kinds.states_another(values):
        return Reason.NOT_ARTICLE, kinds.likeness(values)
    if score(values) > NO_ARTICLE:
        return Reason.NOT_ARTICLE, kinds.likeness(values)
    return None
