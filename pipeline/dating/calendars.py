"""Years counted otherwise than from Christ's: Buddhist, Japanese eras, the Chinese republic's, the Iranian calendar.

Knows arithmetic. Must not know how dates are written.
"""

from datetime import date, timedelta

_BUDDHIST = 543
_BUDDHIST_YEARS = range(2443, 2644)  # 1900 to 2100
ERAS = {
    "明治": 1867, "大正": 1911, "昭和": 1925, "平成": 1988, "令和": 2018, "民國": 1911, "民国": 1911,
}  # fmt: skip  # the year before each era's first


def common_year(year: int) -> int:
    """A year of the common era: those that are only possible as Buddhist ones are taken for such."""
    return year - _BUDDHIST if year in _BUDDHIST_YEARS else year


def of_solar_hijri(year: int, month: int, day: int) -> date:
    """A day of the Iranian calendar, by its cycle of 33 years, which holds from 1178 to 1633.

    Raises:
        ValueError: the calendar has no such day.
    """
    if not (1178 <= year <= 1633 and 1 <= month <= 12 and 1 <= day <= (31 if month <= 6 else 30)):
        raise ValueError("no such day")
    # 1 Farvardin 1375 was 20 March 1996, and 1375 was a leap year: 1, 5, 9, 13, 17, 22, 26, 30 of each 33.
    days = _days_before(year) - _days_before(1375)
    days += 31 * (month - 1) - max(0, month - 7) + day - 1
    return date(1996, 3, 20) + timedelta(days=days)


def _days_before(year: int) -> int:
    cycles, rest = divmod(year - 1, 33)
    return (
        365 * (year - 1) + 8 * cycles + sum(leap <= rest for leap in (1, 5, 9, 13, 17, 22, 26, 30))
    )
