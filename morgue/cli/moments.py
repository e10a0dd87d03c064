"""Moments on the command line: ISO 8601 in, UTC out.

A date alone means the whole day in UTC: its first moment for "since", its last for "until"
and "as of".
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import click


def parse(text: str, *, is_end: bool = False) -> datetime:
    """The UTC moment that `text` states; a moment without a zone is UTC.

    Raises:
        ValueError: `text` is neither an ISO 8601 date nor an ISO 8601 date and time.
    """
    text = text.strip()
    try:
        day = date.fromisoformat(text)
    except ValueError:
        moment = datetime.fromisoformat(text)
    else:
        if is_end:
            day += timedelta(days=1)
        moment = datetime.combine(day, time.min, UTC)
        return moment - timedelta(milliseconds=1) if is_end else moment
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


class MomentType(click.ParamType[datetime]):
    """A date or a date and time."""

    name = "moment"

    def __init__(self, *, is_end: bool = False) -> None:
        self.is_end = is_end

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """Parse, or say which forms are understood."""
        if isinstance(value, datetime):
            return value
        try:
            return parse(str(value), is_end=self.is_end)
        except (ValueError, OverflowError):
            return self.fail(
                f"{str(value)!r} is no moment. Write 2024-05-31, 2024-05-31T14:30 (UTC) "
                "or 2024-05-31T14:30+02:00.",
                param,
                ctx,
            )


NO_END = datetime.max.replace(tzinfo=UTC)
"""What "now" stands for where the question is up to when something counts."""


class KnowledgeType(MomentType):
    """A date, a date and time, or "now"."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """Parse, with a word for no end."""
        if isinstance(value, str) and value.strip().lower() == "now":
            return NO_END
        return super().convert(value, param, ctx)


KNOWN = KnowledgeType(is_end=True)
START = MomentType()
END = MomentType(is_end=True)


def shown(moment: datetime | None) -> str:
    """A moment for people: UTC to the minute; a dash where there is none."""
    if moment is None:
        return "-"
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M") + "Z"


def lasted(span: timedelta) -> str:
    """A length of time in one or two units: "45 s", "3 min", "2 h 10 min", "5 d"."""
    seconds = max(0, round(span.total_seconds()))
    if seconds < 60:
        return f"{seconds} s"
    minutes = seconds // 60
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    return f"{hours // 24} d"


def jsonable(moment: datetime | None) -> str | None:
    """ISO 8601 in UTC for `--json`."""
    if moment is None:
        return None
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
