"""Which lists a back-fill asks for, and what reading one gives."""

import json
from datetime import UTC, date, datetime

import pytest

from config.site import SiteConfig
from crawler import past
from crawler.sources.period import Period
from db.archiving.backfill_lists import KnownDocument, ReadDocument

BASE = "https://a.example"
NOW = datetime(2026, 9, 1, tzinfo=UTC)
SITE = SiteConfig.model_validate(
    {
        "name": "a",
        "title": "A",
        "home": f"{BASE}/",
        "sources": [
            {"sitemap": f"{BASE}/sitemap.xml", "max_age": "1d"},
            {"wordpress": f"{BASE}/"},
            {"follow": f"{BASE}/"},
            {"archive": f"{BASE}/{{yyyy}}/{{mm}}/{{dd}}/?p={{page}}", "links": "h2 a"},
        ],
    }
)
PERIOD = Period(date(2026, 4, 30), date(2026, 5, 2), SITE.zone)


def read(kind: str, body: str, *, url: str = f"{BASE}/sitemap.xml", depth: int = 0) -> ReadDocument:
    source = next((one for one in SITE.sources if one.kind == kind), None)
    return past.read(
        body.encode(),
        site=SITE,
        document=KnownDocument(1, 1, 1, kind, url, depth, 0),
        source=source,
        period=PERIOD,
        status=200,
        url=url,
        content_type=None,
        now=NOW,
        max_links=100,
    )


def test_every_source_that_tells_of_the_past_is_begun() -> None:
    found = list(past.first_documents(SITE, PERIOD, source_ids={}))
    months = [one.url for one in found if one.kind == "wordpress"]
    assert [url.partition("after=")[2].partition("&")[0] for url in months] == [
        "2026-04-30T23:59:59",
        "2026-04-29T23:59:59",
    ]
    assert [url.partition("before=")[2].partition("&")[0] for url in months] == [
        "2026-05-03T00:00:00",
        "2026-05-01T00:00:00",
    ]
    days = [one.url for one in found if one.kind == "archive"]
    assert days[0] == f"{BASE}/2026/05/02/?p=1"
    assert len(days) == 3
    assert [one.kind for one in found[-4:]] == ["archive"] * 3 + ["robots"]
    assert found[-1].url == f"{BASE}/robots.txt"
    assert "follow" not in {one.kind for one in found}


def test_of_an_index_only_the_sitemaps_that_may_have_something_are_to_be_read() -> None:
    children = {
        "map-2026-05.xml": "2026-08-01",
        "map-2025-05.xml": "2026-08-01",
        "map-1.xml": "2026-01-01",
        "map-2.xml": "2026-05-01",
    }
    inner = "".join(
        f"<sitemap><loc>{BASE}/{name}</loc><lastmod>{day}</lastmod></sitemap>"
        for name, day in children.items()
    )
    more = read("sitemap", f"<sitemapindex>{inner}</sitemapindex>").more
    assert [one.url.rpartition("/")[2] for one in more if one.skipped_because is None] == [
        "map-2026-05.xml",
        "map-2.xml",
    ]
    assert [one.depth for one in more] == [1] * 4
    assert read("sitemap", f"<sitemapindex>{inner}</sitemapindex>", depth=past.MAX_DEPTH).more == ()


def test_pages_of_other_days_are_counted_and_left_out_whatever_the_age_that_daily_work_allows() -> (
    None
):
    inner = "".join(
        f"<url><loc>{BASE}/{path}</loc><lastmod>2026-05-01</lastmod></url>"
        for path in ("2026/05/01/a", "2026/07/01/b", "c")
    )
    found = read("sitemap", f"<urlset>{inner}</urlset>")
    assert [link.url for link in found.links] == [f"{BASE}/2026/05/01/a", f"{BASE}/c"]
    assert (found.link_count, found.outside_count) == (3, 1)


@pytest.mark.parametrize(("count", "goes_on"), [(100, True), (99, False)])
def test_a_full_page_of_posts_leads_to_the_next(count: int, *, goes_on: bool) -> None:
    posts = [{"link": f"{BASE}/p{n}", "date_gmt": "2026-05-01T10:00:00"} for n in range(count)]
    url = next(
        one.url
        for one in past.first_documents(SITE, PERIOD, source_ids={})
        if one.kind == "wordpress"
    )
    more = read("wordpress", json.dumps(posts), url=url).more
    assert [one.url.endswith("&page=2") for one in more] == [True] * goes_on
    if goes_on:
        (third,) = read("wordpress", json.dumps(posts), url=more[0].url, depth=1).more
        assert third.url == more[0].url.replace("page=2", "page=3")


def test_a_page_by_date_leads_on_as_long_as_it_lists_something() -> None:
    url = f"{BASE}/2026/05/01/?p=1"
    page = f"<h2><a href='{BASE}/story'>A story</a></h2><a href='{BASE}/imprint'>Imprint</a>"
    found = read("archive", page, url=url)
    assert [link.url for link in found.links] == [f"{BASE}/story"]
    assert [one.url for one in found.more] == [f"{BASE}/2026/05/01/?p=2"]
    assert read("archive", "<p>Nothing</p>", url=url).more == ()


def test_robots_txt_names_sitemaps_of_the_site_alone() -> None:
    body = (
        f"User-agent: *\nSitemap: {BASE}/all.xml\nsitemap: https://cdn.example/x.xml\nSitemap: /rel"
    )
    found = read("robots", body, url=f"{BASE}/robots.txt")
    assert [one.url for one in found.more] == [f"{BASE}/all.xml"]


def test_what_is_no_list_is_told() -> None:
    assert "not a sitemap" in str(read("sitemap", "<html><p>Hello</p></html>").detail)
