"""Which article of its site a page is: weighted evidence, and the words for it.

Knows what may be stated about a page (URLs, guid, likeness). Must not know the archive: it is given the
candidates, all of one site.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from pipeline import likeness
from pipeline.likeness import Said, Weight
from pipeline.urls import is_front_page

THRESHOLD = 0.8
"""Weight from which a page is that article. No single statement of a publisher reaches it, but for a
guid where guids are known to be good."""

ASKED = 1.0
REDIRECT = 1.0
"""The URL asked, and the URL that answered, is one that this article is known to answer at."""

CANONICAL = 0.5
GUID = 0.5
"""Statements of the publisher. Alone they are not believed: one guid for all items, one canonical
link for a whole section are common mistakes."""

TELLING_GUID = 1.0
"""The same at a site whose articles are known to have guids of their own."""


BESIDE = -0.6
"""What fills the pattern of an article with other facts, and was listed before that was first seen, was there beside
it: results, lots and districts are published in one minute."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of a page before it is known which article it is."""

    url_key: str  # of the URL asked
    answered_key: str | None = None  # of the URL that answered, where that is another
    canonical_key: str | None = None
    guid: str | None = None
    said: Said = field(default_factory=Said)
    found_at: datetime | None = None  # when the URL asked was first listed
    seen_at: datetime | None = None

    @property
    def place(self) -> str:
        """The key of the URL at which the page is."""
        return self.answered_key or self.url_key

    @property
    def named_key(self) -> str | None:
        """What its canonical link names, if that can be an article: no front page, no folder that the page is in."""
        key = self.canonical_key
        return None if key is None or is_front_page(key) or _is_above(key, self.place) else key


@dataclass(frozen=True, slots=True)
class Candidate:
    """An article that the page may be, as its newest revision has it."""

    article_id: int
    url_keys: frozenset[str]  # at which it was asked for or answered
    guids: frozenset[str] = frozenset()  # its own, and those of articles merged into it
    said: Said = field(default_factory=Said)
    stated_keys: frozenset[str] = frozenset()  # that its canonical links named, never asked
    apart: frozenset[int] = frozenset()  # articles that a person has split off from it, or it from
    first_seen_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Alias:
    """A URL key to be kept for the article, and how it is known."""

    url_key: str
    evidence: str  # "asked" and "redirect": it showed the article; "canonical": it was named


@dataclass(frozen=True, slots=True)
class Identity:
    """The article that a page is, None for a new one, with the evidence and the URLs to keep."""

    article_id: int | None
    evidence: tuple[Weight, ...]  # all that was weighed, for and against
    weight: float
    aliases: tuple[Alias, ...]

    @property
    def because(self) -> str:
        """The evidence in words, as "guid +0.5, similar text +0.4"."""
        return ", ".join(f"{words} {weight:+.3g}" for weight, words in self.evidence)


def identify(
    page: Evidence, candidates: Sequence[Candidate], *, has_telling_guids: bool = False
) -> Identity:
    """The article with most weight of evidence, if that is enough; of equals the oldest.

    Candidates are all articles of the site that share a URL key, the guid or parts of the text with
    the page; others do no harm. Pages of one batch know each other if each new one is made a
    candidate at once (`as_candidate`).

    Args:
        page: What is known of the page.
        candidates: Articles of its site.
        has_telling_guids: Whether the site's articles are known to have guids of their own.
    """
    candidates = _not_kept_apart(page, candidates)
    settled = _settled(page, candidates)
    if settled is not None:
        asked = (ASKED + REDIRECT, "asked")
        return Identity(settled.article_id, (asked,), asked[0], _aliases(page))
    scale = _Scale(page, candidates, has_telling_guids=has_telling_guids)
    weighed = [(scale.weigh(one), one) for one in candidates]
    if not weighed:
        return Identity(None, (), 0.0, _aliases(page))
    found, best = max(weighed, key=lambda item: (_total(item[0]), -item[1].article_id))
    weight = round(_total(found), 3)
    if weight < THRESHOLD:
        return Identity(None, (), weight, _aliases(page))
    return Identity(best.article_id, found, weight, _aliases(page))


def as_candidate(page: Evidence, article_id: int) -> Candidate:
    """A new article as a candidate for the pages that follow in its batch."""
    stated = {page.named_key} if page.named_key else set()
    own_keys = {page.url_key, page.place}
    return Candidate(
        article_id=article_id,
        url_keys=frozenset(own_keys),
        guids=frozenset({page.guid} if page.guid else ()),
        said=page.said,
        stated_keys=frozenset(stated - own_keys),
        first_seen_at=page.seen_at,
    )


def seen_as(candidate: Candidate, page: Evidence) -> Candidate:
    """A known article after this page was found to be it, for the pages that follow in its batch."""
    fresh = as_candidate(page, candidate.article_id)
    return replace(
        candidate,
        url_keys=candidate.url_keys | fresh.url_keys,
        stated_keys=(candidate.stated_keys | fresh.stated_keys) - fresh.url_keys,
        said=page.said,
    )


def telling_guids(links: Iterable[tuple[str | None, str]]) -> frozenset[str]:
    """The guids of one source that name one URL key each: `links` are (guid, URL key)."""
    keys: dict[str, set[str]] = defaultdict(set)
    for guid, url_key in links:
        if guid:
            keys[guid].add(url_key)
    return frozenset(guid for guid, named in keys.items() if len(named) == 1)


class _Scale:
    """Weighs one page against articles, knowing which statements several of them share."""

    def __init__(
        self, page: Evidence, candidates: Sequence[Candidate], *, has_telling_guids: bool
    ) -> None:
        self._page = page
        self._answered = page.place
        self._own_keys = {page.url_key, self._answered}
        self._named = self._telling_names(candidates)
        # what several articles have alike names none of them
        has_guid = [one for one in candidates if page.guid in one.guids]
        self._guid = (TELLING_GUID if has_telling_guids else GUID) if len(has_guid) == 1 else 0.0
        alike = sum(likeness.is_same_text(page.said, one.said) for one in candidates)
        self._is_boilerplate = alike > 1

    def weigh(self, candidate: Candidate) -> tuple[Weight, ...]:
        """All that speaks for and against the page being this article."""
        said = self._statements(candidate)
        own, other = self._page.said, candidate.said
        moment = likeness.of_moments(own.published, other.published)
        is_update = self._is_update(candidate, moment)
        text = likeness.of_texts(own, other, is_close=bool(said), is_update=is_update)
        if not said and (text is None or text[0] <= 0):
            return ()  # nothing else is enough
        has_same_text = text is not None and text[1] == likeness.SAME_TEXT
        if has_same_text and self._is_boilerplate:
            text = (0.0, "a text that several articles have")
        # led here by the publisher, who need not repeat what the article said before
        is_led = any(weight >= ASKED for weight, _ in said)
        if is_led and text is not None and text[0] >= 0:
            # publishers lead readers from a text to what has become of it, other facts and all
            text = (max(text[0], likeness.SIMILAR_TEXT), text[1])
        title = likeness.of_titles(own.title, other.title, is_update=is_update)
        title = None if has_same_text else title
        if is_led and moment is not None and moment[0] < 0 and text is not None:
            text = _as_of_another_day(text)
        address = likeness.of_addresses(self._answered, candidate.url_keys)
        if is_led and address is not None and address[0] < 0:
            address = None  # that they lead elsewhere is known
        title, moment, address = _as_issues(title, moment, address)
        beside = None
        if (
            not is_led
            and _fills_a_pattern(title, text)
            and self._was_listed_later(candidate) is False
        ):
            beside = (BESIDE, "listed beside it")
            moment = moment and (min(moment[0], 0.0), moment[1])
        return (*said, *filter(None, (title, text, moment, address, beside)))

    def _was_listed_later(self, candidate: Candidate) -> bool | None:
        """Whether the page's URL was first listed when the article had been seen already; None: nobody knows."""
        found_at, first_seen_at = self._page.found_at, candidate.first_seen_at
        return None if found_at is None or first_seen_at is None else found_at > first_seen_at

    def _is_update(self, candidate: Candidate, moment: Weight | None) -> bool:
        """Whether numbers may have changed with the URL: of one minute, under one title, and listed later."""
        own, other = self._page.said, candidate.said
        return (
            moment is not None
            and moment[0] > 0
            and bool(self._was_listed_later(candidate))
            and likeness.differ_in_numbers_alone(own.title, other.title)
        )

    def _statements(self, candidate: Candidate) -> list[Weight]:
        page, answered = self._page, self._answered
        if answered in candidate.url_keys and answered == page.url_key:
            # the page is where this article is: whatever it says now, it says as that article
            return [(ASKED + REDIRECT, "asked")]
        is_asked = page.url_key in candidate.url_keys and not is_front_page(answered)
        # the guid is that of the URL asked: where that has led elsewhere, it says nothing more
        has_guid = bool(self._guid) and page.guid in candidate.guids and not is_asked
        statements = (
            (REDIRECT, "redirect", answered in candidate.url_keys),
            (ASKED, "asked", is_asked),
            (CANONICAL, "canonical", candidate.article_id in self._named),
            (self._guid, "guid", has_guid),
        )
        return [(weight, words) for weight, words, holds in statements if holds]

    def _telling_names(self, candidates: Sequence[Candidate]) -> frozenset[int]:
        """The articles of which the page's canonical link names one, or that named the page."""
        named = set()
        for key in {self._page.named_key, *self._own_keys}:
            if key is None or is_front_page(key):
                continue
            stated = {one.article_id for one in candidates if key in one.stated_keys}
            if key == self._page.named_key:
                stated |= {one.article_id for one in candidates if key in one.url_keys}
            if len(stated) == 1:
                named |= stated
        return frozenset(named)


def _settled(page: Evidence, candidates: Sequence[Candidate]) -> Candidate | None:
    """The article that is alone at the page's place and says something like it: nearly every look."""
    if page.answered_key not in {None, page.url_key}:
        return None
    there = [one for one in candidates if page.url_key in one.url_keys]
    if len(there) != 1 or likeness.may_be_another_text(page.said, there[0].said):
        return None
    return there[0]


def _not_kept_apart(page: Evidence, candidates: Sequence[Candidate]) -> Sequence[Candidate]:
    """Without those that a person has told from the article at whose URL the page was asked."""
    kept_out = {
        other for one in candidates if page.url_key in one.url_keys for other in one.apart
    } - {one.article_id for one in candidates if page.url_key in one.url_keys}
    return [one for one in candidates if one.article_id not in kept_out] if kept_out else candidates


def _as_issues(
    title: Weight | None, moment: Weight | None, address: Weight | None
) -> tuple[Weight | None, Weight | None, Weight | None]:
    """Title, moment and address, each thing that they say counted once.

    Issues of a column have one title, other numbers in their URLs, and each its day: title and day say nothing
    beside the URL. A number of the title is the number of the URL that is made of it.
    """
    if address is None or address[0] >= 0:
        return title, moment, address
    if moment is not None and moment[0] < 0:
        moment = (0.0, moment[1])
    if title is not None and address[1] == likeness.OTHER_NUMBERS:
        if title[1] == likeness.OTHER_NUMBER:
            address = (0.0, address[1])
        title = (min(title[0], 0.0), title[1])
    return title, moment, address


def _fills_a_pattern(title: Weight | None, text: Weight | None) -> bool:
    """Whether the same words stand around other numbers or names."""
    is_numbered = title is not None and title[1] == likeness.OTHER_NUMBER
    return is_numbered or (text is not None and text[1].endswith(likeness.OTHER_FACTS))


def _as_of_another_day(text: Weight) -> Weight:
    """Yesterday's live blog leads to today's, and shares its background with it."""
    if text[1] != likeness.SOMEWHAT_SIMILAR:
        return text
    return likeness.UNLIKE_TEXT, "somewhat similar text of another day"


def _total(evidence: Iterable[Weight]) -> float:
    return sum(weight for weight, _ in evidence)


def _is_above(key: str, place: str) -> bool:
    """Whether a key is of a folder with a page that has a name: "site/sport" of "site/sport/a-fine-day"."""
    folder, _, name = place.rpartition("/")
    is_inside = folder == key or folder.startswith(f"{key}/")
    return is_inside and likeness.is_own_name(name)


def _aliases(page: Evidence) -> tuple[Alias, ...]:
    """The page's own URL keys; a front page is no article's, wherever it was redirected to."""
    found = {page.url_key: "asked"}
    if page.answered_key and not is_front_page(page.answered_key):
        found.setdefault(page.answered_key, "redirect")
    if page.named_key:
        found.setdefault(page.named_key, "canonical")
    return tuple(Alias(key, known_by) for key, known_by in found.items())
