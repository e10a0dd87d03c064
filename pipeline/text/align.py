"""Which items of two sequences are the same and in the same order, in bounded time.

Knows sequences of anything hashable. Must not know what the items are.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from difflib import SequenceMatcher
from itertools import pairwise
from typing import NamedTuple

WORK = 1_000_000
"""Steps that one alignment may take. What is left then counts as different."""

SMALL = 2_500
"""Pairs of items that the exact but quadratic method is given at a time."""


RUN_LENGTHS = (1, 3, 9)
"""Items in a run that is looked for as rare, tried in this order."""


class Block(NamedTuple):
    """`size` items that are the same from `old` on in the one and from `new` on in the other."""

    old: int
    new: int
    size: int


class Span(NamedTuple):
    """A part of both sequences: the same items, or items of the one that the other lacks."""

    old_from: int
    old_to: int
    new_from: int
    new_to: int
    is_same: bool = False


def align(old: Sequence[Hashable], new: Sequence[Hashable], *, work: int = WORK) -> list[Block]:
    """Matching blocks, in order in both sequences, never overlapping nor adjacent.

    Common ends first, then items that occur once in each (patience diff, Bram Cohen), then, where
    there is no such item and little remains, `difflib`. Runs of items count as items where no
    single one is rare (unspaced scripts, tables).
    """
    blocks: list[Block] = []
    ranges = [Span(0, len(old), 0, len(new))]
    while ranges and work > 0:
        whole = ranges.pop()
        gap = _trim(old, new, whole, blocks)
        work -= 2 * (whole.old_to - whole.old_from + whole.new_to - whole.new_from)
        if gap.old_from == gap.old_to or gap.new_from == gap.new_to:
            continue
        anchors = _anchors(old, new, gap)
        if anchors:
            ranges.extend(_between(gap, anchors))
            continue
        pairs = (gap.old_to - gap.old_from) * (gap.new_to - gap.new_from)
        if pairs <= SMALL:
            work -= 4 * pairs
            blocks.extend(_exact(old, new, gap))
    return _joined(blocks)


def spans(old: Sequence[Hashable], new: Sequence[Hashable], *, work: int = WORK) -> Iterator[Span]:
    """Both sequences from beginning to end in spans, the same and different ones in turn."""
    old_from = new_from = 0
    for block in [*align(old, new, work=work), Block(len(old), len(new), 0)]:
        if (old_from, new_from) != (block.old, block.new):
            yield Span(old_from, block.old, new_from, block.new)
        old_from, new_from = block.old + block.size, block.new + block.size
        if block.size:
            yield Span(block.old, old_from, block.new, new_from, is_same=True)


def _trim(old: Sequence[Hashable], new: Sequence[Hashable], gap: Span, blocks: list[Block]) -> Span:
    """The gap without its common beginning and end, which become blocks."""
    old_from, old_to, new_from, new_to, _ = gap
    limit = min(old_to - old_from, new_to - new_from)
    head = 0
    while head < limit and old[old_from + head] == new[new_from + head]:
        head += 1
    tail = 0
    while tail < limit - head and old[old_to - tail - 1] == new[new_to - tail - 1]:
        tail += 1
    if head:
        blocks.append(Block(old_from, new_from, head))
    if tail:
        blocks.append(Block(old_to - tail, new_to - tail, tail))
    return Span(old_from + head, old_to - tail, new_from + head, new_to - tail)


def _anchors(old: Sequence[Hashable], new: Sequence[Hashable], gap: Span) -> list[tuple[int, int]]:
    """Where runs begin that occur once in each side of the gap: the most that keep their order."""
    for length in RUN_LENGTHS:
        old_places = _rare_runs(old, gap.old_from, gap.old_to, length=length)
        new_places = _rare_runs(new, gap.new_from, gap.new_to, length=length)
        pairs = [(at, new_places[run]) for run, at in old_places.items() if run in new_places]
        if pairs:
            return _longest_rising(pairs)
    return []


def _rare_runs(
    items: Sequence[Hashable], start: int, end: int, *, length: int
) -> dict[Hashable, int]:
    """The runs that occur once, and where, in order."""
    part = items[start:end]
    runs: list[Hashable] = [*part]
    if length > 1:
        runs = [*zip(*(part[shift:] for shift in range(length)), strict=False)]
    counts = Counter(runs)
    return {run: start + at for at, run in enumerate(runs) if counts[run] == 1}


def _longest_rising(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest subsequence in which the second number rises (patience sorting)."""
    tops: list[int] = []  # smallest last number of a rising subsequence of each length
    ends: list[int] = []  # and which pair it is
    before: list[int] = []
    for index, (_, place) in enumerate(pairs):
        pile = bisect_left(tops, place)
        before.append(ends[pile - 1] if pile else -1)
        if pile == len(tops):
            tops.append(place)
            ends.append(index)
        else:
            tops[pile] = place
            ends[pile] = index
    chain = []
    index = ends[-1] if ends else -1
    while index >= 0:
        chain.append(pairs[index])
        index = before[index]
    return chain[::-1]


def _between(gap: Span, anchors: Sequence[tuple[int, int]]) -> Iterator[Span]:
    """The gap cut before each anchor: an anchor begins its range, so that trimming takes it."""
    cuts = [(gap.old_from, gap.new_from), *anchors, (gap.old_to, gap.new_to)]
    for (old_from, new_from), (old_to, new_to) in pairwise(cuts):
        if old_from < old_to and new_from < new_to:
            yield Span(old_from, old_to, new_from, new_to)


def _exact(old: Sequence[Hashable], new: Sequence[Hashable], gap: Span) -> Iterator[Block]:
    matcher = SequenceMatcher(
        None, old[gap.old_from : gap.old_to], new[gap.new_from : gap.new_to], autojunk=False
    )
    for block in matcher.get_matching_blocks():
        if block.size:
            yield Block(gap.old_from + block.a, gap.new_from + block.b, block.size)


def _joined(blocks: list[Block]) -> list[Block]:
    """The blocks in order, those that continue each other as one."""
    joined: list[Block] = []
    for block in sorted(blocks):
        last = joined[-1] if joined else None
        if last and (last.old + last.size, last.new + last.size) == (block.old, block.new):
            joined[-1] = Block(last.old, last.new, last.size + block.size)
        else:
            joined.append(block)
    return joined
