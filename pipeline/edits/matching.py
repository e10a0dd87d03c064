"""Which sentence of a new text was which of the old one: the same, edited, moved, come or gone.

Knows sentences as strings and words. Must not know what they say. The work is bounded whatever the texts.
"""

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from pipeline.text.align import align
from pipeline.text.words import folded_words, is_unspaced

SIMILAR = 0.45
"""Share of their words that two sentences between the same neighbours have in common to be one, edited."""

SIMILAR_AFAR = 0.6
"""The same for sentences at different places, which are then edited and moved."""

_GAINED = 0.08  # by which a neighbour must make the words of a pair more alike to belong to it: merged, or split
_ALL_PAIRS = (
    10_000  # pairs that are all compared; beyond, only those that share a rare pair of words
)
_RARE = 8  # sentences in which a rare pair of words stands at most
_CANDIDATES = 12  # sentences that one is compared with then
_FEW_WORDS = 4  # of a sentence that is not looked for at other places

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Match:
    """Sentences of the old text and what became of them; one of both may be empty.

    More than one on a side: sentences that were merged, or one that was split.
    """

    old: tuple[int, ...]
    new: tuple[int, ...]
    is_same: bool = False
    is_moved: bool = False  # its order among the others has changed


class Line:
    """A sentence as matching sees it."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def bag(self) -> Counter[str]:
        """Its words; of unspaced scripts, pairs of neighbouring characters."""
        words = folded_words(self.text)
        if is_unspaced(self.text) and len(words) > 3:
            words = [one + other for one, other in pairwise(words)]
        return Counter(words)

    @cached_property
    def runs(self) -> frozenset[str]:
        """Its pairs of neighbouring words: rarer than words, and most of them outlive an edit."""
        words = folded_words(self.text)
        return frozenset(f"{one} {other}" for one, other in pairwise(words)) or frozenset(words)

    @cached_property
    def size(self) -> int:
        """How many words."""
        return self.bag.total()


def likeness(one: Counter[str], other: Counter[str]) -> float:
    """Words in common, as a share of the words of both (Dice)."""
    total = one.total() + other.total()
    return 2 * (one & other).total() / total if total else 0.0


def matches(old: Sequence[str], new: Sequence[str]) -> list[Match]:
    """Every sentence of both in one match, in the order of the new text; what went stands where it stood.

    The same sentences first, then similar ones. Those moved are they that have to be taken out so that the rest
    keeps its order: as few as possible (longest increasing subsequence), and of these the shorter ones.
    """
    olds, news = [Line(text) for text in old], [Line(text) for text in new]
    same = _same_pairs(old, new)
    pairs = same + _similar_pairs(olds, news, same)
    staying = _in_order(pairs, olds)
    found = _grouped(pairs, olds, news, same=frozenset(same), staying=staying)
    return sorted(found, key=_placer(found))


def _same_pairs(old: Sequence[str], new: Sequence[str]) -> list[Pair]:
    pairs = [
        (block.old + step, block.new + step)
        for block in align(old, new)
        for step in range(block.size)
    ]
    taken_old, taken_new = {pair[0] for pair in pairs}, {pair[1] for pair in pairs}
    places: defaultdict[str, deque[int]] = defaultdict(deque)
    for at, text in enumerate(old):
        if at not in taken_old:
            places[text].append(at)
    for at, text in enumerate(new):
        if at not in taken_new and places.get(text):
            pairs.append((places[text].popleft(), at))
    return pairs


def _similar_pairs(olds: Sequence[Line], news: Sequence[Line], same: Sequence[Pair]) -> list[Pair]:
    """The best pairs among sentences that have no equal, each in one at most."""
    taken_old, taken_new = {pair[0] for pair in same}, {pair[1] for pair in same}
    left_old = [at for at in range(len(olds)) if at not in taken_old]
    left_new = [at for at in range(len(news)) if at not in taken_new]
    if not left_old or not left_new:
        return []
    fixed = sorted(_in_order(same, olds))
    fixed_old, fixed_new = [pair[0] for pair in fixed], [pair[1] for pair in fixed]
    scored: list[tuple[float, int, int, int]] = []
    for one, other in _candidates(olds, news, left_old, left_new):
        old_gap, new_gap = bisect_left(fixed_old, one), bisect_left(fixed_new, other)
        is_afar = old_gap != new_gap
        if is_afar and min(olds[one].size, news[other].size) < _FEW_WORDS:
            continue
        least = SIMILAR_AFAR if is_afar else SIMILAR
        small, large = sorted((olds[one].size, news[other].size))
        if not small or 2 * small < least * (small + large):
            continue
        score = likeness(olds[one].bag, news[other].bag)
        if score >= least:
            scored.append((-score, abs(old_gap - new_gap), one, other))
    pairs: list[Pair] = []
    done_old: set[int] = set()
    done_new: set[int] = set()
    for _, _, one, other in sorted(scored):
        if one not in done_old and other not in done_new:
            done_old.add(one)
            done_new.add(other)
            pairs.append((one, other))
    return pairs


def _candidates(
    olds: Sequence[Line], news: Sequence[Line], left_old: Sequence[int], left_new: Sequence[int]
) -> Iterable[Pair]:
    """Pairs that may be similar: all, or those that share rare runs or stand at the same place."""
    if len(left_old) * len(left_new) <= _ALL_PAIRS:
        return [(one, other) for one in left_old for other in left_new]
    places: defaultdict[str, list[int]] = defaultdict(list)
    for one in left_old:
        for run in olds[one].runs:
            if len(places[run]) <= _RARE:
                places[run].append(one)
    found: list[Pair] = []
    for rank, other in enumerate(left_new):
        shared = Counter(
            one
            for run in news[other].runs
            if len(where := places.get(run, ())) <= _RARE
            for one in where
        )
        best = sorted(shared, key=lambda one: (-shared[one], one))[:_CANDIDATES]
        near = left_old[rank : rank + 1]
        found += [(one, other) for one in dict.fromkeys([*best, *near])]
    return found


def _in_order(pairs: Sequence[Pair], olds: Sequence[Line]) -> set[Pair]:
    """The most pairs that are in the same order in both texts; of as many, those with most words."""
    ordered = sorted(pairs)
    ends = sorted(new for _, new in ordered)
    tree: list[tuple[int, int, int]] = [(0, 0, -1)] * (
        len(ends) + 1
    )  # best chain that ends up to a place
    before: list[int] = []
    best = (0, 0, -1)
    for index, (old, new) in enumerate(ordered):
        place = bisect_right(ends, new)
        count, words, last = _best_until(tree, place - 1)
        before.append(last)
        chain = (count + 1, words + len(olds[old].text), index)
        best = max(best, chain, key=lambda one: one[:2])
        while place < len(tree):
            if chain[:2] > tree[place][:2]:
                tree[place] = chain
            place += place & -place
    kept: set[Pair] = set()
    index = best[2]
    while index >= 0:
        kept.add(ordered[index])
        index = before[index]
    return kept


def _best_until(tree: Sequence[tuple[int, int, int]], place: int) -> tuple[int, int, int]:
    best = tree[0]
    while place > 0:
        if tree[place][:2] > best[:2]:
            best = tree[place]
        place -= place & -place
    return best


@dataclass(slots=True)
class _Group:
    old: list[int]
    new: list[int]
    old_bag: Counter[str]
    new_bag: Counter[str]
    is_moved: bool


def _grouped(
    pairs: Sequence[Pair],
    olds: Sequence[Line],
    news: Sequence[Line],
    *,
    same: frozenset[Pair],
    staying: set[Pair],
) -> list[Match]:
    """The pairs as matches, with the sentences that were merged into them or split from them, and the others."""
    found = [
        Match((one,), (other,), is_same=True, is_moved=(one, other) not in staying)
        for one, other in same
    ]
    groups = [
        _Group([one], [other], olds[one].bag, news[other].bag, (one, other) not in staying)
        for one, other in sorted(pairs)
        if (one, other) not in same
    ]
    left_old = set(range(len(olds))) - {one for one, _ in pairs}
    left_new = set(range(len(news))) - {other for _, other in pairs}
    for group in groups:
        _take_neighbours(group, olds, left_old, is_old=True)
        _take_neighbours(group, news, left_new, is_old=False)
        found.append(
            Match(
                tuple(group.old),
                tuple(group.new),
                is_same=_joined(olds, group.old) == _joined(news, group.new),
                is_moved=group.is_moved,
            )
        )
    found += [Match((one,), ()) for one in left_old]
    found += [Match((), (other,)) for other in left_new]
    return found


def _take_neighbours(group: _Group, lines: Sequence[Line], left: set[int], *, is_old: bool) -> None:
    """Give a pair the sentences beside it, on one side, that make its words more alike."""
    own = group.old if is_old else group.new
    for step in (1, -1):
        at = own[-1] + 1 if step == 1 else own[0] - 1
        while at in left:
            bag = (group.old_bag if is_old else group.new_bag) + lines[at].bag
            other = group.new_bag if is_old else group.old_bag
            if likeness(bag, other) < likeness(group.old_bag, group.new_bag) + _GAINED:
                break
            left.discard(at)
            if is_old:
                group.old_bag = bag
            else:
                group.new_bag = bag
            own.insert(len(own) if step == 1 else 0, at)
            at += step


def _joined(lines: Sequence[Line], numbers: Sequence[int]) -> str:
    return "".join("".join(lines[at].text.split()) for at in numbers)


def _placer(found: Sequence[Match]) -> "_Placer":
    return _Placer(found)


class _Placer:
    """Where a match stands in a list that is read: by its new place; gone ones after what preceded them."""

    def __init__(self, found: Sequence[Match]) -> None:
        known = sorted(
            (match.old[-1], match.new[0])
            for match in found
            if match.old and match.new and not match.is_moved
        )
        self._olds = [old for old, _ in known]
        self._news = [new for _, new in known]

    def __call__(self, match: Match) -> tuple[int, int, int]:
        if match.new:
            return match.new[0], 0, 0
        before = bisect_left(self._olds, match.old[0])
        return (self._news[before - 1] if before else -1), 1, match.old[0]
