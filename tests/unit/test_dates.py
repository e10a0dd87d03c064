from datetime import UTC, datetime

import pytest

from pipeline import dates
from pipeline.reading import StatedMoment

PORT = dates.zone_of("Asia/Shanghai")


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("2026-03-02T09:30:15+01:00", "en", "2026-03-02T09:30:15+01:00"),
        ("2026-03-02T09:30:15.123Z", "en", "2026-03-02T09:30:15+00:00"),
        ("2026-03-02T09:30:15+0100", "en", "2026-03-02T09:30:15+01:00"),
        ("2026-03-02 09:30", "en", "2026-03-02T09:30:00+08:00"),
        ("2026-03-02", "en", "2026-03-02"),
        ("20260302", "en", "2026-03-02"),
        ("1772443815", "en", "2026-03-02T09:30:15+00:00"),
        ("1772443815000", "en", "2026-03-02T09:30:15+00:00"),
        ("Mon, 02 Mar 2026 09:30:15 GMT", "en", "2026-03-02T09:30:15+00:00"),
        ("Mon Mar 02 2026 09:30:15 GMT+0800 (CST)", "en", "2026-03-02T09:30:15+08:00"),
        ("Published: Mar 2, 2026 11:32 PM", "en", "2026-03-02T23:32:00+08:00"),
        ("March 2nd, 2026 at 12:05 a.m. EST", "en", "2026-03-02T00:05:00-05:00"),
        ("Updated 9:02 AM ET, Mon March 2, 2026", "en", "2026-03-02T09:02:00-05:00"),
        ("2 March 2026", "en", "2026-03-02"),
        ("02.03.2026, 9:30 Uhr", "de", "2026-03-02T09:30:00+08:00"),
        ("2. März 2026", "de", "2026-03-02"),
        ("2 mars 2026 à 9h30", "fr", "2026-03-02T09:30:00+08:00"),
        ("2 марта 2026, 09:30", "ru", "2026-03-02T09:30:00+08:00"),
        ("2026年3月2日 09:30", "zh", "2026-03-02T09:30:00+08:00"),
        ("2 มีนาคม 2569", "th", "2026-03-02"),
    ],
)
def test_a_stated_moment_is_read(text: str, language: str, expected: str) -> None:
    assert str(dates.parse(text, zone=PORT, language=language)) == expected


@pytest.mark.parametrize(
    "text", ["", "a", "12", "May", "2026", "25 ways to eat 2026 fish", "99.99.2026", "1/2"]
)
def test_what_is_no_date_is_none(text: str) -> None:
    assert dates.parse(text, zone=PORT, language="en") is None


def test_bare_numbers_for_people_are_no_dates() -> None:
    assert dates.parse("20260302", zone=PORT, language="en", is_prose=True) is None


@pytest.mark.parametrize(
    ("zone", "expected"), [("America/New_York", "2026-03-02"), ("Europe/London", "2026-02-03")]
)
def test_day_and_month_stand_as_the_country_writes_them(zone: str, expected: str) -> None:
    assert str(dates.parse("03/02/2026", zone=dates.zone_of(zone), language="en")) == expected


def test_a_number_above_twelve_is_the_day() -> None:
    assert str(dates.parse("03/28/2026", zone=PORT, language="fr")) == "2026-03-28"


def test_the_sites_own_format_is_tried_first() -> None:
    moment = dates.parse("02-03-26 23h", zone=PORT, formats=("%d-%m-%y %Hh",))
    assert str(moment) == "2026-03-02T23:00:00+08:00"


def test_only_a_day_stays_a_day() -> None:
    moment = dates.parse("Mar 2, 2026", zone=PORT, language="en")
    assert moment is not None
    assert moment.precision == "day"


def test_an_unknown_zone_is_utc() -> None:
    assert dates.zone_of("Atlantis/Port") is UTC
    assert dates.zone_of(None).utcoffset(datetime(2026, 1, 1, tzinfo=UTC)) == UTC.utcoffset(None)


@pytest.mark.parametrize(
    ("at", "is_plausible"),
    [
        (datetime(2026, 3, 2, 23, tzinfo=UTC), True),
        (datetime(2026, 3, 5, tzinfo=UTC), False),
        (datetime(1970, 1, 1, tzinfo=UTC), False),
        (datetime(1, 1, 1, tzinfo=UTC), False),
        (datetime(1921, 5, 1, tzinfo=UTC), True),
    ],
)
def test_no_article_is_from_the_future_or_from_before_newspapers(
    at: datetime, *, is_plausible: bool
) -> None:
    fetched_at = datetime(2026, 3, 2, 12, tzinfo=UTC)
    assert dates.is_plausible(StatedMoment(at), fetched_at=fetched_at) is is_plausible
