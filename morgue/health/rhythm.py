"""How many articles a site brings at what time: its level, its week, its day. Knows counts, not what is wrong.

Learnt from the last eight weeks by medians, so that neither a feast nor a burst moves it.
"""

from collections.abc import Sequence
from datetime import date
from math import log
from statistics import median
from typing import Any

from morgue.health.days import QUARTERS, Day
from morgue.health.odds import Odds, log_count, log_sum

MEMORY_DAYS = 56
LEAST_DAYS = 10
"""Before which nothing is said of a site's rhythm: fewer days have no week."""

_LEVEL_DAYS = 28
_OWN_WEEK = (
    2.0  # days of a weekday that it takes to outweigh the assumption that all days are alike
)
_SPREAD = 0.15  # of the counts of a day, assumed as if it had been seen on so many days:
_SPREAD_DAYS = 6
_QUIET_SHARE = 0.35  # of the usual count, on a feast or a strike
_QUIET_WEIGHT = 0.08  # how often such days are, at first
_SILENT_SHARE = 0.03
_SILENT_DAYS = 0.02  # days without anything that a site is assumed to have had
_DEAD_SHARE = 0.003
"""Of the usual count, where something broke: nothing, but for what comes another way."""


class Rhythm:
    """What was learnt of a site's counts."""

    def __init__(self, days: Sequence[Sequence[Any]] = ()) -> None:
        """Begin, or go on from days that were kept: ordinal, then the count of each quarter."""
        self._days = [list(day) for day in days]
        self._learnt: _Learnt | None = None

    @property
    def kept(self) -> list[list[Any]]:
        """What to go on from another time."""
        return self._days

    def learn(self, day: Sequence[Any]) -> None:
        """Take a day into account: its ordinal, then its counts."""
        self._days.append(list(day))
        oldest = self._days[-1][0] - MEMORY_DAYS
        while self._days[0][0] <= oldest:
            self._days.pop(0)
        self._learnt = None

    def expected(self, day: date, covered: Sequence[float]) -> float:
        """Articles that the covered part of a day usually brings."""
        if len(self._days) < LEAST_DAYS:
            return 0.0
        learnt = self._now()
        usual = learnt.level * learnt.week[day.weekday()]
        return float(usual * sum(s * c for s, c in zip(learnt.quarters, covered, strict=True)))

    def odds_of_silence(self, day: Day) -> Odds:
        """The odds that nothing comes any more, rather than that it is a day as any other, or a feast."""
        return tuple(self._odds_from(day, quarter) for quarter in range(QUARTERS))

    def _odds_from(self, day: Day, quarter: int) -> float:
        covered = [c if n >= quarter else 0.0 for n, c in enumerate(day.covered)]
        mean = self.expected(day.day, covered)
        if mean <= 0:
            return 0.0
        count = sum(n for n, c in zip(day.articles, covered, strict=True) if c > 0)
        learnt = self._now()
        usual = log_sum(
            log(weight) + log_count(count, mean * share, learnt.spread)
            for weight, share in learnt.kinds
        )
        return log_count(count, mean * _DEAD_SHARE, 0.0) - usual

    def _now(self) -> "_Learnt":
        if self._learnt is None:
            self._learnt = _Learnt(self._days)
        return self._learnt


class _Learnt:
    """The numbers that follow from the days that are remembered."""

    def __init__(self, days: Sequence[Sequence[Any]]) -> None:
        totals = [(date.fromordinal(day[0]).weekday(), sum(day[1:])) for day in days]
        self.week = _week(totals)
        recent = totals[-_LEVEL_DAYS:]
        self.level = median(
            total / max(self.week[weekday], 0.05) for weekday, total in recent
        ) or _mean([total for _, total in recent])
        quarters = [1.0 + sum(day[1 + part] for day in days) for part in range(QUARTERS)]
        self.quarters = [part / sum(quarters) for part in quarters]
        self.spread = self._spread(totals)
        self.kinds = self._kinds(totals)

    def _spread(self, totals: Sequence[tuple[int, int]]) -> float:
        """What of the squared deviations chance alone does not explain, relative to the mean."""
        found = []
        for weekday, total in totals:
            mean = self.level * self.week[weekday]
            if mean >= 1:
                found.append(min(((total - mean) ** 2 - mean) / mean**2, 2.0))
        seen = max(sum(found), 0.0)
        return (seen + _SPREAD * _SPREAD_DAYS) / (len(found) + _SPREAD_DAYS)

    def _kinds(self, totals: Sequence[tuple[int, int]]) -> list[tuple[float, float]]:
        """Days as any other, feasts and silent days: how often, and what share of the usual count they bring."""
        telling = [(self.level * self.week[weekday], total) for weekday, total in totals]
        telling = [(mean, total) for mean, total in telling if mean >= 3]
        silent = sum(total <= 0.05 * mean for mean, total in telling)
        quiet = sum(0.05 * mean < total <= 0.5 * mean for mean, total in telling)
        count = len(telling)
        silent_weight = (silent + _SILENT_DAYS) / (count + 20)
        quiet_weight = (quiet + _QUIET_WEIGHT * 20) / (count + 20)
        usual = max(1 - silent_weight - quiet_weight, 0.05)
        return [(usual, 1.0), (quiet_weight, _QUIET_SHARE), (silent_weight, _SILENT_SHARE)]


def _week(totals: Sequence[tuple[int, int]]) -> list[float]:
    """For each weekday its share of a usual day, drawn towards 1 where little was seen."""
    usual = _mean([total for _, total in totals]) or 1.0
    factors = []
    for weekday in range(7):
        own = [total for day, total in totals if day == weekday]
        middle = median(own) if own else 0.0
        factors.append((middle / usual * len(own) + _OWN_WEEK) / (len(own) + _OWN_WEEK))
    return factors


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0
