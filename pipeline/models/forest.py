"""Gradient-boosted oblivious trees in whole numbers: a row of features in, a score out, the same on every machine.

Knows how such a model is written down and walked. Must not know what its features mean or what is decided by it.
"""

import json
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, reduce
from importlib.resources import files
from operator import getitem, or_
from typing import Any

SCALE = 10_000
"""A score is the log-odds of the positive class in units of 1/10,000: above 0, more likely than not."""

MAX_DEPTH = 8  # a tree's leaf is addressed by one byte


@dataclass(frozen=True, slots=True)
class Forest:
    """A trained model.

    In an oblivious tree all nodes of one level ask the same question, so that a leaf's number is the answers in binary:
    with the answers of a value to all questions about its feature written as the bits of one whole number, a row is
    the OR of these numbers, and each byte of it addresses the leaf of one tree.

    A row may be given in parts: what rows have in common is then looked up once.

    (Trees as CatBoost grows them: Prokhorenkova et al., CatBoost: unbiased boosting with categorical features, 2018.)
    """

    features: tuple[str, ...]
    borders: tuple[tuple[float, ...], ...]  # by feature, ascending
    answers: tuple[tuple[int, ...], ...]  # by feature: the bits of a value above so many borders
    leaves: tuple[tuple[int, ...], ...]  # by tree
    bias: int

    def score(self, row: Sequence[float]) -> int:
        """The score of one row, in units of 1/SCALE.

        Args:
            row: a number for each of `features`, in their order; no NaN.

        Raises:
            ValueError: the row has another length.
        """
        if len(row) != len(self.features):
            raise ValueError(f"a row of {len(row)} numbers for {len(self.features)} features")
        return self.total(self.answer(row))

    def answer(self, part: Sequence[float], *, since: int = 0) -> int:
        """The answers of a row's part to all questions about its features, as bits.

        The OR of the answers of all parts is the whole row's.

        Args:
            part: numbers for some of `features` that follow each other; no NaN.
            since: the number of the first of them.
        """
        borders, answers = self.borders, self.answers
        if since or len(part) < len(borders):
            borders = borders[since : since + len(part)]
            answers = answers[since : since + len(part)]
        return reduce(or_, map(getitem, answers, map(bisect_left, borders, part)))

    def total(self, answer: int) -> int:
        """The score of a row with these answers to all questions."""
        chosen = answer.to_bytes(len(self.leaves), "little")
        return self.bias + sum(map(getitem, self.leaves, chosen))


@cache
def load(name: str) -> Forest:
    """The model of this name that ships with the program.

    Raises:
        FileNotFoundError: there is no such model.
    """
    return of(json.loads(files("pipeline").joinpath("models", f"{name}.json").read_text("utf-8")))


def of(model: dict[str, Any]) -> Forest:
    """The model that a file describes.

    Its form: `features`, names; `bias`; `trees`, each `splits` of pairs (feature number, border), the question of
    which is "is the value above the border?" and whose first is the lowest bit, and `leaves`, two to the power of
    its splits.

    Raises:
        ValueError: a tree is deeper than MAX_DEPTH or has not as many leaves as its splits ask for.
    """
    count = len(model["features"])
    asked: list[dict[float, int]] = [{} for _ in range(count)]
    leaves = []
    for number, tree in enumerate(model["trees"]):
        if len(tree["splits"]) > MAX_DEPTH or len(tree["leaves"]) != 2 ** len(tree["splits"]):
            raise ValueError(
                f"tree {number} has {len(tree['leaves'])} leaves for {len(tree['splits'])} splits"
            )
        for level, (feature, border) in enumerate(tree["splits"]):
            asked[feature][border] = asked[feature].get(border, 0) | 1 << (8 * number + level)
        leaves.append(tuple(tree["leaves"]))
    borders = tuple(tuple(sorted(questions)) for questions in asked)
    return Forest(
        features=tuple(model["features"]),
        borders=borders,
        answers=tuple(_running(questions, b) for questions, b in zip(asked, borders, strict=True)),
        leaves=tuple(leaves),
        bias=model["bias"],
    )


def _running(questions: dict[float, int], borders: Sequence[float]) -> tuple[int, ...]:
    """The bits of a value that is above none of the borders, above the first, above two, and so on."""
    bits = [0]
    for border in borders:
        bits.append(bits[-1] | questions[border])
    return tuple(bits)
