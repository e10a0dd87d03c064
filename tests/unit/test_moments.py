import json
from datetime import UTC, datetime
from typing import Any

import pytest

from config.site import SiteConfig
from pipeline import read
from pipeline.dating import datestatements
from pipeline.reading import Reading

URL = "https://www.harbour.example/city/pier-reopens"
DATED_URL = "https://www.harbour.example/2026/03/02/pier-reopens"
FETCHED_AT = datetime(2026, 3, 20, 8, tzinfo=UTC)
ONE = "The harbour council met on Tuesday to discuss the new pier, which had been closed since the storm of last winter."
TWO = "Repairs took longer than planned because the piles had to be brought from the north by ship, the mayor said."
BODY = f"<p>{ONE}</p><p>{TWO}</p>" * 3


def page(head: str = "", *, above: str = "", below: str = "", after: str = "") -> bytes:
    return (
        f"<html lang='en'><head><title>Pier reopens to walkers</title>{head}</head><body>"
        f"<header><b>Harbour Post</b></header><main><article>{above}<h1>Pier reopens to walkers</h1>{below}"
        f"<div class='body'>{BODY}</div></article></main>{after}</body></html>"
    ).encode()


def linked(**members: str) -> str:
    node = {"@context": "https://schema.org", "@type": "NewsArticle"} | members
    return f'<script type="application/ld+json">{json.dumps(node)}</script>'


def read_page(body: bytes, *, url: str = URL, zone: str = "UTC", **more: Any) -> Reading:
    site = SiteConfig(
        name="harbour", title="Harbour Post", home="https://www.harbour.example/", time_zone=zone
    )
    return read.read(body, url=url, site=site, fetched_at=FETCHED_AT, **more)


def published(body: bytes, **more: Any) -> tuple[str, str | None]:
    reading = read_page(body, **more)
    return str(reading.published), reading.readers.get("published")


def test_what_is_stated_and_in_the_address_is_settled() -> None:
    body = page(linked(datePublished="2026-03-02T09:30:00+01:00"))
    assert published(body, url=DATED_URL) == ("2026-03-02T09:30:00+01:00", "json-ld")


def test_a_moment_in_utc_is_told_by_the_clock_that_the_page_shows() -> None:
    body = page(
        linked(datePublished="2026-03-03T01:48:19Z", dateModified="2026-03-03T15:54:00Z"),
        below="<p class='dateline'>PUBLISHED: March 2, 2026 at 8:48 p.m.</p>",
    )
    reading = read_page(body)
    assert str(reading.published) == "2026-03-02T20:48:19-05:00"
    assert str(reading.modified) == "2026-03-03T10:54:00-05:00"


def test_a_moment_in_utc_lies_on_the_day_of_the_address() -> None:
    body = page(linked(datePublished="2026-03-03T01:48:19Z"))
    assert published(body, url=DATED_URL)[0] == "2026-03-02T23:48:19-02:00"


def test_a_moment_in_the_publishers_own_offset_keeps_its_day_beside_a_printed_issues() -> None:
    body = page(
        linked(datePublished="2026-03-01T19:30:00+01:00"),
        above="<p class='issue'>Issue of <span class='date'>2 March 2026</span></p>",
    )
    assert published(body) == ("2026-03-01T19:30:00+01:00", "json-ld")


def test_the_day_of_a_change_is_not_that_of_publication() -> None:
    body = page(
        linked(datePublished="2026-03-02T13:23:00+01:00", dateModified="2026-03-05T19:49:50+01:00"),
        below="<div class='meta'>By Ada Lund <span>Updated <time>19:49, 5 Mar 2026</time></span></div>",
    )
    reading = read_page(body)
    assert str(reading.published) == "2026-03-02T13:23:00+01:00"
    assert str(reading.modified) == "2026-03-05T19:49:50+01:00"


def test_the_feed_confirms_and_stands_in() -> None:
    feed = datetime(2026, 3, 2, 8, 31, tzinfo=UTC)
    body = page(linked(datePublished="2026-03-02T09:30:00+01:00"))
    assert published(body, feed_published=feed) == ("2026-03-02T09:30:00+01:00", "json-ld")
    assert published(page(), feed_published=feed) == ("2026-03-02T08:31:00+00:00", "feed")


@pytest.mark.parametrize(
    ("below", "expected"),
    [
        ("<p class='date'>2 March 2026, 09:30</p>", "2026-03-02T09:30:00+01:00"),
        ("<time datetime='2026-03-02T08:30:00Z'>today</time>", "2026-03-02T08:30:00+00:00"),
        ("<p>Publisert <span class='dato'>02.03.2026</span></p>", "2026-03-02"),
        ("<p class='byline'>Av Ada Lund</p><p class='date'>2. mars 2026</p>", "2026-03-02"),
    ],
)
def test_what_is_shown_below_the_headline_is_the_date(below: str, expected: str) -> None:
    assert published(page(below=below), zone="Europe/Oslo") == (expected, "page")


def test_other_articles_comments_and_copyright_lines_give_no_date() -> None:
    after = (
        "<aside class='related'><h3>Related</h3><p class='date'>9 March 2026</p></aside>"
        "<footer>© 10 March 2026 Harbour Post</footer>"
    )
    body = page(below="<p class='date'>2 March 2026</p>", after=after)
    assert published(body)[0] == "2026-03-02"


def test_the_clock_of_the_visit_is_no_date() -> None:
    above = "<div id='now'>Friday 20 March 2026 10:12</div>"
    assert published(page(above=above))[0] == "None"


def test_the_day_of_the_visit_below_the_headline_is_the_date() -> None:
    assert published(page(below="<p class='date'>20 March 2026</p>"))[0] == "2026-03-20"


def test_nothing_later_than_the_visit_is_believed() -> None:
    body = page(
        linked(datePublished="2031-03-02T09:30:00Z"), below="<p class='date'>2 March 2026</p>"
    )
    assert published(body)[0] == "2026-03-02"


@pytest.mark.parametrize(
    ("zone", "head", "expected"),
    [
        ("America/New_York", "", "2026-03-02"),
        ("Europe/London", "", "2026-02-03"),
        ("UTC", "<meta property='og:locale' content='en_US'>", "2026-03-02"),
        ("UTC", "<meta property='og:locale' content='en_GB'>", "2026-02-03"),
        ("UTC", "", "2026-02-03"),  # an English page under no generic domain
    ],
)
def test_day_and_month_stand_as_zone_and_locale_say(zone: str, head: str, expected: str) -> None:
    body = page(head, below="<p class='date'>03/02/2026</p>")
    assert published(body, zone=zone)[0] == expected


def test_an_ambiguous_date_is_read_as_the_one_named_elsewhere() -> None:
    body = page(below="<p class='date'>03/02/2026</p><time datetime='2026-03-02'></time>")
    assert published(body, zone="Europe/London")[0] == "2026-03-02"


def test_a_day_that_a_script_names_is_found_for_want_of_better() -> None:
    body = page('<script>var page = {"publishedAt": "2026-03-02T09:30:00+01:00"};</script>')
    assert published(body) == ("2026-03-02T09:30:00+01:00", datestatements.SEARCHED)


def test_only_a_later_change_is_one() -> None:
    for changed in ("2026-03-02T09:30:00+01:00", "2026-03-01T09:30:00+01:00"):
        head = linked(datePublished="2026-03-02T09:30:00+01:00", dateModified=changed)
        assert read_page(page(head)).modified is None


def test_a_change_known_by_its_day_alone_is_one_on_another_day() -> None:
    head = linked(datePublished="2026-03-02T09:30:00+01:00", dateModified="2026-03-05")
    reading = read_page(page(head))
    assert (str(reading.modified), reading.readers["modified"]) == ("2026-03-05", "json-ld")


def test_a_change_is_read_from_the_page_where_none_is_stated() -> None:
    body = page(below="<p class='date'>Published 2 March 2026. Last updated 5 March 2026</p>")
    reading = read_page(body)
    assert (str(reading.published), str(reading.modified)) == ("2026-03-02", "2026-03-05")


def test_the_same_page_gives_the_same_moments() -> None:
    body = page(below="<p class='date'>2 March 2026</p><p>3 March 2026</p>")
    assert len({published(body) for _ in range(3)}) == 1
