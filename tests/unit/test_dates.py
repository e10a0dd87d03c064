from datetime import UTC, datetime

import pytest

from pipeline.dating import dates
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
        ("เผยแพร่ 2 มี.ค. 2569 09:30 น.", None, "2026-03-02T09:30:00+08:00"),
        ("2. marec 2026", "sk", "2026-03-02"),
        ("2 marca 2026 r.", "pl", "2026-03-02"),
        ("2 de março de 2026, às 9h30", "pt", "2026-03-02T09:30:00+08:00"),
        ("lunes, 2 de marzo de 2026", "es", "2026-03-02"),
        ("2 Mart 2026 Pazartesi, 09:30", "tr", "2026-03-02T09:30:00+08:00"),
        ("2 Μαρτίου 2026, 9:30 μ.μ.", "el", "2026-03-02T21:30:00+08:00"),
        ("الاثنين، 02 مارس 2026 - 09:30 م", "ar", "2026-03-02T21:30:00+08:00"),
        ("٢ مارس ٢٠٢٦", "ar", "2026-03-02"),
        ("2 كانون الثاني 2026", "ar", "2026-01-02"),
        ("2 تشرين الأول 2025", "ar", "2025-10-02"),
        ("2 במרץ 2026", "he", "2026-03-02"),
        ("11 اسفند 1404", "fa", "2026-03-02"),
        ("۱۴۰۴/۱۲/۱۱", None, "2026-03-02"),
        ("2 मार्च 2026", "hi", "2026-03-02"),
        ("০২ মার্চ ২০২৬, ০৯:৩০", "bn", "2026-03-02T09:30:00+08:00"),
        ("Thứ Hai, ngày 2 tháng 3 năm 2026", "vi", "2026-03-02"),
        ("Senin, 2 Maret 2026 09:30 WIB", "id", "2026-03-02T09:30:00+08:00"),
        ("令和8年3月2日 午後9時30分", "ja", "2026-03-02T21:30:00+08:00"),
        ("民國115年3月2日", "zh", "2026-03-02"),
        ("2026년 3월 2일 오후 9:30", "ko", "2026-03-02T21:30:00+08:00"),
        ("2026. március 2., hétfő", "hu", "2026-03-02"),
        ("2026 m. kovo 2 d.", "lt", "2026-03-02"),
        ("2026. gada 2. marts", "lv", "2026-03-02"),
        ("2. maaliskuuta 2026 klo 9.30", "fi", "2026-03-02T09:30:00+08:00"),
        ("2 листопада 2025", "uk", "2025-11-02"),
        ("2. listopada 2025.", "hr", "2025-10-02"),
        ("2 listopada 2025", "pl", "2025-11-02"),
        ("Mar 02 09:30 2026", "en", "2026-03-02T09:30:00+08:00"),
        ("March 2, 2026 - 4.34pm", "en", "2026-03-02T16:34:00+08:00"),
        ("Montag,2.März 2026", "de", "2026-03-02"),
        ("2-Mar-26", "en", "2026-03-02"),
        ("02 | 03 | 2026", "de", "2026-03-02"),
    ],
)
def test_a_stated_moment_is_read(text: str, language: str, expected: str) -> None:
    assert str(dates.parse(text, zone=PORT, language=language)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "12",
        "May",
        "2026",
        "25 ways to eat 2026 fish",
        "99.99.2026",
        "1/2",
        "31 February 2026",
        "12 March 15 people",
        "call 877-621-6572",
        "version 10.2.2026.4",
    ],
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


@pytest.mark.parametrize(
    ("is_month_first", "expected"), [(True, "2026-03-02"), (False, "2026-02-03")]
)
def test_the_order_of_day_and_month_can_be_told(*, is_month_first: bool, expected: str) -> None:
    moment = dates.parse("03/02/2026", zone=PORT, is_month_first=is_month_first)
    assert str(moment) == expected


@pytest.mark.parametrize(
    ("text", "is_ambiguous"),
    [("03/02/2026", True), ("03/28/2026", False), ("03.03.2026", False), ("2026-03-02", False)],
)
def test_two_numbers_up_to_twelve_are_ambiguous(text: str, *, is_ambiguous: bool) -> None:
    assert dates.is_ambiguous(text) is is_ambiguous


def test_points_part_the_day_first_in_america_too() -> None:
    assert str(dates.parse("03.02.2026", zone=PORT, is_month_first=True)) == "2026-02-03"


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
