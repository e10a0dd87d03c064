"""Durations as people write them: "90s", "30m", "1h30m", "2d". Knows the spelling only."""

import re
from datetime import timedelta
from functools import lru_cache

UNITS = {"w": 604_800, "d": 86_400, "h": 3_600, "m": 60, "s": 1}
PATTERN = r"^(\d+w)?(\d+d)?(\d+h)?(\d+m)?(\d+s)?$"
LONGEST = timedelta(days=3_660)

_SPELLING = re.compile(PATTERN)


@lru_cache(maxsize=1024)
def parse(text: str) -> timedelta:
    """The duration that a text names.

    Raises:
        ValueError: The text names none, or one longer than ten years; its words are for the user.
    """
    match = _SPELLING.match(text.strip().lower()) if text.strip() else None
    if match is None or len(text) > 40:
        raise ValueError("is no duration")
    parts = [part for part in match.groups() if part]
    seconds = sum(int(part[:-1]) * UNITS[part[-1]] for part in parts)
    if seconds > LONGEST.total_seconds():
        raise ValueError("is longer than ten years")
    return timedelta(seconds=seconds)


def spell(duration: timedelta) -> str:
    """The text that names a duration, to the second: `parse(spell(d)) == d`."""
    left = int(duration.total_seconds())
    parts = []
    for unit, seconds in UNITS.items():
        if unit == "w":
            continue
        count, left = divmod(left, seconds)
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"
