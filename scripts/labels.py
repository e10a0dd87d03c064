"""Which lines of a page stand in a text that somebody says is its article.

Knows how to lay a page's lines along a text. Must not know what is learnt from it.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

_MOST_PLACES = 30  # of one run of three words that are looked at
_MOST_OFFSETS = 6  # of one line
_OVERLAP = 3  # words by which a line may begin before the one before it ends
_LONG = 12  # words of a line that may stand elsewhere than in order
_SHARE = 0.25  # of a line's words, below which a place is none


@dataclass(frozen=True, slots=True)
class _Node:
    line: int
    words: float
    before: "_Node | None"


def shares(lines: Sequence[Sequence[str]], text: Sequence[str]) -> list[float]:
    """The share of each line's words that stand in the text, the lines in order.

    Every line has candidate places in the text; of all ways to lay lines along the text in both orders the one that
    covers most words is taken, so that the second copy of a paragraph, or a menu's "World", is not the article's.

    Args:
        lines: the words of each line, in the page's order.
        text: the words of the article.
    """
    candidates = _Candidates(text)
    places = [candidates.of(line) for line in lines]
    best = _Best(len(text) + 2)
    for number, found in enumerate(places):
        added = []
        for start, end, words in found:
            score, node = best.up_to(start + _OVERLAP)
            gain = words**1.2 if words >= 3 else words / 2
            added.append((end, score + gain, _Node(number, words, node)))
        for end, score, node in added:
            best.add(end, score, node)
    share = [0.0] * len(lines)
    _, node = best.up_to(len(text) + 1)
    while node is not None:
        share[node.line] = node.words / max(len(lines[node.line]), 1)
        node = node.before
    _add_displaced(share, lines, places)
    return share


def _add_displaced(
    share: list[float], lines: Sequence[Sequence[str]], places: list[list[tuple[int, int, float]]]
) -> None:
    """Long lines that the text holds in another order than the page."""
    used = Counter(tuple(line) for line, part in zip(lines, share, strict=True) if part > 0.5)
    for number, line in enumerate(lines):
        if share[number] or len(line) < _LONG or used[tuple(line)]:
            continue
        part = max((words for _, _, words in places[number]), default=0) / len(line)
        if part >= 0.8:
            share[number] = part
            used[tuple(line)] += 1


class _Candidates:
    """Where in a text a line may stand."""

    def __init__(self, text: Sequence[str]) -> None:
        self._size = len(text)
        self._places: dict[tuple[str, ...], list[int]] = defaultdict(list)
        for length in (1, 2, 3):
            for start in range(len(text) - length + 1):
                self._places[tuple(text[start : start + length])].append(start)

    def of(self, line: Sequence[str]) -> list[tuple[int, int, float]]:
        """Start and end of each place, and how many of the line's words stand there."""
        if len(line) < 3:
            starts = self._places.get(tuple(line), [])[:20] if line else []
            return [(start, start + len(line), float(len(line))) for start in starts]
        votes: Counter[int] = Counter()
        for at in range(len(line) - 2):
            for place in self._places.get(tuple(line[at : at + 3]), ())[:_MOST_PLACES]:
                votes[place - at] += 1
        near = max(3, len(line) // 10)
        found = []
        for offset, _ in votes.most_common(_MOST_OFFSETS):
            runs = sum(count for other, count in votes.items() if abs(other - offset) <= near)
            share = min(1.0, (runs + 2) / len(line))
            if share >= _SHARE:
                found.append(
                    (max(offset, 0), min(offset + len(line), self._size), share * len(line))
                )
        return found


class _Best:
    """The best score that ends at or before a place (a Fenwick tree of maxima)."""

    def __init__(self, size: int) -> None:
        self._tree: list[tuple[float, _Node | None]] = [(0.0, None)] * (size + 1)

    def add(self, place: int, score: float, node: _Node) -> None:
        at = min(place + 1, len(self._tree) - 1)
        while at < len(self._tree):
            if score > self._tree[at][0]:
                self._tree[at] = (score, node)
            at += at & -at

    def up_to(self, place: int) -> tuple[float, _Node | None]:
        at = min(place + 1, len(self._tree) - 1)
        best: tuple[float, _Node | None] = (0.0, None)
        while at > 0:
            if self._tree[at][0] > best[0]:
                best = self._tree[at]
            at -= at & -at
        return best
