from datetime import date

import pytest

from pipeline.dating import calendars


@pytest.mark.parametrize(
    ("solar", "expected"),
    [
        ((1357, 11, 22), date(1979, 2, 11)),
        ((1399, 1, 1), date(2020, 3, 20)),
        ((1400, 1, 1), date(2021, 3, 21)),
        ((1402, 12, 29), date(2024, 3, 19)),
        ((1403, 12, 30), date(2025, 3, 20)),
        ((1405, 6, 31), date(2026, 9, 22)),
    ],
)
def test_iranian_days_are_found(solar: tuple[int, int, int], expected: date) -> None:
    assert calendars.of_solar_hijri(*solar) == expected


@pytest.mark.parametrize("solar", [(1400, 13, 1), (1400, 7, 31), (1400, 1, 0), (2020, 1, 1)])
def test_days_that_the_iranian_calendar_has_not_are_refused(solar: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="no such day"):
        calendars.of_solar_hijri(*solar)


@pytest.mark.parametrize(("year", "expected"), [(2569, 2026), (2026, 2026), (1921, 1921)])
def test_years_only_possible_as_buddhist_are_taken_for_such(year: int, expected: int) -> None:
    assert calendars.common_year(year) == expected
