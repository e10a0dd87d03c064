"""Evidence that something broke, gathered day by day until it is enough. Knows odds, not what of.

The Shiryaev-Roberts procedure as an e-detector (Shin, Ramdas, Rinaldo 2022): what is multiplied are likelihood
ratios whose mean is at most one while all is as usual, and each day may be the one on which it broke. Whatever the
days are like, the mean number of days to a false alarm is then at least the bar that has to be reached.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from math import log
from typing import Any

from morgue.health.odds import Odds, log_sum

NEW_USUAL_DAYS = 28
"""After which what was found is how the site is now: as long as it takes to learn a site."""

_PASSING_DAYS = 1
"""What was well again by itself after so many days belongs to what is usual."""

_NOTHING = -30.0
_CALM = 0.0
_DOUBT = log(20.0)
_WELL = -log(5.0)
"""Of the odds of a day: what it takes to call a found break over."""


@dataclass(slots=True)
class Suspicion:
    """What speaks for a break, as the logarithm of a weight; learning waits while there is a doubt."""

    bar: float  # the logarithm of the weight that makes a finding
    weight: float = _NOTHING
    since: datetime | None = None  # from when most of the weight stems
    found_on: date | None = None
    waiting: list[Any] = field(default_factory=list)  # days to learn from once the doubt is gone

    def holds(self, odds: Odds) -> bool:
        """Whether it is found now, today taken into account: until a day speaks clearly against it."""
        if self.found_on is not None:
            return max(odds) > _WELL
        return self._with(odds) >= self.bar

    def is_doubt(self) -> bool:
        """Whether there is reason not to learn."""
        return self.weight > _DOUBT

    def begins(self, day: date, odds: Odds) -> datetime:
        """Since when, today taken into account."""
        today = log_sum(odds) - log(len(odds))
        if self.since is not None and self.weight + odds[0] >= today:
            return self.since
        quarter = max(range(len(odds)), key=odds.__getitem__)
        return datetime.combine(day, time(24 // len(odds) * quarter), UTC)

    def close(self, day: date, odds: Odds, observed: Any) -> list[Any]:
        """Take a whole day into account.

        Returns:
            What may be learnt from now.
        """
        since, self.weight = self.begins(day, odds), self._with(odds)
        self.since = since if self.weight > _CALM else None
        if self.found_on is None and self.weight >= self.bar:
            self.found_on = day
        if self.found_on is not None:
            return self._go_on(day, odds, observed)
        learnable = [*self.waiting, observed]
        if self.is_doubt() and len(learnable) < NEW_USUAL_DAYS:
            self.waiting = learnable
            return []
        self.waiting = []
        return learnable

    def _with(self, odds: Odds) -> float:
        """The weight with another day, on each quarter of which it may have broken; a day that says nothing is none."""
        if not any(odds):
            return self.weight
        return log_sum((self.weight + odds[0], *(each - log(len(odds)) for each in odds)))

    def _go_on(self, day: date, odds: Odds, observed: Any) -> list[Any]:
        assert self.found_on is not None
        if max(odds) <= _WELL:
            learnable = (
                [*self.waiting, observed] if len(self.waiting) <= _PASSING_DAYS else [observed]
            )
            self._forget()
            return learnable
        self.waiting.append(observed)
        if (day - self.found_on).days < NEW_USUAL_DAYS:
            return []
        learnable = list(self.waiting)
        self._forget()
        return learnable

    def _forget(self) -> None:
        self.weight, self.since, self.found_on = _NOTHING, None, None
        self.waiting.clear()

    def kept(self) -> list[Any]:
        """What to go on from another time."""
        since = self.since.isoformat() if self.since else None
        found_on = self.found_on.isoformat() if self.found_on else None
        return [round(self.weight, 3), since, found_on, self.waiting]

    @classmethod
    def again(cls, bar: float, kept: list[Any]) -> "Suspicion":
        """Go on from what was kept."""
        weight, since, found_on, waiting = kept
        return cls(
            bar,
            weight,
            datetime.fromisoformat(since) if since else None,
            date.fromisoformat(found_on) if found_on else None,
            list(waiting),
        )
