"""Which article of its site a page is: weighted evidence, and the words for it.

Knows what may be stated about a page (URLs, guid, title, sample of its text). Must not know the
archive: it is given the candidates, all of one site.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from pipeline.compare import normal_text
from pipeline.fingerprint import sampled_containment
from pipeline.text.words import folded_words
from pipeline.urls import is_front_page

THRESHOLD = 0.8
"""Weight from which a page is that article. No single statement of a publisher reaches it."""

ASKED = 1.0
REDIRECT = 1.0
"""The URL asked, and the URL that answered, is one that this article is known to answer at."""

CANONICAL = 0.5
GUID = 0.5
"""Statements of the publisher. Alone they are not believed: one guid for all items, one canonical
link for a whole section are common mistakes."""

SAME_TITLE = 0.35
SIMILAR_TITLE = 0.3
"""A title alone, or with a similar text, is a recurring column."""

SIMILAR_TEXT = 0.4
SAME_TEXT = 0.9
"""The same digest over title and text is the same article under another URL."""

UNLIKE_TEXT = -0.5
UNLIKE_TITLE = -0.1
"""Against a redirect, a canonical link or a guid: another article has taken its place."""

TITLE_SIMILAR = 0.6
TITLE_UNLIKE = 0.2
"""Shares of words in common (Jaccard)."""

TEXT_SIMILAR = 0.5
TEXT_UNLIKE = 0.25
MIN_SHINGLES = 4
"""Shares of the smaller sample that the larger has too, and the sample that is large enough."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of a page before it is known which article it is."""

    url_key: str  # of the URL asked
    answered_key: str | None = None  # of the URL that answered, where that is another
    canonical_key: str | None = None
    guid: str | None = None
    title: str | None = None
    text_digest: bytes | None = None  # compare.normal_digest
    shingles: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """An article that the page may be, as its newest revision has it."""

    article_id: int
    url_keys: frozenset[str]  # at which it was asked for or answered
    guid: str | None = None
    title: str | None = None
    text_digest: bytes | None = None
    shingles: tuple[int, ...] = ()
    stated_keys: frozenset[str] = frozenset()  # that its canonical links named, never asked


@dataclass(frozen=True, slots=True)
class Alias:
    """A URL key to be kept for the article, and how it is known."""

    url_key: str
    evidence: str  # "asked" and "redirect": it showed the article; "canonical": it was named


@dataclass(frozen=True, slots=True)
class Identity:
    """The article that a page is, None for a new one, with the evidence and the URLs to keep."""

    article_id: int | None
    evidence: tuple[str, ...]
    weight: float
    aliases: tuple[Alias, ...]


def identify(page: Evidence, candidates: Sequence[Candidate]) -> Identity:
    """The article with most weight of evidence, if that is enough; of equals the oldest.

    Candidates are all articles of the site that share a URL key, the guid or the text digest with
    the page; others do no harm. Pages of one batch know each other if each new one is made a
    candidate at once (`as_candidate`).
    """
    guid_is_shared = _is_shared(page.guid, candidates)
    weighed = [(*_weigh(page, one, guid_is_shared=guid_is_shared), one) for one in candidates]
    weight, evidence, best = max(
        weighed, key=lambda item: (item[0], -item[2].article_id), default=(0.0, (), None)
    )
    if best is None or weight < THRESHOLD:
        return Identity(None, ("new",), round(weight, 2), _aliases(page))
    return Identity(best.article_id, evidence, round(weight, 2), _aliases(page))


def as_candidate(page: Evidence, article_id: int) -> Candidate:
    """A new article as a candidate for the pages that follow in its batch."""
    stated = {page.canonical_key} if _is_telling(page.canonical_key) else set()
    answered = page.answered_key or page.url_key
    return Candidate(
        article_id=article_id,
        url_keys=frozenset({page.url_key, answered}),
        guid=page.guid,
        title=page.title,
        text_digest=page.text_digest,
        shingles=page.shingles,
        stated_keys=frozenset(key for key in stated if key),
    )


def seen_as(candidate: Candidate, page: Evidence) -> Candidate:
    """A known article after this page was found to be it, for the pages that follow in its batch."""
    fresh = as_candidate(page, candidate.article_id)
    return replace(
        fresh,
        url_keys=candidate.url_keys | fresh.url_keys,
        stated_keys=candidate.stated_keys | fresh.stated_keys,
        guid=page.guid or candidate.guid,
    )


def telling_guids(links: Iterable[tuple[str | None, str]]) -> frozenset[str]:
    """The guids of one source that name one URL key each: `links` are (guid, URL key)."""
    keys: dict[str, set[str]] = defaultdict(set)
    for guid, url_key in links:
        if guid:
            keys[guid].add(url_key)
    return frozenset(guid for guid, named in keys.items() if len(named) == 1)


def _weigh(
    page: Evidence, candidate: Candidate, *, guid_is_shared: bool
) -> tuple[float, tuple[str, ...]]:
    answered_key = page.answered_key or page.url_key
    if answered_key in candidate.url_keys and answered_key == page.url_key:
        # the page is where this article is: whatever it says now, it says as that article
        return ASKED + REDIRECT + _likeness(page, candidate)[0], ("asked",)
    statements = (
        ("redirect", REDIRECT, answered_key in candidate.url_keys),
        ("asked", ASKED, page.url_key in candidate.url_keys and not is_front_page(answered_key)),
        ("canonical", CANONICAL, _is_stated(page, candidate)),
        ("guid", GUID, bool(page.guid) and page.guid == candidate.guid and not guid_is_shared),
    )
    weight, words = _likeness(page, candidate)
    said = [name for name, _, holds in statements if holds]
    weight += sum(value for _, value, holds in statements if holds)
    return weight, (*said, *words)


def _is_stated(page: Evidence, candidate: Candidate) -> bool:
    """Whether the canonical link of the one names the other, or both name the same page."""
    keys = candidate.url_keys | candidate.stated_keys
    own = {page.url_key, page.answered_key or page.url_key}
    if _is_telling(page.canonical_key) and page.canonical_key in keys:
        return True
    return bool(own & candidate.stated_keys)


def _is_telling(canonical_key: str | None) -> bool:
    return canonical_key is not None and not is_front_page(canonical_key)


def _likeness(page: Evidence, candidate: Candidate) -> tuple[float, tuple[str, ...]]:
    """What titles and texts say, for or against."""
    is_same = page.text_digest is not None and page.text_digest == candidate.text_digest
    if is_same and len(page.shingles) >= MIN_SHINGLES:
        return SAME_TEXT, ("same text",)
    title_weight, title_words = _title_likeness(page.title, candidate.title)
    text_weight, text_words = _text_likeness(page.shingles, candidate.shingles)
    return title_weight + text_weight, (*title_words, *text_words)


def _title_likeness(one: str | None, other: str | None) -> tuple[float, tuple[str, ...]]:
    if not one or not other:
        return 0.0, ()
    if normal_text(one).casefold() == normal_text(other).casefold():
        return SAME_TITLE, ("same title",)
    words, others = set(folded_words(one)), set(folded_words(other))
    share = len(words & others) / len(words | others) if words | others else 0.0
    # a number that differs makes two of a series: "Day 4", "Quake of 5.2"
    if share >= TITLE_SIMILAR and _numbers(one) == _numbers(other):
        return SIMILAR_TITLE, ("similar title",)
    return (UNLIKE_TITLE, ("another title",)) if share <= TITLE_UNLIKE else (0.0, ())


def _numbers(text: str) -> list[str]:
    return re.findall(r"\d+", text)


def _text_likeness(one: tuple[int, ...], other: tuple[int, ...]) -> tuple[float, tuple[str, ...]]:
    smaller, larger = sorted((one, other), key=len)
    if len(smaller) < MIN_SHINGLES:
        return 0.0, ()
    share = sampled_containment(smaller, larger)
    if share >= TEXT_SIMILAR:
        return SIMILAR_TEXT, ("similar text",)
    return (UNLIKE_TEXT, ("another text",)) if share <= TEXT_UNLIKE else (0.0, ())


def _is_shared(guid: str | None, candidates: Sequence[Candidate]) -> bool:
    """Whether several articles already carry this guid: then it names none of them."""
    return guid is not None and sum(one.guid == guid for one in candidates) > 1


def _aliases(page: Evidence) -> tuple[Alias, ...]:
    """The page's own URL keys; a front page is no article's, wherever it was redirected to."""
    found = {page.url_key: "asked"}
    if page.answered_key and not is_front_page(page.answered_key):
        found.setdefault(page.answered_key, "redirect")
    if _is_telling(page.canonical_key):
        found.setdefault(page.canonical_key or "", "canonical")
    return tuple(Alias(key, known_by) for key, known_by in found.items())
