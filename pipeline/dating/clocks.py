"""A moment that is stated in one offset, on the clock that its publisher shows.

Knows offsets. Must not know pages.
"""

from datetime import UTC, date, datetime, timedelta, timezone

from pipeline.reading import StatedMoment

_WIDEST = (timedelta(hours=-12), timedelta(hours=14))  # the offsets of the world's clocks
_QUARTER = timedelta(minutes=15)


def as_shown(moment: StatedMoment, shown: StatedMoment) -> StatedMoment | None:
    """A stated moment in the offset of the clock that the page shows, where that shows the same moment."""
    if "day" in (moment.precision, shown.precision):
        return None
    wall = shown.at.replace(tzinfo=UTC, second=0)
    offset = wall - moment.at.astimezone(UTC).replace(second=0)
    if offset % _QUARTER or not _WIDEST[0] <= offset <= _WIDEST[1]:
        return None
    return StatedMoment(moment.at.astimezone(timezone(offset)), moment.precision)


def on_day(moment: StatedMoment, day: date) -> StatedMoment | None:
    """A moment stated in UTC, in the offset nearest to UTC in which it lies on the day that the page shows."""
    at = moment.at
    if moment.precision == "day" or at.utcoffset() or abs((day - at.date()).days) != 1:
        return None
    midnight = datetime(at.year, at.month, at.day, tzinfo=UTC)
    if day > at.date():
        short = midnight + timedelta(days=1) - at
        offset = timedelta(hours=-(-short // timedelta(hours=1)))
    else:
        offset = -timedelta(hours=(at - midnight) // timedelta(hours=1) + 1)
    if not _WIDEST[0] <= offset <= _WIDEST[1]:
        return None
    return StatedMoment(at.astimezone(timezone(offset)), moment.precision)


def as_published(changed: StatedMoment, published: StatedMoment) -> StatedMoment:
    """A change that is stated in UTC, on the clock by which the publication is known."""
    if changed.precision == "day" or changed.at.utcoffset() or not published.at.utcoffset():
        return changed
    return StatedMoment(changed.at.astimezone(published.at.tzinfo), changed.precision)
