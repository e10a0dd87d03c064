from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from pipeline.dating import clocks
from pipeline.reading import StatedMoment

NIGHT = StatedMoment(datetime(2026, 3, 3, 1, 48, 19, tzinfo=UTC))


def shown(*moment: int) -> StatedMoment:
    return StatedMoment(datetime(*moment, tzinfo=UTC), "minute")  # type: ignore[misc,arg-type]


def test_the_clock_shown_tells_the_offset_of_a_moment_stated_in_utc() -> None:
    local = clocks.as_shown(NIGHT, shown(2026, 3, 2, 20, 48))
    assert str(local) == "2026-03-02T20:48:19-05:00"


@pytest.mark.parametrize(
    "other",
    [shown(2026, 3, 2, 20, 41), shown(2026, 3, 5, 20, 48), StatedMoment(NIGHT.at, "day")],
)
def test_another_moment_tells_no_offset(other: StatedMoment) -> None:
    assert clocks.as_shown(NIGHT, other) is None


@pytest.mark.parametrize(
    ("at", "day", "expected"),
    [
        (NIGHT.at, date(2026, 3, 2), "2026-03-02T23:48:19-02:00"),
        (datetime(2026, 3, 2, 16, 5, tzinfo=UTC), date(2026, 3, 3), "2026-03-03T00:05:00+08:00"),
        (datetime(2026, 3, 2, 16, 0, tzinfo=UTC), date(2026, 3, 3), "2026-03-03T00:00:00+08:00"),
        (NIGHT.at, date(2026, 3, 5), "None"),
        (datetime(2026, 3, 2, 1, 0, tzinfo=UTC), date(2026, 3, 3), "None"),  # 23 hours east of UTC
        (NIGHT.at.astimezone(timezone(timedelta(hours=1))), date(2026, 3, 2), "None"),
    ],
)
def test_the_day_shown_tells_the_nearest_offset(at: datetime, day: date, expected: str) -> None:
    local = clocks.on_day(StatedMoment(at), day)
    assert str(local) == expected
    assert local is None or local.at == at


def test_a_change_is_told_by_the_clock_of_the_publication() -> None:
    published = StatedMoment(datetime(2026, 3, 2, 20, 48, tzinfo=timezone(timedelta(hours=-5))))
    assert str(clocks.as_published(NIGHT, published)) == "2026-03-02T20:48:19-05:00"
    assert clocks.as_published(published, NIGHT) is published
