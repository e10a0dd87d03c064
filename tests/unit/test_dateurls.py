from datetime import date

import pytest

from pipeline.dating import dateurls

LATEST = date(2026, 3, 21)


@pytest.mark.parametrize(
    ("path", "day"),
    [
        ("/2026/03/02/pier", date(2026, 3, 2)),
        ("/news/2026/3/2/pier", date(2026, 3, 2)),
        ("/city/20260302/pier", date(2026, 3, 2)),
        ("/pier-reopens-2026-03-02.html", date(2026, 3, 2)),
        ("/news/02-03-2026/pier", date(2026, 3, 2)),
        ("/2026/03/22/pier", None),  # later than the visit
        ("/1871/03/02/pier", None),
        ("/2026/13/02/pier", None),
        ("/2026/03/pier", None),
        ("/id/2026030212", None),
    ],
)
def test_a_day_in_the_path_is_found(path: str, day: date | None) -> None:
    assert dateurls.of(f"https://www.harbour.example{path}", latest=LATEST).day == day


def test_a_month_and_a_year_are_less() -> None:
    address = dateurls.of("https://www.harbour.example/2026/03/pier", latest=LATEST)
    assert (address.day, address.month, address.year) == (None, (2026, 3), 2026)


def test_a_long_number_may_begin_with_a_day() -> None:
    address = dateurls.of("https://www.harbour.example/a/2026030212005", latest=LATEST)
    assert (address.day, address.number) == (None, date(2026, 3, 2))


def test_a_query_and_a_host_are_not_the_path() -> None:
    address = dateurls.of("https://2026-03-02.example/?d=2026/03/02", latest=LATEST)
    assert address == dateurls.AddressDate()


def test_what_is_no_address_says_nothing() -> None:
    assert dateurls.of("https://[broken/2026/03/02", latest=LATEST) == dateurls.AddressDate()
