"""Hash trees as RFC 6962 has them (section 2.1): append, root, proofs. Pure: knows no row and no table.

A leaf is SHA-256(0x00 || what it says), a node SHA-256(0x01 || left || right); a tree of n leaves has
the largest power of two under n to its left. That shape is what makes the tree of yesterday a part of
today's, and a proof a handful of hashes.
"""

from collections.abc import Iterable, Sequence
from hashlib import sha256

EMPTY = sha256(b"").digest()
"""The root of a tree without leaves."""

_HASH = 32


def leaf(said: bytes) -> bytes:
    """The hash of a leaf that says this."""
    return sha256(b"\0" + said).digest()


def node(left: bytes, right: bytes) -> bytes:
    """The hash of a node over two others."""
    return sha256(b"\1" + left + right).digest()


class Frontier:
    """What of a tree has to be kept to append to it: the roots of its whole subtrees, largest first."""

    def __init__(self, size: int = 0, packed: bytes = b"") -> None:
        if len(packed) != _HASH * size.bit_count():
            raise ValueError(f"a tree of {size} leaves has {size.bit_count()} whole subtrees")
        self.size = size
        self._roots = [packed[at : at + _HASH] for at in range(0, len(packed), _HASH)]

    def extend(self, leaves: Iterable[bytes]) -> None:
        """Append hashes of leaves."""
        for each in leaves:
            merged, rest = each, self.size
            while rest & 1:
                merged = node(self._roots.pop(), merged)
                rest >>= 1
            self._roots.append(merged)
            self.size += 1

    @property
    def packed(self) -> bytes:
        """The roots, end to end."""
        return b"".join(self._roots)

    @property
    def root(self) -> bytes:
        """The root of the whole tree."""
        if not self._roots:
            return EMPTY
        *others, root = self._roots
        for left in reversed(others):
            root = node(left, root)
        return root


def root_of(leaves: Sequence[bytes]) -> bytes:
    """The root of the tree of these leaves' hashes."""
    tree = Frontier()
    tree.extend(leaves)
    return tree.root


def inclusion(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """The proof that the leaf at `index` is in the tree (RFC 6962, 2.1.1), nearest hash first."""
    if not 0 <= index < len(leaves):
        raise ValueError(f"there is no leaf {index} in a tree of {len(leaves)}")
    if len(leaves) == 1:
        return []
    split = _split(len(leaves))
    if index < split:
        return [*inclusion(leaves[:split], index), root_of(leaves[split:])]
    return [*inclusion(leaves[split:], index - split), root_of(leaves[:split])]


def includes(root: bytes, size: int, *, leaf: bytes, index: int, proof: Sequence[bytes]) -> bool:
    """Whether the proof shows this leaf at `index` of the tree (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    at, last, found = index, size - 1, leaf
    for each in proof:
        if last == 0:
            return False
        if at & 1 or at == last:
            found = node(each, found)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            found = node(found, each)
        at, last = at >> 1, last >> 1
    return last == 0 and found == root


def consistency(leaves: Sequence[bytes], size: int) -> list[bytes]:
    """The proof that the tree of the first `size` leaves is a part of this one (RFC 6962, 2.1.2)."""
    if not 0 < size <= len(leaves):
        raise ValueError(f"a tree of {len(leaves)} has no earlier one of {size}")
    return _consistency(leaves, size, is_whole=True)


def is_consistent(
    earlier: tuple[int, bytes], later: tuple[int, bytes], proof: Sequence[bytes]
) -> bool:
    """Whether the proof shows that a tree, by size and root, is a part of another (RFC 9162, 2.1.4.2)."""
    (size, root), (later_size, later_root) = earlier, later
    if not 0 < size <= later_size:
        return False
    if size == later_size:
        return not proof and root == later_root
    path = list(proof) if size & (size - 1) else [root, *proof]
    if not path:
        return False
    at, last = size - 1, later_size - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    old = new = path[0]
    for each in path[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            old, new = node(each, old), node(each, new)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            new = node(new, each)
        at, last = at >> 1, last >> 1
    return last == 0 and old == root and new == later_root


def _consistency(leaves: Sequence[bytes], size: int, *, is_whole: bool) -> list[bytes]:
    if size == len(leaves):
        return [] if is_whole else [root_of(leaves)]
    split = _split(len(leaves))
    if size <= split:
        return [
            *_consistency(leaves[:split], size, is_whole=is_whole),
            root_of(leaves[split:]),
        ]
    return [*_consistency(leaves[split:], size - split, is_whole=False), root_of(leaves[:split])]


def _split(size: int) -> int:
    """The largest power of two under `size`."""
    return 1 << ((size - 1).bit_length() - 1)
