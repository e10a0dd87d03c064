"""Repeatable chance: the same seed and the same words give the same rolls on every machine.

Knows nothing of news.
"""

from collections.abc import Callable, Sequence
from hashlib import blake2b
from random import Random
from typing import TypeVar

T = TypeVar("T")


def roll_for(*key: object) -> Callable[[], float]:
    """A source of numbers in [0, 1) that depends on the key alone."""
    digest = blake2b(repr(key).encode(), digest_size=8).digest()
    # Fiction, not cryptography: what counts is that it can be repeated.
    return Random(int.from_bytes(digest, "big")).random  # noqa: S311


def pick(roll: Callable[[], float], choices: Sequence[T]) -> T:
    """One of the choices."""
    return choices[int(roll() * len(choices))]


def between(roll: Callable[[], float], low: int, high: int) -> int:
    """A whole number from low to high, both included."""
    return low + int(roll() * (high - low + 1))


def token(*key: object, size: int = 16) -> str:
    """Hexadecimal digits that depend on the key alone; size in bytes, 64 at most."""
    return blake2b(repr(key).encode(), digest_size=size).hexdigest()
