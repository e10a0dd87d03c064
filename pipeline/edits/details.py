"""Numbers, names and quotations that were changed inside sentences which otherwise stayed.

Knows pairs of sentences. Must not know how they were matched.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pipeline.edits.edit import Kind
from pipeline.edits.matching import Match, likeness
from pipeline.edits.names import Usage, names
from pipeline.edits.numbers import numbers
from pipeline.edits.units import Unit
from pipeline.text.words import folded_words

_SAME_QUOTE = 0.5
"""Share of their words that two quotations have in common to be one, edited."""

_MOST_QUOTES = 200
"""Quotations of one text that are compared with those of the other, beside those of one sentence."""


@dataclass(frozen=True, slots=True)
class Change:
    """A number, a name or a quotation before and after; one of them may be empty."""

    kind: Kind
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Told:
    """What the article's notes tell of changes."""

    has_new_note: bool
    words: frozenset[str]  # of notes that stood there before, or stand there still


def is_told(change: Change, told: Told) -> bool:
    """Whether a note tells of the change: one that came with it, or an earlier one that names it."""
    if told.has_new_note:
        return True
    if not told.words:
        return False
    sides = [folded_words(side) for side in (change.old, change.new)]
    return any(
        side and sum(word in told.words for word in side) > 0.8 * len(side) for side in sides
    )


def inside(old: str, new: str, known: Usage, *, language: str | None) -> list[Change]:
    """The numbers and names that differ between two tellings of one sentence, paired in the order they stand in."""
    changes = _paired(Kind.NUMBER, numbers(old, language=language), numbers(new, language=language))
    return changes + _paired(Kind.NAME, names(old, known), names(new, known))


def _paired(kind: Kind, old: Sequence[str], new: Sequence[str]) -> list[Change]:
    if old == new:
        return []
    gone, come = _without(old, new), _without(new, old)
    count = max(len(gone), len(come))
    gone += [""] * (count - len(gone))
    come += [""] * (count - len(come))
    return [Change(kind, one, other) for one, other in zip(gone, come, strict=True)]


def _without(items: Sequence[str], others: Sequence[str]) -> list[str]:
    left = Counter(others)
    kept = []
    for item in items:
        if left[item] > 0:
            left[item] -= 1
        else:
            kept.append(item)
    return kept


def quotations(olds: Sequence[Unit], news: Sequence[Unit], found: Sequence[Match]) -> list[Change]:
    """The quotations that are worded otherwise, in whichever sentence they stand now, and those that came or went."""
    old = [quote for unit in olds if not unit.is_note for quote in unit.quoted]
    new = [quote for unit in news if not unit.is_note for quote in unit.quoted]
    bags: dict[str, Counter[str]] = {quote: Counter(folded_words(quote)) for quote in [*old, *new]}
    spelled = {quote: " ".join(folded_words(quote)) for quote in bags}
    left_old = Counter(spelled[quote] for quote in old)
    left_new = Counter(spelled[quote] for quote in new)
    gone = _more(old, left_old, left_new, spelled)
    come = _more(new, left_new, left_old, spelled)
    if not gone and not come:
        return []
    changes = []
    for match in found:
        if match.is_same:
            continue
        mine = [quote for at in match.old for quote in olds[at].quoted if quote in gone]
        theirs = [quote for at in match.new for quote in news[at].quoted if quote in come]
        changes += _take(mine, theirs, bags, gone, come)
    changes += _take([*gone], [*come], bags, gone, come)
    changes += [Change(Kind.QUOTE, one, "") for one in gone]
    return changes + [Change(Kind.QUOTE, "", other) for other in come]


def _more(
    quotes: Sequence[str], own: Counter[str], others: Counter[str], spelled: dict[str, str]
) -> dict[str, None]:
    """The quotations that stand in this text more often than in the other, in order."""
    return {quote: None for quote in quotes if own[spelled[quote]] > others[spelled[quote]]}


def _take(
    mine: Sequence[str],
    theirs: Sequence[str],
    bags: dict[str, Counter[str]],
    gone: dict[str, None],
    come: dict[str, None],
) -> list[Change]:
    """The quotations that became others, out of those that went and came."""
    pairs = _alike(mine[:_MOST_QUOTES], theirs[:_MOST_QUOTES], bags)
    for one, other in pairs:
        del gone[one], come[other]
    return [Change(Kind.QUOTE, one, other) for one, other in pairs]


def _alike(
    gone: Sequence[str], come: Sequence[str], bags: dict[str, Counter[str]]
) -> list[tuple[str, str]]:
    """The quotations that became others, the most alike first."""
    scored = sorted(
        (-likeness(bags[one], bags[other]), at, place, one, other)
        for at, one in enumerate(dict.fromkeys(gone))
        for place, other in enumerate(dict.fromkeys(come))
    )
    pairs: list[tuple[str, str]] = []
    done: set[str] = set()
    for score, _, _, one, other in scored:
        if -score >= _SAME_QUOTE and one not in done and other not in done:
            done.update((one, other))
            pairs.append((one, other))
    return pairs


def is_same_moment(old: str | None, new: str | None) -> bool:
    """Whether two stated moments say the same: in another offset, or the day alone of it."""
    if old == new:
        return True
    if not old or not new:
        return False
    if len(old) == 10 or len(new) == 10:
        return old[:10] == new[:10]
    try:
        return datetime.fromisoformat(old) == datetime.fromisoformat(new)
    except (ValueError, TypeError):
        return False
