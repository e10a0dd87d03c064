"""How much two pages of one site look like one article: titles, texts, stated moments, the shape of their URLs.

Knows what is said, and gives a weight with its words. Must not know which statements the publisher made beside it.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from pipeline import fingerprint
from pipeline.compare import normal_text
from pipeline.text.words import folded_words, is_unspaced

Weight = tuple[float, str]
"""For or against, and the words for it."""

SAME_TITLE = 0.35
SIMILAR_TITLE = 0.3
ANOTHER_NUMBER = -0.2
UNLIKE_TITLE = -0.1
"""A title alone, or with a similar text, is a recurring column; one with another number is of a series."""

TITLE_SIMILAR = 0.6
TITLE_UNLIKE = 0.2
"""Shares of words in common (Jaccard)."""

SIMILAR_TEXT = 0.4
UNLIKE_TEXT = -0.6
TEXT_SIMILAR = 0.5
"""Share of the shorter text's words that stand in the longer one in the same order."""

SURELY_SIMILAR = 0.3
"""Share of the smaller sample that the larger has too, from which nobody need align the texts."""

ALIGNED_FROM = 2
"""Shingles in common from which two texts are aligned; with fewer they are told apart without."""

MIN_SHINGLES = 4
"""A smaller sample says nothing."""

SAME_TEXT = "same text"
ANOTHER_TEXT = "another text"
ANOTHER_SUBJECT = "the same words of another subject"
SOMEWHAT_SIMILAR = "similar text"
OTHER_FACTS = "other facts"
OTHER_NUMBER = "another number in the title"
OTHER_NUMBERS = "a URL with other numbers"
"""Words for a text that is the same with its title, for one that is not, and for the issues of a column."""

SAME_BASE = 0.35
SAME_WORD = 0.005
SAME_MOST = 1.3
"""The longer a text that is the same, the less it can be boilerplate: weight with no word, of each, at most."""

NEARLY = 0.5
"""Share of the longer text from which a similar one begins to count as the same one."""

ANOTHER_FACT = 0.25
"""Taken from what a similar text weighs, for each number or name that another one has replaced."""

ANOTHER_FIGURE = 0.1
"""The same for a number, where the page is surely a later one: tolls rise."""

SUBJECT_NAMED = 2
"""Times that a text has another word throughout, which its title has too, to be of another subject."""

SAME_MOMENT = 0.4
ANOTHER_DAY = -0.25
"""Publication as both state it: to the minute, or on different days."""

NUMBERED = -0.25
"""URLs that differ in nothing but numbers, as the issues of a column do, or in the publisher's number."""

SAME_NUMBER = 0.5
NUMBER_DIGITS = 5
"""A number of so many digits in both URLs, or the same `id=`, is the publisher's own name for the article."""

SAME_SLUG = 0.3
SLUG_WORDS = 3
"""The same words at the end of both URLs, in another section."""

_HOST = re.compile(r"^[^/?]*/?")  # of a key: "news.example/2026/fire", "news.example?id=7"
_DIGITS = re.compile(r"\d+")
_NUMBER = re.compile(rf"(?<!\d)\d{{{NUMBER_DIGITS},}}(?!\d)")
_ID = re.compile(
    r"[?&]((?!(?:cat|sec|topic|tag|author|user|page|blog)\w*=)(?:p|\w{0,12}id|article|story|news)=\d+)(?=&|$)",
    re.IGNORECASE,
)
_DAY = re.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])?(?:\d{4})?")


@dataclass(frozen=True, slots=True)
class Said:
    """What a page says, as far as it is compared."""

    title: str | None = None
    text: str = ""
    text_digest: bytes | None = None  # compare.normal_digest
    shingles: tuple[int, ...] = ()
    published: str | None = None  # as stated: a day, or a moment with its offset

    @property
    def word_count(self) -> int:
        """Words of the text; of scripts without spaces, pairs of signs."""
        count = len(folded_words(self.text))
        return count // 2 if is_unspaced(self.text) else count


def of_titles(one: str | None, other: str | None, *, is_update: bool = False) -> Weight | None:
    """What two titles say; None where they say nothing.

    Args:
        one: A page's.
        other: An article's.
        is_update: Whether numbers may have changed: see `identify`.
    """
    if not one or not other:
        return None
    if normal_text(one).casefold() == normal_text(other).casefold():
        return SAME_TITLE, "same title"
    words, others = set(folded_words(one)), set(folded_words(other))
    share = len(words & others) / len(words | others) if words | others else 0.0
    if share <= TITLE_UNLIKE:
        return UNLIKE_TITLE, "another title"
    if _DIGITS.findall(one) != _DIGITS.findall(other):
        # two of a series: "Day 4", "Quake of 5.2"
        return 0.0 if is_update else ANOTHER_NUMBER, OTHER_NUMBER
    return (SIMILAR_TITLE, "similar title") if share >= TITLE_SIMILAR else None


def differ_in_numbers_alone(one: str | None, other: str | None) -> bool:
    """Whether two titles have the same words, numbers aside."""
    words, others = (
        [word for word in folded_words(title or "") if not word[0].isdigit()]
        for title in (one, other)
    )
    return bool(words) and words == others


def of_texts(
    one: Said, other: Said, *, is_close: bool = False, is_update: bool = False
) -> Weight | None:
    """What two texts say; None where they are too short.

    Args:
        one: A page.
        other: An article.
        is_close: Whether to look closely although their samples have nothing in common.
        is_update: Whether numbers may have changed: see `identify`.
    """
    smaller, larger = sorted((one.shingles, other.shingles), key=len)
    if len(smaller) < MIN_SHINGLES:
        return None
    if not is_close and len(set(smaller).intersection(larger)) < ALIGNED_FROM:
        return UNLIKE_TEXT, ANOTHER_TEXT
    same = _weight_of_words(min(one.word_count, other.word_count))
    if is_same_text(one, other):
        return same, SAME_TEXT
    common = fingerprint.common(one.text, other.text)
    if common.of_smaller < TEXT_SIMILAR:
        return UNLIKE_TEXT, ANOTHER_TEXT
    if _is_another_subject(one, other, common):
        return UNLIKE_TEXT, ANOTHER_SUBJECT
    nearly = max(0.0, (common.of_larger - NEARLY) / (1 - NEARLY))
    weight = SIMILAR_TEXT + max(0.0, same - SIMILAR_TEXT) * nearly
    if common.other_facts:
        figures = common.other_figures if is_update else 0
        against = ANOTHER_FACT * (common.other_facts - figures) + ANOTHER_FIGURE * figures
        weight = max(0.0, weight - against)
        return weight, f"similar text, {common.other_facts} {OTHER_FACTS}"
    return weight, "nearly the same text" if nearly else SOMEWHAT_SIMILAR


def _is_another_subject(one: Said, other: Said, common: fingerprint.Common) -> bool:
    """Whether one pattern was filled twice: "What the bridge needs", and each bridge of the text a granary."""
    words, others = (set(folded_words(said.title or "")) for said in (one, other))
    own, theirs = words - others, others - words
    if not own or not theirs or not common.replaced:
        return False
    is_throughout = _names(own, one, other) and _names(theirs, other, one)
    for pair, count in common.replaced.items():
        if len(pair) != 2 or not (is_throughout or count >= SUBJECT_NAMED):
            continue
        first, second = (set(folded_words(passage)) for passage in pair)
        if (first & own and second & theirs) or (first & theirs and second & own):
            return True
    return False


def _names(words: set[str], said: Said, other: Said) -> bool:
    """Whether a text names one of these words time and again, and the other never."""
    counted, in_other = Counter(folded_words(said.text)), set(folded_words(other.text))
    return any(counted[word] >= SUBJECT_NAMED for word in words - in_other)


def may_be_another_text(one: Said, other: Said) -> bool:
    """Whether two texts have to be weighed to know that one became the other. Quick."""
    smaller, larger = sorted((one.shingles, other.shingles), key=len)
    if len(smaller) < MIN_SHINGLES:
        return False
    return fingerprint.sampled_containment(smaller, larger) < SURELY_SIMILAR


def is_same_text(one: Said, other: Said) -> bool:
    """Whether title, standfirst and text are the same, and enough to say something."""
    is_same = one.text_digest is not None and one.text_digest == other.text_digest
    return is_same and len(one.shingles) >= MIN_SHINGLES


def of_moments(one: str | None, other: str | None) -> Weight | None:
    """What two stated publications say; None where one is missing, or both are of one day."""
    if not one or not other:
        return None
    if one == other:
        return (SAME_MOMENT, "published at the same moment") if "T" in one else None
    return (ANOTHER_DAY, "published on another day") if one[:10] != other[:10] else None


def of_addresses(key: str, others: Iterable[str]) -> Weight | None:
    """What the shape of a URL key says beside those of an article: the one that says most for it."""
    return max(filter(None, (_of_pair(key, other) for other in others)), default=None)


def is_own_name(name: str) -> bool:
    """Whether the last part of a path names an article: several words or a long number, unlike "amp" and "print"."""
    return name.count("-") >= SLUG_WORDS - 1 or bool(_NUMBER.search(name))


def _of_pair(key: str, other: str) -> Weight | None:
    key, other = _HOST.sub("", key), _HOST.sub("", other)  # a host's port names no article
    own, others = _numbers(key), _numbers(other)
    if own and own == others:
        return SAME_NUMBER, "the same number in the URL"
    if _DIGITS.findall(key) != _DIGITS.findall(other):
        if _DIGITS.sub("0", key) == _DIGITS.sub("0", other):
            return NUMBERED, OTHER_NUMBERS
        return (NUMBERED, "another number in the URL") if own and others else None
    slug = key.rpartition("/")[2]
    if slug.count("-") >= SLUG_WORDS - 1 and slug == other.rpartition("/")[2]:
        return SAME_SLUG, "the same words at the end of the URL"
    return None


def _weight_of_words(count: int) -> float:
    return min(SAME_MOST, SAME_BASE + SAME_WORD * count)


def _numbers(key: str) -> set[str]:
    """Numbers that name an article: long ones that are no dates, and what a parameter calls its id."""
    long = {number for number in _NUMBER.findall(key) if not _DAY.fullmatch(number)}
    return long.union(_ID.findall(key))
