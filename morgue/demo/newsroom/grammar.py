"""A small grammar machine: symbols in braces grow into words until none are left.

Knows how texts grow. Must not know any words.
"""

import re
from collections.abc import Callable, Mapping
from typing import Final

Roll = Callable[[], float]
Rule = str | Callable[[Roll], str]
"""Alternatives between slashes, with symbols in braces; or a function that writes the words."""

_SYMBOL: Final = re.compile(r"\{(\w+)\}")
_MOST_DEPTH: Final = 12


def alternatives(rule: str) -> tuple[str, ...]:
    """The alternatives of a rule, white space settled."""
    return tuple(words for part in rule.split("/") if (words := " ".join(part.split())))


class Grammar:
    """Rules compiled once, grown as often as wanted."""

    def __init__(self, *rules: Mapping[str, Rule]) -> None:
        merged: dict[str, Rule] = {}
        for mapping in rules:
            merged.update(mapping)
        self._writers: dict[str, Callable[[Roll], str]] = {}
        # An alternative is alternately literal text and symbol, as re.split leaves it.
        self._choices: dict[str, tuple[tuple[str, ...], ...]] = {}
        for symbol, rule in merged.items():
            if callable(rule):
                self._writers[symbol] = rule
            else:
                self._choices[symbol] = tuple(
                    tuple(_SYMBOL.split(words)) for words in alternatives(rule)
                )

    def symbols(self) -> dict[str, set[str]]:
        """Each symbol with the symbols that its rule mentions."""
        named: dict[str, set[str]] = {symbol: set() for symbol in self._writers}
        for symbol, choices in self._choices.items():
            named[symbol] = {part for parts in choices for part in parts[1::2]}
        return named

    def grow(self, symbol: str, *, roll: Roll, bound: Mapping[str, str]) -> str:
        """Words for the symbol; symbols found in `bound` stand for just that text."""
        if (words := bound.get(symbol)) is not None:
            return words
        if (writer := self._writers.get(symbol)) is not None:
            return writer(roll)
        out: list[str] = []
        self._grow(symbol, roll, bound, out, _MOST_DEPTH)
        return "".join(out)

    def _grow(
        self, symbol: str, roll: Roll, bound: Mapping[str, str], out: list[str], depth: int
    ) -> None:
        if depth == 0:
            raise RecursionError(f"the rule {symbol!r} goes round in a circle")
        choices = self._choices[symbol]
        parts = choices[int(roll() * len(choices))]
        out.append(parts[0])
        # Everything that needs no recursion is done here: this loop is most of a story's time.
        for at in range(1, len(parts), 2):
            inner = parts[at]
            if (words := bound.get(inner)) is not None:
                out.append(words)
            elif (writer := self._writers.get(inner)) is not None:
                out.append(writer(roll))
            else:
                self._grow(inner, roll, bound, out, depth - 1)
            out.append(parts[at + 1])
