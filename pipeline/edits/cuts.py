"""Sentences of two texts, cut alike where one text runs together what the other keeps apart.

Knows units and what is equal in them. Must not know how they are matched, or which was moved.
"""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import islice

from pipeline import compare
from pipeline.edits.units import Unit, piece
from pipeline.text.words import is_unspaced

_HEAD = 2  # characters by which a unit is looked up
_MOST_ALIKE = 200  # units with one head that are tried at one place, the longest first

_Heads = dict[str, list[str]]


def cut_alike(olds: Sequence[Unit], news: Sequence[Unit]) -> tuple[list[Unit], list[Unit]]:
    """The units of both texts, those cut that are nothing but whole units of the other text in a row.

    A line without an end mark (a heading, an item of a list, a caption) is one unit with the sentence that it is put
    beside, and so is a sentence after an abbreviation; the other text tells where one ends. Nothing is cut where a
    word is left over, so an edited sentence stays one.
    """
    return _cut(olds, news), _cut(news, olds)


def _cut(units: Sequence[Unit], others: Sequence[Unit]) -> list[Unit]:
    known = Counter(unit.normal for unit in others)
    left = known - Counter(unit.normal for unit in units)
    heads = _by_head(left)
    found: list[Unit] = []
    for unit in units:
        row = [] if unit.normal in known else _row(unit.normal, left, heads)
        pieces = _pieces(unit, row)
        if pieces:
            left.subtract(row)
        found += pieces or [unit]
    return found


def _by_head(texts: Iterable[str]) -> _Heads:
    heads: defaultdict[str, list[str]] = defaultdict(list)
    for text in sorted(texts, key=lambda text: (-len(text), text)):
        heads[text[:_HEAD]].append(text)
    return heads


def _row(text: str, left: Counter[str], heads: _Heads) -> list[str]:
    """The texts that make up this one, in order, each as often as it is left; none unless they make up all of it."""
    row: list[str] = []
    used: Counter[str] = Counter()
    at = 0
    while at < len(text):
        alike = islice(heads.get(text[at : at + _HEAD], ()), _MOST_ALIKE)
        fitting = (
            one
            for one in alike
            if text.startswith(one, at)
            and used[one] < left[one]
            and not _is_within_word(text, at + len(one))
        )
        longest = next(fitting, None)
        if longest is None:
            return []
        row.append(longest)
        used[longest] += 1
        at += len(longest)
        while text[at : at + 1] == " ":
            at += 1
    return row


def _is_within_word(text: str, at: int) -> bool:
    around = text[at - 1 : at + 1]
    return len(around) > 1 and all(sign.isalnum() and not is_unspaced(sign) for sign in around)


def _pieces(unit: Unit, row: Sequence[str]) -> list[Unit]:
    """The unit cut so that its pieces are the row; none where that cannot be found in its text as it stands."""
    found: list[Unit] = []
    start = 0
    for normal in row:
        is_last = len(found) == len(row) - 1
        end = len(unit.text) if is_last else _end_of(normal, unit.text, start)
        found.append(piece(unit, start, end))
        if found[-1].normal != normal:
            return []
        start = end
    return found


def _end_of(normal: str, text: str, start: int) -> int:
    """Where what has this normal text ends, if it begins there: both grow together, so it is sought by halves."""
    reach = len(normal)
    while start + reach < len(text) and _is_short(text[start : start + reach], normal):
        reach *= 2
    ends = range(start, min(start + reach, len(text)) + 1)
    return start + bisect_left(ends, True, key=lambda end: not _is_short(text[start:end], normal))


def _is_short(text: str, normal: str) -> bool:
    return len(compare.normal_line(text)) < len(normal)
