from datetime import UTC, datetime

from config.site import ad_hoc_site
from pipeline import fields
from pipeline.dating.dates import zone_of
from pipeline.heads import heading
from pipeline.markup import page as pages
from pipeline.markup import structured
from pipeline.walk import Walk

URL = "https://harbour.example/2026/pier"
ARTICLE = (
    '<script type="application/ld+json">{"@type": "NewsArticle", "headline": "Pier reopens to walkers", '
    '"author": {"@type": "Person", "name": "Ada Lund"}, "keywords": '
    '["#pier", "siteGroup: city", "98be933f-38cf-4fba-b6c6-ad438e82010a", "layout_hero"], '
    '"articleSection": ["Uncategorized", "City"]}</script>'
)


def walked(body: str, *, head: str = "") -> Walk:
    page = pages.parse(
        f"<html><head>{head}</head><body>{body}</body></html>", url=URL, max_depth=500
    )
    assert isinstance(page, pages.Page)
    site = ad_hoc_site(URL)
    walk = Walk(
        page=page,
        site=site,
        fetched_at=datetime(2026, 11, 1, tzinfo=UTC),
        feed_title=None,
        feed_published=None,
        claims=structured.read(page),
        zone=zone_of(site.time_zone),
    )
    first = heading.headings(page)
    title = fields.title(walk, first)
    walk.place = heading.place_of(page, title or "", first=first)
    assert walk.place is not None
    walk.seen = heading.around(walk.place, descriptions=())
    return walk


def test_what_independent_readers_agree_on_is_noted() -> None:
    body = '<h1>Pier reopens to walkers</h1><p class="byline">By Ada Lund</p><p>Text.</p>'
    walk = walked(body, head=ARTICLE)
    assert fields.authors(walk) == ("Ada Lund",)
    assert walk.confirmed == {"title", "authors"}


def test_what_one_reader_says_is_not() -> None:
    walk = walked('<h1>Pier reopens to walkers</h1><p class="byline">By Ada Lund</p><p>Text.</p>')
    assert fields.authors(walk) == ("Ada Lund",)
    assert walk.confirmed == set()


def test_what_content_systems_put_among_keywords_and_sections_is_left_out() -> None:
    walk = walked("<h1>Pier reopens to walkers</h1>", head=ARTICLE)
    assert fields.tags(walk) == ("pier",)
    assert fields.section(walk) == ("City",)
