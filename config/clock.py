"""The one reader of the wall clock: every moment in Morgue is an aware UTC datetime that came from a Clock."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Says what time it is."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        ...


@dataclass(frozen=True, slots=True)
class SystemClock:
    """The wall clock, moved by a fixed offset (zero but in demos and simulations)."""

    offset: timedelta = timedelta(0)

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        return datetime.now(UTC) + self.offset


@dataclass(slots=True)
class ManualClock:
    """A clock that stands still until it is moved: for tests, and for newsrooms whose time is driven."""

    moment: datetime

    def __post_init__(self) -> None:
        if self.moment.tzinfo is None:
            raise ValueError("a clock needs an aware moment: add tzinfo=UTC")

    def now(self) -> datetime:
        """The moment that the clock stands at."""
        return self.moment

    def advance(self, by: timedelta) -> datetime:
        """Move the clock and say what it then shows."""
        self.moment += by
        return self.moment
