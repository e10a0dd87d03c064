"""Whether one text was copied from another: a sample to find candidates by, an alignment to judge.

Knows words. Must not know sites, nor believe the sample: it only says whom to compare with.
"""

import hashlib
import zlib
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import accumulate, pairwise
from typing import NamedTuple

from pipeline.text.words import cased_words, folded_words, is_unspaced

VERSION = 1
"""Of the shingles and of the judgement. Raised whenever either may come out otherwise."""

SHINGLE_WORDS = 5
SHINGLE_CHARACTERS = 8
"""Length of a shingle in scripts with and without spaces between words."""

SAMPLED = 16
"""One shingle in so many is kept; a power of two."""

LEAD = 100
LEAD_SAMPLED = 4
"""Of the first shingles, which a cut copy keeps, one in so many; a power of two."""

MAX_SHINGLES = 400
MAX_WORDS = 20_000
"""Limits on what is kept of a text, and on what is read of it."""

RUN = 4
"""Words in a row that are the same in both texts before they count as found."""

REPRINTED = 0.5
"""Share of the copy's words found in the source: more than a shared background block brings."""

WHOLE = 0.8
"""Share of the source's words found in a text that holds all of it among others (a roundup)."""

MIN_WORDS = 30
MIN_WHOLE_WORDS = 60
"""A shorter copy, or a shorter source found whole, is no evidence."""

SLOT = 8
"""Words of the longest passage, between two found ones, that may be another fact in a template."""

SLOT_SHARE = 0.7
SLOTS_PER_WORD = 0.015
"""Share of replaced passages that state other facts, and their number per word, in a template."""

_PLACES = 8  # of one run in the source, tried for the longest


@dataclass(frozen=True, slots=True)
class Overlap:
    """How much of a copy stands in its source, aligned word by word."""

    containment: float  # share of the copy's words
    source_share: float  # share of the source's words
    longest_run_words: int
    evidence: tuple[str, ...] = ("text overlap",)


@dataclass(frozen=True, slots=True)
class Common:
    """What two texts have in common, as shares of their words, and where they state other facts."""

    of_smaller: float
    of_larger: float
    other_facts: int  # places between the same words where another number or name stands
    other_figures: int = 0  # of them, those where it is a number for a number
    replaced: Mapping[frozenset[str], int] = field(default_factory=dict)
    """Pairs of passages that stand for each other between the same words, casefolded, and how often."""


@dataclass(frozen=True, slots=True)
class Party:
    """One of two articles whose texts overlap."""

    url_key: str
    first_seen_at: datetime
    published_at: datetime | None = None
    is_day_only: bool = False  # published_at is the beginning of a day, not a time
    credit_key: str | None = None  # key of the URL that its credit line links to


@dataclass(frozen=True, slots=True)
class Direction:
    """Which of two parties has copied the other, and how we know."""

    copy: Party
    source: Party
    evidence: tuple[str, ...]


class _Run(NamedTuple):
    """Words that are the same from `copy` on in the one text and from `source` on in the other."""

    copy: int
    source: int
    size: int


class _Slots(NamedTuple):
    """Passages between the same words that another passage has replaced."""

    replaced: int
    stated: int  # of them, those that state other facts
    figures: int  # of these, those that are numbers alone
    words: int  # around them
    pairs: Counter[frozenset[str]]  # each passage with the one that has replaced it


def shingles(text: str) -> tuple[int, ...]:
    """A sample of the text's word shingles as signed 64-bit numbers, rising, stable for ever.

    One in 16, of the first hundred one in 4; characters instead of words in unspaced scripts. What
    two texts share, their samples share, but for the leads of different texts.
    """
    words = folded_words(text)[:MAX_WORDS]
    length = SHINGLE_CHARACTERS if is_unspaced(text) else SHINGLE_WORDS
    data = "".join(f"{word} " for word in words).encode("utf-8", "replace")
    sizes = map(
        len, words if data.isascii() else (word.encode("utf-8", "replace") for word in words)
    )
    starts = [at + index for index, at in enumerate(accumulate(sizes, initial=0))]
    spans = [*zip(starts, starts[length:], strict=False)]
    checksum = zlib.crc32
    sampled = [
        shingle
        for part, every in ((spans[:LEAD], LEAD_SAMPLED), (spans[LEAD:], SAMPLED))
        for start, end in part
        if not checksum(shingle := data[start:end]) & (every - 1)
    ]
    return tuple(sorted({_hash(shingle) for shingle in sampled})[:MAX_SHINGLES])


def sampled_containment(copy: Sequence[int], source: Sequence[int]) -> float:
    """Share of the copy's sample that the source has too: to rank candidates, not to judge."""
    return len(set(copy).intersection(source)) / len(copy) if copy else 0.0


def containment(copy_text: str, source_text: str) -> float:
    """Share of the copy's words that stand in the source in runs of at least four, 0 to 1."""
    copy, source = (folded_words(text)[:MAX_WORDS] for text in (copy_text, source_text))
    return sum(run.size for run in _runs(copy, source)) / len(copy) if copy else 0.0


def overlap(copy_text: str, source_text: str) -> Overlap | None:
    """How much of one text stands in the other, None where neither can be a copy.

    A copy has at least half of its words from the source, or holds the whole source among other
    things. Texts that fill one template with other facts are no copies. Who copied whom is another
    question: see `direction`.
    """
    copy_cased = cased_words(copy_text)[:MAX_WORDS]
    source_cased = cased_words(source_text)[:MAX_WORDS]
    if len(copy_cased) < MIN_WORDS or not source_cased:
        return None
    copy = [word.casefold() for word in copy_cased]
    source = [word.casefold() for word in source_cased]
    runs = _runs(copy, source)
    found = sum(run.size for run in runs)
    source_found = len({at for run in runs for at in range(run.source, run.source + run.size)})
    share, source_share = found / len(copy), source_found / len(source)
    is_whole = source_share >= WHOLE and len(source) >= MIN_WHOLE_WORDS
    if share < REPRINTED and not is_whole:
        return None
    if _is_template(runs, copy_cased, source_cased):
        return None
    return Overlap(round(share, 4), round(source_share, 4), max(run.size for run in runs))


def common(one_text: str, other_text: str) -> Common:
    """What two texts of one site have in common, aligned word by word."""
    one, other = sorted((cased_words(text)[:MAX_WORDS] for text in (one_text, other_text)), key=len)
    if not one:
        return Common(0.0, 0.0, 0)
    runs = _runs([word.casefold() for word in one], [word.casefold() for word in other])
    found = sum(run.size for run in runs)
    slots = _slots(runs, one, other)
    return Common(
        found / len(one), found / len(other), slots.stated, slots.figures, replaced=slots.pairs
    )


def direction(one: Party, other: Party) -> Direction:
    """Who copied whom: what a credit line links to is the source, else what was published earlier.

    A day alone does not order moments within it. Where publication says nothing, what was seen
    first is the source; at last the smaller key, so that the answer never depends on the order.
    """
    for copy, source in ((one, other), (other, one)):
        if copy.credit_key == source.url_key and source.credit_key != copy.url_key:
            return Direction(copy, source, ("link in the credit line", "text overlap"))
    if _is_earlier(one, other) or _is_earlier(other, one):
        source, copy = (one, other) if _is_earlier(one, other) else (other, one)
        return Direction(copy, source, ("text overlap", "published later"))
    source, copy = sorted((one, other), key=lambda party: (party.first_seen_at, party.url_key))
    evidence = ("seen later",) if source.first_seen_at != copy.first_seen_at else ()
    return Direction(copy, source, ("text overlap", *evidence))


def _hash(shingle: bytes) -> int:
    digest = hashlib.blake2b(shingle, digest_size=8, person=b"shingle1").digest()
    return int.from_bytes(digest, "big", signed=True)


def _runs(copy: Sequence[str], source: Sequence[str]) -> list[_Run]:
    """Stretches of the copy that stand in the source, as long as can be, in the copy's order."""
    places: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for at in range(len(source) - RUN + 1):
        known = places[tuple(source[at : at + RUN])]
        if len(known) < _PLACES:
            known.append(at)
    runs: list[_Run] = []
    at = 0
    while at <= len(copy) - RUN:
        tried = places.get(tuple(copy[at : at + RUN]), ())
        best = max((_run(copy, source, at, place) for place in tried), key=_size, default=None)
        if best:
            runs.append(best)
        at += best.size if best else 1
    return runs


def _run(copy: Sequence[str], source: Sequence[str], at: int, place: int) -> _Run:
    size = RUN
    limit = min(len(copy) - at, len(source) - place)
    while size < limit and copy[at + size] == source[place + size]:
        size += 1
    return _Run(at, place, size)


def _size(run: _Run) -> int:
    return run.size


def _is_template(runs: Sequence[_Run], copy: Sequence[str], source: Sequence[str]) -> bool:
    """Whether the texts differ as two uses of a template do: in facts between the same words."""
    slots = _slots(runs, copy, source)
    return (
        slots.replaced > 1
        and slots.stated >= SLOT_SHARE * slots.replaced
        and slots.stated >= SLOTS_PER_WORD * slots.words
    )


def _slots(runs: Sequence[_Run], copy: Sequence[str], source: Sequence[str]) -> _Slots:
    """The short passages that stand between the same words and differ."""
    replaced = stated = figures = words = 0
    pairs: Counter[frozenset[str]] = Counter()
    for run, following in pairwise(runs):
        words += run.size
        copy_gap = copy[run.copy + run.size : following.copy]
        source_gap = source[run.source + run.size : max(following.source, 0)]
        if not (0 < len(copy_gap) <= SLOT and 0 < len(source_gap) <= SLOT):
            continue
        words += len(copy_gap)
        replaced += 1
        pairs[frozenset(" ".join(gap).casefold() for gap in (copy_gap, source_gap))] += 1
        copy_facts, source_facts = _facts(copy_gap), _facts(source_gap)
        if copy_facts and source_facts and copy_facts.isdisjoint(source_facts):
            stated += 1
            figures += all(fact[0].isdigit() for fact in copy_facts | source_facts)
    return _Slots(replaced, stated, figures, words, pairs)


def _facts(words: Sequence[str]) -> set[str]:
    """Numbers, and beginnings of names: "Russian" tells no other fact than "Russia"."""
    return {
        word if word[0].isdigit() else word[:3]
        for word in words
        if word[0].isupper() or word[0].isdigit()
    }


def _is_earlier(one: Party, other: Party) -> bool:
    """Whether one was surely published before the other, as far as they state it."""
    if one.published_at is None or other.published_at is None:
        return False
    latest = one.published_at + timedelta(days=1 if one.is_day_only else 0)
    return one.published_at < other.published_at and latest <= other.published_at
