"""How long a site's bodies are: learnt from the days' means. Knows logarithms of lengths, no texts."""

from collections.abc import Sequence
from math import lgamma, log, pi
from statistics import median
from typing import Any

from morgue.health.odds import Odds, log_sum

MEMORY = 40
LEAST_DAYS = 8
_TAIL = 7.0  # degrees of freedom of the law of a day's mean: heavy tails
_SHIFTS = (-2.5, -1.5, -0.8, 0.8, 1.5)
"""What a broken layout does to the logarithm of a body's length: a stub, a third, half; twice, five times."""

_LEAST_BETWEEN = 0.05
_WITHIN = 0.6  # the deviation within a day, where no day tells


class Lengths:
    """What was learnt of the length of bodies."""

    def __init__(self, days: Sequence[Sequence[Any]] = ()) -> None:
        """Begin, or go on from days that were kept: count, mean and deviation of logarithms."""
        self.kept = [list(day) for day in days]

    def learn(self, day: Sequence[Any]) -> None:
        """Take a day into account."""
        if day[0]:
            self.kept = [*self.kept[1 - MEMORY :], list(day)]

    @property
    def usual(self) -> float:
        """The usual logarithm of a length."""
        return median(day[1] for day in self.kept) if self.kept else 0.0

    def odds(self, quarters: Sequence[Sequence[Any]]) -> Odds:
        """The odds that bodies are read otherwise than they were."""
        parts = [merged(quarters[number:]) for number in range(len(quarters))]
        return tuple(self._log_odds(part) for part in parts)

    def _log_odds(self, day: Sequence[Any]) -> float:
        if not day[0] or len(self.kept) < LEAST_DAYS:
            return 0.0
        count, mean = day[0], day[1]
        within = max(self._within(), 0.1)
        usual = self.usual
        chance = within / (sum(each[0] for each in self.kept) / len(self.kept)) ** 0.5
        noise = 1.48 * median(abs(each[1] - usual) for each in self.kept)
        between = max(noise**2 - chance**2, _LEAST_BETWEEN**2) ** 0.5
        scale = (between**2 + within**2 / count) ** 0.5
        other = log_sum(_log_t((mean - usual - shift) / scale) for shift in _SHIFTS)
        return other - log(len(_SHIFTS)) - _log_t((mean - usual) / scale)

    def _within(self) -> float:
        """The usual deviation within a day."""
        found = [each[2] for each in self.kept if each[0] > 1]
        return median(found) if found else _WITHIN


def merged(parts: Sequence[Sequence[Any]]) -> tuple[int, float, float]:
    """Count, mean and deviation of several parts together."""
    count = sum(part[0] for part in parts)
    if not count:
        return 0, 0.0, 0.0
    mean = sum(part[0] * part[1] for part in parts) / count
    square = sum(part[0] * (part[2] ** 2 + (part[1] - mean) ** 2) for part in parts) / count
    return count, mean, square**0.5


def _log_t(z: float) -> float:
    """The density of Student's law."""
    norm = lgamma((_TAIL + 1) / 2) - lgamma(_TAIL / 2) - 0.5 * log(_TAIL * pi)
    return norm - (_TAIL + 1) / 2 * log(1 + z * z / _TAIL)
