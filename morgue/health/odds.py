"""How likely counts and shares are, by what was learnt of them. Knows formulas, no site.

Shares are learnt by a filter over a grid of beta-binomial laws: each has a mean and a concentration, and a weight
that the days so far gave it. Its forecast is the mixture, whose tails are as heavy as the doubt that is left.
Counts follow a negative binomial, for articles come in bursts.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from math import exp, lgamma, log
from operator import add, mul

_MEANS = (0.002, 0.01, 0.03, 0.07, 0.14, 0.25, 0.4, 0.55, 0.7, 0.82, 0.9, 0.95, 0.98, 0.995)
_CONCENTRATIONS = {3.0: -5.0, 12.0: -2.0, 50.0: 0.0, 250.0: 0.0}
"""Each with its weight at first, as a logarithm: shares that leap from day to day are rare, and a share near none says
nothing of how it leaps."""

_GRID = tuple((mean * c, (1 - mean) * c) for mean in _MEANS for c in _CONCENTRATIONS)
_LAW_MEANS = tuple(mean for mean in _MEANS for _ in _CONCENTRATIONS)
_FIRST = tuple(weight for _ in _MEANS for weight in _CONCENTRATIONS.values())
_FORGETTING = 0.97
"""What a day's weight is a day later: a site is what it was in the last month or so."""

_FLOOR = -15.0
"""The least weight of a law, as a logarithm: what was ruled out may come true again."""


def log_sum(values: Iterable[float]) -> float:
    """The logarithm of a sum of exponentials."""
    values = tuple(values)
    top = max(values)
    return top + log(sum([exp(value - top) for value in values]))


def log_binomial(k: int, n: int, a: float, b: float) -> float:
    """Of k among n by a beta-binomial law; the binomial coefficient is left out, for it cancels in ratios."""
    return lgamma(k + a) + lgamma(n - k + b) - lgamma(n + a + b) - _norm(a, b)


@lru_cache(maxsize=4096)
def _norm(a: float, b: float) -> float:
    return lgamma(a) + lgamma(b) - lgamma(a + b)


def log_count(k: int, mean: float, spread: float) -> float:
    """Of k by a negative binomial law of that mean and of the variance mean + spread · mean²."""
    mean = max(mean, 1e-9)
    if spread < 1e-6:
        return k * log(mean) - mean - lgamma(k + 1)
    size = 1 / spread
    p = size / (size + mean)
    return lgamma(k + size) - lgamma(size) - lgamma(k + 1) + size * log(p) + k * log(1 - p)


_ODD_LAW = (1.0, 5.0)
"""Of an odd day, on which a share that is bad when it rises rose, and was well again on the next."""

_ODD_DAYS = 0.3
_OF_DAYS = 100.0  # so many odd days among so many are assumed to have been seen
_REMEMBERED = (
    0.997  # what an odd day counts for a day later: they are too rare to be forgotten in a month
)


class Share:
    """What was learnt of a share, and of how often it was odd for a day."""

    def __init__(
        self,
        weights: Sequence[float] | None = None,
        *,
        odd: tuple[float, float] = (_ODD_DAYS, _OF_DAYS),
        may_be_odd: bool = False,
    ) -> None:
        """Begin with the first weights, or go on from some (logarithms), and from odd days among days."""
        self._weights = list(weights) if weights else list(_FIRST)
        self.odd = odd
        self._may_be_odd = may_be_odd
        self._settle()

    def _settle(self) -> None:
        total = log_sum(self._weights)
        self._shares = [weight - total for weight in self._weights]
        self._known: dict[tuple[int, int, tuple[float, ...]], float] = {}
        self.mean = sum(map(mul, map(exp, self._shares), _LAW_MEANS))
        """The share that is expected."""

    @property
    def weights(self) -> list[float]:
        """What to go on from another time."""
        return [round(weight, 2) for weight in self._weights]

    def log_likelihood(self, k: int, n: int) -> float:
        """Of a day with k of n, as far as can be foretold."""
        usual = log_sum(map(add, self._shares, _log_binomials(k, n)))
        return log_sum((usual, self._log_odd(k, n))) if self._may_be_odd else usual

    def log_odds(self, k: int, n: int, alternatives: tuple[float, ...]) -> float:
        """How much likelier k of n are by one of the alternatives; a day is asked for many times until it is learnt."""
        known = self._known.get((k, n, alternatives))
        if known is None:
            other = log_sum(
                log_binomial(k, n, mean * _LOOSE, (1 - mean) * _LOOSE) for mean in alternatives
            )
            known = other - log(len(alternatives)) - self.log_likelihood(k, n)
            self._known[k, n, alternatives] = known
        return known

    def _log_odd(self, k: int, n: int) -> float:
        """Of an odd day with k of n."""
        return log(self.odd[0] / self.odd[1]) + log_binomial(k, n, *_ODD_LAW)

    def learn(self, k: int, n: int) -> None:
        """Take a day into account."""
        if not n:
            return
        seen = _log_binomials(k, n)
        if self._may_be_odd:
            is_odd = self._log_odd(k, n) > log_sum(map(add, self._shares, seen))
            count, days = self.odd
            self.odd = (count * _REMEMBERED + is_odd, days * _REMEMBERED + 1)
            self._known.clear()
            if is_odd:
                return
        weights = [
            _FORGETTING * weight + (1 - _FORGETTING) * first + each
            for weight, first, each in zip(self._weights, _FIRST, seen, strict=True)
        ]
        top = max(weights)
        self._weights = [max(weight - top, _FLOOR) for weight in weights]
        self._settle()


def _log_binomials(k: int, n: int) -> list[float]:
    """Of k among n by every law of the grid."""
    return [
        there + missing - together
        for there, missing, together in zip(_there(k), _missing(n - k), _together(n), strict=True)
    ]


@lru_cache(maxsize=2048)
def _there(k: int) -> tuple[float, ...]:
    """The part of k in the laws: rows of these are asked for over and over, pairs of k and n are not."""
    return tuple(lgamma(k + a) - lgamma(a) for a, _ in _GRID)


@lru_cache(maxsize=2048)
def _missing(rest: int) -> tuple[float, ...]:
    return tuple(lgamma(rest + b) - lgamma(b) for _, b in _GRID)


@lru_cache(maxsize=2048)
def _together(n: int) -> tuple[float, ...]:
    return tuple(lgamma(n + a + b) - lgamma(a + b) for a, b in _GRID)


Odds = tuple[float, ...]
"""For each quarter of a day: the logarithm of how much likelier what came from it on is if something broke then."""


def odds_of_share(
    counts: Sequence[int], totals: Sequence[int], share: Share, *, alternatives: Sequence[float]
) -> Odds:
    """The odds that the share has become one of the alternatives."""
    found = []
    k = n = 0
    for one, other in zip(reversed(counts), reversed(totals), strict=True):
        k, n = k + min(one, other), n + other
        found.append(share.log_odds(k, n, tuple(alternatives)) if n and alternatives else 0.0)
    return tuple(reversed(found))


_LOOSE = 20.0  # the concentration of an alternative: a broken site is not exact either
