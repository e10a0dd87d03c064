"""What addresses and dates say of a period of a site's past."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from crawler.sources import dated_pages
from crawler.sources.period import Period, Span, is_outside, span_named, spans_named, why_not
from db.archiving.entries import FoundLink

MAY = Period(date(2026, 5, 10), date(2026, 5, 20), ZoneInfo("Asia/Singapore"))


def day(month: int, number: int) -> date:
    return date(2026, month, number)


@pytest.mark.parametrize(
    ("address", "first", "last"),
    [
        ("https://a.example/sitemap-2026-05-12.xml", day(5, 12), day(5, 12)),
        ("https://a.example/sitemaps/2026/05/12/all.xml", day(5, 12), day(5, 12)),
        ("https://a.example/sitemap_20260512.xml.gz", day(5, 12), day(5, 12)),
        ("https://a.example/sitemap.xml?yyyy=2026&mm=05&dd=12", day(5, 12), day(5, 12)),
        ("https://a.example/sitemap.xml?year=2026&month=5", day(5, 1), day(5, 31)),
        ("https://a.example/sitemap-2026-05.xml", day(5, 1), day(5, 31)),
        ("https://a.example/sitemap-2026-02-1.xml", day(2, 1), day(2, 28)),
        ("https://a.example/sitemap-202605.xml", day(5, 1), day(5, 31)),
        ("https://a.example/archive/2026/", day(1, 1), day(12, 31)),
        ("https://a.example/map_2026-05-01_2026-05-07.xml", day(5, 1), day(5, 7)),
    ],
)
def test_an_address_names_its_days(address: str, first: date, last: date) -> None:
    assert span_named(address) == Span(first, last)


@pytest.mark.parametrize(
    "address",
    [
        "https://a.example/sitemap-12.xml",
        "https://a.example/post-sitemap1999999.xml",
        "https://a.example/sitemap.xml?yyyy=0000",
        "https://a.example/sitemap-20261399.xml",
        "http://[/2026/05/12",
    ],
)
def test_an_address_without_days_may_be_of_any(address: str) -> None:
    assert span_named(address) is None


def test_where_lists_of_a_month_are_numbered_a_number_is_no_day() -> None:
    numbered = [f"https://a.example/s-2026-05-{part}.xml" for part in (1, 2, 12)]
    assert set(spans_named(numbered).values()) == {Span(day(5, 1), day(5, 31))}
    days = [f"https://a.example/s-2026-05-{part:02}.xml" for part in (1, 2, 12)]
    assert spans_named(days)[days[2]] == Span(day(5, 12), day(5, 12))


def test_a_list_is_left_out_only_where_it_cannot_have_anything_of_the_period() -> None:
    assert "is of 2026-05-22" in why_not(None, span=Span(day(5, 22), day(5, 22)), period=MAY)
    assert why_not(None, span=Span(day(5, 21), day(5, 21)), period=MAY) == ""  # another zone
    assert why_not(None, span=Span(day(5, 1), day(5, 31)), period=MAY) == ""
    changed = datetime(2026, 5, 1, tzinfo=UTC)
    assert "last changed on 2026-05-01" in why_not(changed, span=None, period=MAY)
    assert why_not(datetime(2026, 9, 1, tzinfo=UTC), span=None, period=MAY) == ""


@pytest.mark.parametrize(
    ("path", "stated", "changed", "outside"),
    [
        ("a", None, None, False),
        ("a", datetime(2026, 5, 9, 18, tzinfo=UTC), None, False),  # the 10th in Singapore
        ("a", datetime(2026, 5, 1, tzinfo=UTC), None, True),
        ("2026/05/12/a", None, datetime(2026, 9, 1, tzinfo=UTC), False),
        ("2026/06/12/a", None, None, True),
        ("2026/04/a", None, None, True),
        ("a", None, datetime(2026, 5, 1, tzinfo=UTC), True),
        ("a", None, datetime(2026, 9, 1, tzinfo=UTC), False),  # it may have been changed since
    ],
)
def test_a_page_is_left_out_by_what_is_said_of_it(
    path: str, stated: datetime | None, changed: datetime | None, *, outside: bool
) -> None:
    url = f"https://a.example/{path}"
    found = FoundLink(url, url, published_at=stated, modified_at=changed)
    assert is_outside(found, period=MAY, today=date(2026, 10, 1)) is outside


def test_a_pattern_becomes_the_pages_of_its_days_the_latest_first() -> None:
    pattern = "https://a.example/{yyyy}/{mm}/{d}?p={page}"
    found = list(dated_pages.addresses(pattern, first=day(2, 28), last=day(3, 2)))
    assert found == [f"https://a.example/2026/{end}?p=1" for end in ("03/2", "03/1", "02/28")]
    assert dated_pages.next_page(pattern, found[0]) == "https://a.example/2026/03/2?p=2"
    end = found[0].replace("p=1", f"p={dated_pages.MAX_PAGES}")
    assert dated_pages.next_page(pattern, end) is None


def test_a_pattern_of_months_has_one_page_a_month() -> None:
    pattern = "https://a.example/{yyyy}-{mm}/"
    found = list(dated_pages.addresses(pattern, first=date(2025, 12, 31), last=day(2, 1)))
    assert found == [f"https://a.example/{month}/" for month in ("2026-02", "2026-01", "2025-12")]
    assert dated_pages.next_page(pattern, found[0]) is None
