"""Every kind of source in one crawl, and what a second crawl asks of them."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path

from tests.hostile.crawling import crawl_in_fork, site
from tests.hostile.lying import STORY, Connection, Lie, Server, feed

Make = Callable[[dict[str, Lie]], Server]


def xml(connection: Connection, body: str) -> None:
    connection.answer(body.encode(), kind="application/xml")


def news(connection: Connection) -> None:
    base = connection.base
    xml(connection, f"<urlset><url><loc>{base}/from-news</loc></url></urlset>")


def index(connection: Connection) -> None:
    base = connection.base
    children = [
        ("old.xml.gz", "2020-01-01"),
        ("new.xml.gz", "2026-01-01"),
        ("index.xml", "2026-01-02"),
    ]
    inner = "".join(
        f"<sitemap><loc>{base}/{name}</loc><lastmod>{day}</lastmod></sitemap>"
        for name, day in children
    )
    xml(connection, f"<sitemapindex>{inner}</sitemapindex>")


def packed(name: str) -> Lie:
    def send(connection: Connection) -> None:
        body = f"<urlset><url><loc>{connection.base}/{name}</loc></url></urlset>"
        connection.answer(gzip.compress(body.encode()), kind="application/gzip")

    return send


def section(connection: Connection) -> None:
    body = b'<h2><a href="/from-section">a story</a></h2><a href="/imprint">Imprint</a>'
    connection.answer(body)


def posts(connection: Connection) -> None:
    page = 2 if "page=2" in connection.path else 1
    count = 100 if page == 1 else 1
    body = [
        {"link": f"{connection.base}/from-wordpress-{page}", "modified_gmt": "2026-01-01T10:00:00"}
    ] * count
    connection.answer(json.dumps(body).encode(), kind="application/json")


def links_to(*paths: str) -> Lie:
    def send(connection: Connection) -> None:
        anchors = "".join(f'<a href="{path}">on</a>' for path in paths)
        connection.answer(STORY.replace(b"</article>", anchors.encode() + b"</article>"))

    return send


def test_every_kind_of_source_is_read(server: Make, tmp_path: Path) -> None:
    wordpress = "/wp-json/wp/v2/posts?per_page=100&orderby=modified&order=desc"
    wordpress += "&_fields=link,guid,title,date_gmt,modified_gmt"
    asked = server(
        {
            "/feed.xml": lambda c: c.answer(feed(c.base, "/from-feed"), kind="text/xml"),
            "/news.xml": news,
            "/index.xml": index,
            "/old.xml.gz": packed("from-old-sitemap"),
            "/new.xml.gz": packed("from-new-sitemap"),
            "/section": section,
            wordpress: posts,
            f"{wordpress}&page=2": posts,
            "/start": links_to("/followed-1"),
            "/followed-1": links_to("/followed-2"),
            "/followed-2": links_to("/followed-3"),
        }
    )
    base = asked.base
    sources = [
        {"follow": f"{base}/start", "depth": 2, "allow": ["/followed"]},
        {"sitemap": f"{base}/index.xml"},
        {"section": f"{base}/section", "links": "h2 a"},
        {"wordpress": f"{base}/"},
        {"news_sitemap": f"{base}/news.xml"},
        {"feed": f"{base}/feed.xml"},
    ]
    sites = [site("one", base, sources=sources)]
    crawled = crawl_in_fork(tmp_path, sites)
    assert {url.removeprefix(base) for url in crawled.visits} == {
        "/from-feed",
        "/from-news",
        "/from-old-sitemap",
        "/from-new-sitemap",
        "/from-section",
        "/from-wordpress-1",
        "/from-wordpress-2",
        "/followed-1",
        "/followed-2",
    }
    assert crawled.report["sites"][0]["source_problems"] == {}
    order = [path.partition("?")[0] for path in asked.paths if path != "/robots.txt"]
    assert order[:3] == ["/feed.xml", "/news.xml", "/wp-json/wp/v2/posts"]  # the freshest first
    assert asked.paths.count("/index.xml") == 1  # although it names itself

    del asked.paths[:]
    crawl_in_fork(tmp_path, sites)
    assert "/index.xml" in asked.paths
    assert "/old.xml.gz" not in asked.paths  # it says that it did not change
    assert not [path for path in asked.paths if "page=2" in path]
    assert "/from-feed" not in asked.paths  # not due again yet


def test_pages_are_asked_for_newest_first(server: Make, tmp_path: Path) -> None:
    def dated(connection: Connection) -> None:
        inner = "".join(
            f"<url><loc>{connection.base}/{day:02d}</loc><lastmod>2026-01-{day:02d}</lastmod></url>"
            for day in (3, 9, 1, 7)
        )
        xml(connection, f"<urlset>{inner}</urlset>")

    asked = server({"/sitemap.xml": dated})
    crawl_in_fork(
        tmp_path, [site("one", asked.base, sources=[{"sitemap": f"{asked.base}/sitemap.xml"}])]
    )
    assert asked.paths == ["/robots.txt", "/sitemap.xml", "/09", "/07", "/03", "/01"]


def test_cookies_are_kept_for_sites_that_ask_for_them_alone(server: Make, tmp_path: Path) -> None:
    seen: dict[str, list[str]] = {"with": [], "without": []}

    def baker(name: str) -> Lie:
        def bake(connection: Connection) -> None:
            seen[name].append(connection.headers.get("cookie", ""))
            connection.answer(STORY, headers=("Set-Cookie: consent=given; Path=/",))

        return bake

    sites = []
    for name in seen:
        asked = server({path: baker(name) for path in ("/lie", "/story-1", "/story-2")})
        sites.append(site(name, asked.base, cookies=name == "with"))
    crawl_in_fork(tmp_path, sites)
    first, *_, last = seen[
        "with"
    ]  # the second may have been made ready before the first was answered
    assert (first, last) == ("", "consent=given")
    assert seen["without"] == ["", "", ""]
