"""Section pages, followed links and the WordPress API."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from config.site import SiteConfig, SourceConfig
from crawler import discovery
from crawler.sources import follow, section, wordpress
from crawler.sources.anchors import anchors

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
URL = "https://herald.example/news/"

PAGE = b"""<html><head><base href="/news/"></head><body>
<nav><a href="/sport/">Sport</a> <a href="/about.html">About</a></nav>
<ul class=list><li><h2><a href="ferries-return-to-the-harbour#top">Ferries</a></h2></li>
<li><a href="/2026/02/28/salt">Salt</a></li>
<li><a href="https://other.example/2026/02/28/pepper-and-more-words">Pepper</a></li>
<li><a href="javascript:void(0)">No</a><a href="mailto:x@herald.example">Mail</a><a>None</a></li></ul>
<a href="http://[broken/">Broken</a><a href="story-1234567.html">Number</a>
</body></html>"""


def found(**rule: Any) -> list[str]:
    answer = section.read(PAGE, url=URL, content_type="text/html", **rule)
    return [link.url for link in answer.links]


def test_without_a_rule_addresses_that_look_like_articles_are_taken() -> None:
    assert found(is_guessing=True) == [
        "https://herald.example/news/ferries-return-to-the-harbour",
        "https://herald.example/2026/02/28/salt",
        "https://herald.example/news/story-1234567.html",
    ]


def test_a_selector_may_pick_links_or_what_is_around_them() -> None:
    expected = ["https://herald.example/news/ferries-return-to-the-harbour"]
    assert found(css="h2 a") == expected
    assert found(css="h2") == expected
    assert found(xpath="//h2/a") == expected
    assert found(xpath="//h2/a/@href") == expected


def test_a_page_without_links_is_a_problem() -> None:
    answer = section.read(b"<p>Nothing", url=URL, content_type=None)
    assert answer.problem == "no links to articles on the page"


@pytest.mark.parametrize(
    "body",
    [b"", b"\x00" * 100, b"<" * 10_000, b"<div>" * 5_000 + b"<a href=x>", "ü".encode("utf-16")],
)
def test_no_bytes_break_the_reading_of_links(body: bytes) -> None:
    for content_type in (None, "text/html; charset=no-such", "text/html; charset=utf-8"):
        list(anchors(body, url=URL, content_type=content_type))


def test_a_stated_charset_is_used_for_addresses() -> None:
    body = '<a href="/straße-nach-dem-großen-regen">x</a>'.encode("latin-1")
    assert list(anchors(body, url=URL, content_type="text/html; charset=iso-8859-1")) == [
        "https://herald.example/straße-nach-dem-großen-regen"
    ]


@pytest.mark.parametrize(
    ("url", "is_article"),
    [
        ("https://x.example/page/202307/1294532.shtml", True),
        ("https://x.example/world/ferries-return-to-the-harbour/", True),
        ("https://x.example/2026/02/28/salt", True),
        ("https://x.example/a-55512345", True),
        ("https://x.example/", False),
        ("https://x.example/sport/", False),
        ("https://x.example/tag/ferries-return-to-the-harbour", False),
        ("https://x.example/pictures/1234567.jpg", False),
        ("https://x.example/2026/", False),
    ],
)
def test_the_look_of_an_address_tells_articles(url: str, *, is_article: bool) -> None:
    assert section.looks_like_article(url) is is_article


def test_followed_links_are_one_step_deeper_than_their_page() -> None:
    answer = follow.read(PAGE, url=URL, content_type="text/html", depth=1)
    assert {link.depth for link in answer.links} == {2}
    assert "https://herald.example/sport/" in [link.url for link in answer.links]


@pytest.mark.parametrize(
    ("url", "start"),
    [
        ("https://w.example/", "https://w.example/wp-json/wp/v2/posts?"),
        ("https://w.example/blog", "https://w.example/blog/wp-json/wp/v2/posts?"),
        ("https://w.example/wp-json/", "https://w.example/wp-json/wp/v2/posts?"),
        (
            "https://w.example/blog/wp-json/wp/v2/posts?page=3",
            "https://w.example/blog/wp-json/wp/v2/posts?",
        ),
    ],
)
def test_the_wordpress_api_is_found_from_site_and_root(url: str, start: str) -> None:
    assert wordpress.endpoint(url).startswith(start)
    assert "per_page=100" in wordpress.endpoint(url)


def post(number: int, modified: str = "2026-02-28T10:00:00") -> dict[str, Any]:
    return {
        "link": f"https://w.example/{number}",
        "guid": {"rendered": f"https://w.example/?p={number}"},
        "title": {"rendered": "Salt &#8220;and&#8221; Sea"},
        "date_gmt": "2026-02-27T10:00:00",
        "modified_gmt": modified,
    }


def read_posts(posts: Any, *, page: int = 1, since: datetime | None = None) -> Any:
    return wordpress.read(
        json.dumps(posts).encode(),
        url=wordpress.endpoint("https://w.example/", page=page),
        content_type="application/json",
        now=NOW,
        since=since,
    )


def test_wordpress_posts_have_everything_a_link_can_have() -> None:
    answer = read_posts([post(1)])
    (link,) = answer.links
    assert link.title == "Salt “and” Sea"
    assert link.guid == "https://w.example/?p=1"
    assert link.published_at == datetime(2026, 2, 27, 10, tzinfo=UTC)
    assert link.modified_at == datetime(2026, 2, 28, 10, tzinfo=UTC)
    assert answer.more == ()


def test_a_full_page_of_posts_names_the_next() -> None:
    posts = [post(number) for number in range(100)]
    assert "page=2" in read_posts(posts).more[0]
    assert "page=8" in read_posts(posts, page=7).more[0]
    assert read_posts(posts, page=wordpress.MAX_PAGES).more == ()


def test_paging_ends_where_the_last_look_began() -> None:
    posts = [post(number, "2026-02-20T10:00:00") for number in range(100)]
    assert read_posts(posts, since=datetime(2026, 2, 21, tzinfo=UTC)).more == ()
    assert read_posts(posts, since=datetime(2026, 2, 19, tzinfo=UTC)).more


@pytest.mark.parametrize(
    ("posts", "words"),
    [
        ({"code": "rest_no_route", "message": "No route"}, "refused: No route"),
        ({"no": "posts"}, "not a list"),
        ([], "no posts"),
        ([1, None, {"link": 7}], "no posts"),
    ],
)
def test_what_is_no_wordpress_is_said_in_words(posts: Any, words: str) -> None:
    assert words in str(read_posts(posts).problem)


def test_an_html_page_is_no_wordpress_api() -> None:
    answer = wordpress.read(b"<!doctype html><p>", url=URL, content_type="text/html", now=NOW)
    assert "HTML page" in str(answer.problem)


def herald(**more: Any) -> SiteConfig:
    return SiteConfig.model_validate(
        {"name": "herald", "title": "Herald", "home": "https://herald.example/", **more}
    )


def discover(site: SiteConfig, source: SourceConfig, body: str) -> Any:
    return discovery.read(
        body.encode(),
        site=site,
        source=source,
        url=source.url,
        content_type=None,
        now=NOW,
        since=None,
        max_links=100,
    )


LIST = "https://herald.example/a\nhttps://www.herald.example/b\nhttps://other.example/c\n"


def test_only_links_that_the_site_wants_are_kept() -> None:
    source = SourceConfig(sitemap="https://herald.example/s.txt")
    assert [x.url[-1] for x in discover(herald(), source, LIST).links] == ["a", "b"]
    assert [x.url[-1] for x in discover(herald(deny=["/b$"]), source, LIST).links] == ["a"]
    picky = SourceConfig.model_validate(
        {"sitemap": "https://herald.example/s.txt", "allow": ["/b"]}
    )
    assert [x.url[-1] for x in discover(herald(), picky, LIST).links] == ["b"]


def test_a_source_whose_links_are_all_strange_says_so() -> None:
    source = SourceConfig(sitemap="https://herald.example/s.txt")
    answer = discover(herald(), source, "https://other.example/c\n")
    assert "none of its 1 links is wanted" in str(answer.problem)
    assert "aliases" in str(answer.problem)


def test_links_that_are_dated_too_far_back_are_ignored() -> None:
    source = SourceConfig.model_validate(
        {"sitemap": "https://herald.example/s.xml", "max_age": "3d"}
    )
    body = (
        "<urlset><url><loc>https://herald.example/new</loc><lastmod>2026-02-28</lastmod></url>"
        "<url><loc>https://herald.example/old</loc><lastmod>2026-01-28</lastmod></url>"
        "<url><loc>https://herald.example/undated</loc></url></urlset>"
    )
    kept = [link.url.rpartition("/")[2] for link in discover(herald(), source, body).links]
    assert kept == ["new", "undated"]


def test_a_source_is_read_back_to_its_last_look_and_a_day() -> None:
    source = SourceConfig(sitemap="https://herald.example/s.xml")
    seen = datetime(2026, 2, 20, tzinfo=UTC)
    assert discovery.horizon(source, checked_at=None, now=NOW) is None
    assert discovery.horizon(source, checked_at=seen, now=NOW) == datetime(2026, 2, 19, tzinfo=UTC)
