"""Which rows a seal took in, as few bytes: ranges of ids, and a mark of each row. Pure.

The marks (four bytes of each leaf's hash) prove nothing: the root does. They tell which row it is that
no longer is what was sealed.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

MARK = 4

_FORMAT = 1

Range = tuple[int, int]
"""Ids from the first to the last, both included."""


@dataclass(frozen=True, slots=True)
class Members:
    """The rows of one seal."""

    form: int  # of their leaves: db.proving.leaves
    top: int  # the largest id that this seal or one before it took in
    ranges: tuple[
        Range, ...
    ]  # taken in, ascending; a row that came late is under those of earlier seals
    gaps: tuple[
        Range, ...
    ]  # ids under the top that had no row, and may have one that is committed late
    marks: bytes

    @property
    def ids(self) -> Iterator[int]:
        """The ids of the rows, in the order of their leaves."""
        for first, last in self.ranges:
            yield from range(first, last + 1)

    def mark(self, index: int) -> bytes:
        """The mark of the leaf with this number in the seal."""
        return self.marks[index * MARK : (index + 1) * MARK]


def pack(members: Members) -> bytes:
    """Members as bytes."""
    numbers = [_FORMAT, members.form, members.top]
    for ranges in (members.ranges, members.gaps):
        numbers.append(len(ranges))
        at = 0
        for first, last in ranges:
            numbers += [first - at, last - first]
            at = last
    return b"".join(map(_varint, numbers)) + members.marks


def unpack(packed: bytes) -> Members:
    """The members of `pack`.

    Raises:
        ValueError: These bytes are none, or a newer release's.
    """
    numbers = _Numbers(packed)
    if (form := numbers.next()) != _FORMAT:
        raise ValueError(f"members are written in the unknown form {form}")
    form, top = numbers.next(), numbers.next()
    ranges, gaps = _ranges(numbers), _ranges(numbers)
    marks = packed[numbers.at :]
    if len(marks) != MARK * sum(last - first + 1 for first, last in ranges):
        raise ValueError("members have not as many marks as rows")
    return Members(form, top, ranges, gaps, marks)


def ranges_of(ids: Iterable[int]) -> tuple[Range, ...]:
    """Ascending ids as ranges."""
    ranges: list[Range] = []
    for each in ids:
        if ranges and ranges[-1][1] == each - 1:
            ranges[-1] = (ranges[-1][0], each)
        else:
            ranges.append((each, each))
    return tuple(ranges)


def gaps_between(ids: Sequence[int], *, after: int) -> tuple[Range, ...]:
    """The ids over `after` and under the last of these that are none of these."""
    line = [after, *ids]
    return tuple((a + 1, b - 1) for a, b in pairwise(line) if b - a > 1)


def without(ranges: Iterable[Range], taken: Iterable[int], *, floor: int) -> tuple[Range, ...]:
    """Ranges without some ids, and without those up to the floor."""
    out = sorted(taken)
    left: list[Range] = []
    for first, last in ranges:
        start = max(first, floor + 1)
        for each in out:
            if start <= each <= last:
                if each > start:
                    left.append((start, each - 1))
                start = each + 1
        if start <= last:
            left.append((start, last))
    return tuple(left)


def merged(ranges: Iterable[Range]) -> list[Range]:
    """Ranges in order, neighbours put together."""
    whole: list[Range] = []
    for first, last in sorted(ranges):
        if whole and first <= whole[-1][1] + 1:
            whole[-1] = (whole[-1][0], max(last, whole[-1][1]))
        else:
            whole.append((first, last))
    return whole


class _Numbers:
    """Varints at the beginning of bytes, one after the other."""

    def __init__(self, packed: bytes) -> None:
        self._packed = packed
        self.at = 0

    def next(self) -> int:
        number = shift = 0
        while True:
            if self.at >= len(self._packed):
                raise ValueError("members end within a number")
            byte = self._packed[self.at]
            self.at += 1
            number |= (byte & 0x7F) << shift
            if byte < 0x80:
                return number
            shift += 7


def _ranges(numbers: _Numbers) -> tuple[Range, ...]:
    ranges = []
    at = 0
    for _ in range(numbers.next()):
        first = at + numbers.next()
        at = first + numbers.next()
        ranges.append((first, at))
    return tuple(ranges)


def _varint(number: int) -> bytes:
    out = bytearray()
    while number >= 0x80:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)
