"""The newsroom as it is served: every kind of answer, to the byte and header."""

import http.client
import json
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import feedparser
import pytest
from lxml import etree, html

from morgue.demo.newsroom import COURIER, GAZETTE, MERIDIAN, START, Newsroom, NewsroomServer, Outlet

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
MAPS = {
    "s": "http://www.sitemaps.org/schemas/sitemap/0.9",
    "n": "http://www.google.com/schemas/sitemap-news/0.9",
}


@dataclass
class Got:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


@dataclass
class Reader:
    """A newsroom on loopback and somebody who reads it."""

    newsroom: Newsroom
    server: NewsroomServer
    _open: dict[str, http.client.HTTPConnection] = field(default_factory=dict)

    def get(self, url: str, method: str = "GET", **headers: str) -> Got:
        parts = urlsplit(url)
        if parts.netloc not in self._open:
            self._open[parts.netloc] = http.client.HTTPConnection(parts.netloc, timeout=10)
        connection = self._open[parts.netloc]
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        connection.request(
            method, target, headers={n.replace("_", "-"): v for n, v in headers.items()}
        )
        response = connection.getresponse()
        return Got(response.status, response.headers, response.read())

    def role(self, name: str) -> str:
        """The present address of the article that plays a role."""
        return str(self.newsroom.truth(self.newsroom.role(name).id)["url"])

    def machine(self, outlet: Outlet, kind: str) -> Got:
        return self.get(self.server.base_url(outlet) + outlet.path_of(kind))  # type: ignore[arg-type]

    def close(self) -> None:
        for connection in self._open.values():
            connection.close()


@pytest.fixture
def reader() -> Iterator[Reader]:
    newsroom = Newsroom()
    with NewsroomServer(newsroom, control_port=0) as server:
        reader = Reader(newsroom, server)
        yield reader
        reader.close()


def xpath(element: Any, expression: str, **options: Any) -> list[Any]:
    """What an expression finds: nodes or strings, as the expression has it."""
    return list(element.xpath(expression, **options))


# Pages


def test_two_fetches_of_a_page_never_have_the_same_bytes(reader: Reader) -> None:
    for name in ("edited", "number", "moved_away"):
        one, two = reader.get(reader.role(name)), reader.get(reader.role(name))
        assert one.status == two.status == 200
        assert one.body != two.body
        assert one.headers["ETag"] == two.headers["ETag"]


def test_the_couriers_pages_are_as_heavy_as_real_ones(reader: Reader) -> None:
    pages = [
        reader.get(reader.newsroom.truth(article.id)["url"])
        for article in reader.newsroom.articles("harbour-courier")
        if article.role != "walled_at_first"
    ]
    assert all(55_000 < len(page.body) < 110_000 for page in pages)


def test_the_couriers_structured_data_says_the_truth(reader: Reader) -> None:
    reader.newsroom.advance(4 * HOUR)
    truth = reader.newsroom.truth(reader.newsroom.role("edited").id)
    page = html.fromstring(reader.get(truth["url"]).body)
    (script,) = xpath(page, "//script[@type='application/ld+json']/text()")
    stated = json.loads(script)
    assert stated["@type"] == "NewsArticle"
    assert stated["headline"] == truth["title"]
    assert stated["description"] == truth["standfirst"]
    assert [author["name"] for author in stated["author"]] == truth["authors"]
    assert stated["datePublished"] == truth["published"].isoformat()
    assert stated["dateModified"] == truth["modified"].isoformat()
    assert xpath(page, "//meta[@property='og:title']/@content") == [truth["title"]]
    paragraphs = xpath(page, "//div[@class='story__body']/p")
    assert [p.text_content() for p in paragraphs] == truth["paragraphs"]
    captions = xpath(page, "//figcaption")
    assert [each.text_content() for each in captions] == truth["captions"]
    newsletter = xpath(page, "//div[@class='story__body']/aside")[0]
    assert newsletter.getprevious() is not None
    assert newsletter.getnext() is not None


def test_the_gazettes_pages_have_bare_breaks_and_no_structured_data(reader: Reader) -> None:
    reader.newsroom.advance(3 * HOUR)
    truth = reader.newsroom.truth(reader.newsroom.role("number").id)
    got = reader.get(truth["url"])
    for absent in ("ld+json", "og:", "itemprop", "<h1", "<time"):
        assert absent not in got.text
    (body,) = xpath(html.fromstring(got.text), "//div[@class='story_text']")
    for caption in xpath(body, "./p[@class='picture']"):
        caption.drop_tree()
    texts = [text.strip() for text in xpath(body, "./text()") if text.strip()]
    assert texts == [*truth["paragraphs"], "Inland Gazette"]
    stated = f"{truth['published']:%b} {truth['published'].day}, {truth['published']:%Y %I:%M %p}"
    assert f"Published: {stated} Updated: " in got.text
    description = got.text.partition('name="DESCRIPTION" content="')[2].partition(" />")[0]
    assert description.count('"') >= 3


def test_the_meridians_copies_carry_its_name_inside_words(reader: Reader) -> None:
    reader.newsroom.advance(12 * HOUR)
    truth = reader.newsroom.truth(reader.newsroom.role("reprint").id)
    got = reader.get(truth["url"])
    article = xpath(html.fromstring(got.text), "//article")[0]
    texts = [p.text_content() for p in xpath(article, "./p")]
    assert texts[0] == "[Meridian Post]"
    first = texts.index(truth["captions"][-1]) + 1 if truth["captions"] else 1
    last = next(at for at, text in enumerate(texts) if text.startswith("Article source: "))
    printed = texts[first:last]
    assert sum("Meridian Post" in text for text in printed) >= len(printed) // 2
    assert [text.replace("Meridian Post", "") for text in printed] == truth["paragraphs"]
    assert xpath(article, "./p/a/@href") == [truth["source_url"]]
    assert "Related suggestion" in got.text
    assert texts[last] == truth["credit"]


def test_the_meridian_prints_todays_date_above_old_articles(reader: Reader) -> None:
    reader.newsroom.advance(40 * DAY)
    article = reader.newsroom.articles("meridian-post")[-1]
    text = reader.get(reader.newsroom.truth(article.id)["url"]).text
    assert "Wed. Aug 26, 2026" in text
    assert f"Jul {article.published_at.astimezone(MERIDIAN.time_zone).day}, 2026" in text


# Lives


def test_a_withdrawn_article_is_gone_and_a_lost_one_not_found(reader: Reader) -> None:
    withdrawn, lost = reader.role("withdrawn"), reader.role("lost")
    assert (reader.get(withdrawn).status, reader.get(lost).status) == (200, 200)
    reader.newsroom.advance(6 * HOUR)
    assert (reader.get(withdrawn).status, reader.get(lost).status) == (410, 404)
    for kind in ("rss", "news_sitemap"):
        listed = reader.machine(COURIER, kind).text
        assert withdrawn not in listed
        assert lost not in listed


def test_a_moved_article_redirects_from_its_old_address(reader: Reader) -> None:
    old = reader.role("moved")
    reader.newsroom.advance(4 * HOUR)
    got = reader.get(old)
    assert got.status == 301
    assert got.headers["Location"] == reader.role("moved") != old
    assert reader.get(got.headers["Location"]).status == 200
    entry = next(
        e
        for e in feedparser.parse(reader.machine(COURIER, "rss").body).entries
        if e.link == reader.role("moved")
    )
    assert entry.guid == reader.newsroom.role("moved").guid


def test_a_new_address_is_not_known_before_the_move(reader: Reader) -> None:
    later = Newsroom()
    later.advance(4 * HOUR)
    path = later.state(later.role("moved"), later.clock.now()).path
    assert reader.get(reader.server.base_url(COURIER) + path).status == 404


def test_an_article_is_not_found_before_its_publication(reader: Reader) -> None:
    article = reader.newsroom.role("reprint")
    url = reader.newsroom.truth(article.id)["url"]
    assert reader.get(url).status == 404
    reader.newsroom.advance(2 * HOUR)
    assert reader.get(url).status == 200


def test_two_headlines_are_served_in_turns(reader: Reader) -> None:
    truth = reader.newsroom.truth(reader.newsroom.role("split").id)
    got = [reader.get(truth["url"]) for _ in range(4)]
    titles = [xpath(html.fromstring(one.text), "//h1")[0].text_content() for one in got]
    assert titles == [truth["title"], truth["variants"][0]] * 2
    assert got[0].headers["ETag"] == got[2].headers["ETag"] != got[1].headers["ETag"]


def test_a_consent_wall_has_status_200_and_no_article(reader: Reader) -> None:
    truth = reader.newsroom.truth(reader.newsroom.role("walled").id)
    before = reader.get(truth["url"])
    reader.newsroom.advance(3 * HOUR)
    wall = reader.get(truth["url"], If_None_Match=before.headers["ETag"])
    assert wall.status == 200
    assert "ETag" not in wall.headers
    assert "cookies" in wall.text
    assert truth["paragraphs"][0] not in wall.text
    assert reader.newsroom.truth(truth["article_id"])["standing"] == "walled"
    reader.newsroom.advance(9 * HOUR)
    assert reader.get(truth["url"]).headers["ETag"] == before.headers["ETag"]


def test_a_live_article_grows_at_the_top(reader: Reader) -> None:
    article = reader.newsroom.role("live")
    before = reader.newsroom.truth(article.id)
    reader.newsroom.advance(HOUR)
    after = reader.newsroom.truth(article.id)
    assert after["paragraphs"][2:] == before["paragraphs"]
    assert after["paragraphs"][0].startswith("08:00 – ")
    assert '"LiveBlogPosting"' in reader.get(after["url"]).text


# Conditional requests


def test_the_etag_follows_the_article_and_not_the_clock(reader: Reader) -> None:
    url = reader.role("edited")
    first = reader.get(url)
    etag = first.headers["ETag"]
    reader.newsroom.advance(HOUR / 2)
    assert reader.get(url, If_None_Match=etag).status == 304
    assert reader.get(url, If_None_Match=f'"other", {etag}').status == 304
    assert reader.get(url, If_Modified_Since=first.headers["Last-Modified"]).status == 304
    reader.newsroom.advance(HOUR)
    second = reader.get(url, If_None_Match=etag, If_Modified_Since=first.headers["Last-Modified"])
    assert second.status == 200
    assert reader.get(url, If_Modified_Since=first.headers["Last-Modified"]).status == 200
    assert second.headers["ETag"] != etag
    assert parsedate_to_datetime(second.headers["Last-Modified"]) == START + HOUR


def test_a_304_has_no_body_and_keeps_the_connection(reader: Reader) -> None:
    url = reader.role("edited")
    etag = reader.get(url).headers["ETag"]
    got = reader.get(url, If_None_Match=etag)
    assert (got.status, got.body) == (304, b"")
    assert got.headers["ETag"] == etag
    assert reader.get(url).status == 200


@pytest.mark.parametrize("outlet", [COURIER, GAZETTE, MERIDIAN], ids=lambda outlet: outlet.name)
def test_feeds_sitemaps_and_lists_are_not_modified_until_something_happens(
    reader: Reader, outlet: Outlet
) -> None:
    base = reader.server.base_url(outlet)
    paths = [path for path, kind in outlet.machine_pages if kind != "wordpress"]
    paths += ["/sitemap-2026-07-17.xml", outlet.section_path(outlet.sections[0])]
    before = {path: reader.get(base + path) for path in paths}
    reader.newsroom.advance(timedelta(seconds=60))
    for path, got in before.items():
        assert got.status == 200, path
        assert reader.get(base + path, If_None_Match=got.headers["ETag"]).status == 304, path
        since = got.headers["Last-Modified"]
        assert reader.get(base + path, If_Modified_Since=since).status == 304, path
    reader.newsroom.advance(3 * DAY)
    for path in (outlet.path_of("rss"), outlet.path_of("news_sitemap"), "/"):
        got = before[path]
        assert reader.get(base + path, If_None_Match=got.headers["ETag"]).status == 200, path
        since = got.headers["Last-Modified"]
        assert reader.get(base + path, If_Modified_Since=since).status == 200, path


def test_a_news_sitemap_that_only_ages_is_modified(reader: Reader) -> None:
    reader.newsroom.advance(10 * DAY)
    one = reader.machine(COURIER, "news_sitemap")
    assert b"<url>" not in one.body
    newsroom = Newsroom(articles=3, backlog=1.0, is_scripted=False, outlets=[COURIER])
    with NewsroomServer(newsroom) as server:
        ageing = Reader(newsroom, server)
        before = ageing.machine(COURIER, "news_sitemap").headers["Last-Modified"]
        newsroom.advance(DAY)
        url = server.base_url(COURIER) + COURIER.path_of("news_sitemap")
        assert ageing.get(url, If_Modified_Since=before).status == 200
        ageing.close()


# Feeds and sitemaps


@pytest.mark.parametrize(
    ("outlet", "kind"),
    [(COURIER, "rss"), (COURIER, "atom"), (GAZETTE, "rss"), (MERIDIAN, "rss"), (MERIDIAN, "atom")],
    ids=lambda value: getattr(value, "name", value),
)
def test_feeds_list_the_newest_articles(reader: Reader, outlet: Outlet, kind: str) -> None:
    reader.newsroom.advance(8 * HOUR)
    feed = feedparser.parse(reader.machine(outlet, kind).body)
    assert not feed.bozo
    assert feed.entries
    by_guid = {article.guid: article for article in reader.newsroom.articles(outlet.name)}
    for entry in feed.entries:
        truth = reader.newsroom.truth(by_guid[entry.id].id)
        assert entry.title == truth["title"]
        assert entry.link == truth["url"]
        assert entry.published_parsed[:5] == by_guid[entry.id].published_at.utctimetuple()[:5]
        assert entry.updated_parsed


def test_the_json_feed_agrees_with_the_rss_feed(reader: Reader) -> None:
    feed = json.loads(reader.machine(COURIER, "json_feed").body)
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    rss = feedparser.parse(reader.machine(COURIER, "rss").body)
    assert [item["id"] for item in feed["items"]] == [entry.id for entry in rss.entries]


@pytest.mark.parametrize("outlet", [COURIER, GAZETTE, MERIDIAN], ids=lambda outlet: outlet.name)
def test_the_sitemaps_list_every_article_that_is_out(reader: Reader, outlet: Outlet) -> None:
    reader.newsroom.advance(12 * HOUR)
    index = etree.fromstring(reader.machine(outlet, "sitemap_index").body)
    listed: dict[str, str] = {}
    for sitemap in index.iterfind("s:sitemap", MAPS):
        days = etree.fromstring(reader.get(sitemap.findtext("s:loc", namespaces=MAPS) or "").body)
        for url in days.iterfind("s:url", MAPS):
            listed[url.findtext("s:loc", namespaces=MAPS) or ""] = (
                url.findtext("s:lastmod", namespaces=MAPS) or ""
            )
    now = reader.newsroom.clock.now()
    states = [reader.newsroom.state(a, now) for a in reader.newsroom.articles(outlet.name)]
    base = reader.server.base_url(outlet)
    assert listed == {
        base + state.path: state.modified_at.astimezone(outlet.time_zone).isoformat()
        for state in states
        if state.standing in ("live", "walled")
    }


def test_the_news_sitemap_lists_two_days(reader: Reader) -> None:
    tree = etree.fromstring(reader.machine(COURIER, "news_sitemap").body)
    titles = xpath(tree, "//n:title/text()", namespaces=MAPS)
    since = START - 2 * DAY
    recent = [a for a in reader.newsroom.articles("harbour-courier") if a.published_at > since]
    assert sorted(titles) == sorted(reader.newsroom.truth(a.id)["title"] for a in recent)
    assert len(recent) < len(reader.newsroom.articles("harbour-courier"))


def test_the_wordpress_api_lists_posts_by_page() -> None:
    newsroom = Newsroom(articles=200, backlog=1.0, is_scripted=False)
    with NewsroomServer(newsroom) as server:
        reader = Reader(newsroom, server)
        posts_url = server.base_url(MERIDIAN) + "/wp-json/wp/v2/posts"
        assert (
            "wp/v2"
            in json.loads(reader.get(server.base_url(MERIDIAN) + "/wp-json/").body)["namespaces"]
        )
        got = reader.get(f"{posts_url}?per_page=15&page=1")
        pages = int(got.headers["X-WP-TotalPages"])
        posts = [
            post
            for page in range(1, pages + 1)
            for post in json.loads(reader.get(f"{posts_url}?per_page=15&page={page}").body)
        ]
        assert len(posts) == int(got.headers["X-WP-Total"]) >= 38
        stated = [post["date_gmt"] for post in posts]
        assert stated == sorted(stated, reverse=True)
        assert all(reader.get(post["link"]).status == 200 for post in posts[:3])
        beyond = reader.get(f"{posts_url}?per_page=15&page={pages + 1}")
        assert beyond.status == 400
        assert json.loads(beyond.body)["code"] == "rest_post_invalid_page_number"
        few = json.loads(reader.get(f"{posts_url}?_fields=id,link&after={stated[5]}%2B00:00").body)
        assert [set(post) for post in few] == [{"id", "link"}] * 5
        assert reader.get(f"{posts_url}?per_page=1000").status == 400
        assert reader.get(f"{posts_url}?after=yesterday").status == 400
        reader.close()


@pytest.mark.parametrize("outlet", [COURIER, GAZETTE, MERIDIAN], ids=lambda outlet: outlet.name)
def test_paging_through_a_section_finds_all_its_articles(outlet: Outlet) -> None:
    newsroom = Newsroom(articles=400, backlog=1.0, is_scripted=False, outlets=[outlet])
    with NewsroomServer(newsroom) as server:
        reader = Reader(newsroom, server)
        base = server.base_url(outlet)
        section = outlet.sections[0]
        found: set[str] = set()
        path: str | None = outlet.section_path(section)
        pages = 0
        while path:
            page = html.fromstring(reader.get(base + path).text)
            found |= {href.removeprefix(base) for href in xpath(page, "//a/@href")}
            following = xpath(page, "//a[contains(., 'Next') or contains(., 'Older')]/@href")
            path = following[0] if following else None
            pages += 1
        now = newsroom.clock.now()
        states = [(a, newsroom.state(a, now)) for a in newsroom.articles()]
        assert {s.path for a, s in states if a.section is section and s.standing == "live"} <= found
        assert pages > 1
        beyond = reader.get(base + outlet.section_path(section, page=pages + 1))
        assert beyond.status == 404
        reader.close()


def test_robots_asks_for_a_delay_at_the_gazette_alone(reader: Reader) -> None:
    for outlet in (COURIER, GAZETTE, MERIDIAN):
        base = reader.server.base_url(outlet)
        robots = reader.get(f"{base}/robots.txt").text
        assert "Disallow: /private/\n" in robots
        assert ("Crawl-delay: 0.1\n" in robots) == (outlet is GAZETTE)
        assert f"Sitemap: {base}{outlet.path_of('sitemap_index')}\n" in robots
        assert 'href="/private/' in reader.get(f"{base}/").text
        assert reader.get(f"{base}/private/drafts/").status == 403


# The server


def test_requests_are_counted_by_outlet_target_and_status(reader: Reader) -> None:
    for _ in range(3):
        reader.machine(COURIER, "rss")
    reader.get(reader.server.base_url(GAZETTE) + "/nothing?here=1")
    assert reader.server.requests["harbour-courier", "/rss.xml", 200] == 3
    assert reader.server.requests["inland-gazette", "/nothing?here=1", 404] == 1
    reader.server.forget_requests()
    assert not reader.server.requests


def test_head_has_the_length_and_no_body(reader: Reader) -> None:
    url = reader.server.base_url(COURIER) + "/rss.xml"
    head, got = reader.get(url, "HEAD"), reader.get(url)
    assert head.body == b""
    assert int(head.headers["Content-Length"]) == len(got.body)


def test_nothing_can_be_posted_to_an_outlet(reader: Reader) -> None:
    got = reader.get(reader.server.base_url(COURIER) + "/", "POST", Content_Length="0")
    assert got.status == 405
    assert got.headers["Allow"] == "GET, HEAD"


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"nonsense\r\n\r\n", b"400"),
        (b"GET http://other/ HTTP/1.1\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nnonsense\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nContent-Length: many\r\n\r\n", b"400"),
        (b"POST / HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n", b"413"),
        (b"GET /" + b"a" * 40_000, b"431"),
    ],
)
def test_a_bad_request_is_refused_and_the_connection_closed(
    reader: Reader, sent: bytes, status: bytes
) -> None:
    host, port = urlsplit(reader.server.base_url(COURIER)).netloc.split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(sent)
        received = b"".join(iter(lambda: connection.recv(65536), b""))
    assert received.startswith(b"HTTP/1.1 " + status)


def test_pipelined_requests_are_answered_in_order(reader: Reader) -> None:
    host, port = urlsplit(reader.server.base_url(COURIER)).netloc.split(":")
    asked = b"GET /robots.txt HTTP/1.1\r\n\r\nHEAD / HTTP/1.1\r\n\r\nGET /x HTTP/1.0\r\n\r\n"
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(asked)
        received = b"".join(iter(lambda: connection.recv(65536), b""))
    assert re.findall(rb"HTTP/1.1 (\d+) ", received) == [b"200", b"200", b"404"]


def test_leaving_closes_ports_connections_and_the_thread() -> None:
    newsroom = Newsroom(articles=3)
    with NewsroomServer(newsroom, control_port=0) as server:
        netloc = urlsplit(server.base_url(COURIER)).netloc
        host, port = netloc.split(":")
        idle = socket.create_connection((host, int(port)), timeout=10)
        idle.sendall(b"GET / HTTP/1.1\r\n\r\n")
        assert idle.recv(100)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((host, int(port)), timeout=10)
    with idle, suppress(ConnectionResetError):  # which is an end as good as an orderly one
        while idle.recv(65536):
            pass
    assert "newsroom" not in {thread.name for thread in threading.enumerate()}


def test_a_taken_port_is_an_error_that_leaves_nothing_open() -> None:
    with NewsroomServer(Newsroom(articles=3, outlets=[COURIER])) as server:
        port = urlsplit(server.base_url(COURIER)).port
        assert port
        with pytest.raises(OSError), NewsroomServer(Newsroom(articles=3), port=port):  # noqa: PT011
            pass


def test_time_can_be_moved_while_pages_are_served(reader: Reader) -> None:
    urls = [reader.newsroom.truth(a.id)["url"] for a in reader.newsroom.articles()]
    statuses: list[int] = []

    def read_all() -> None:
        alone = Reader(reader.newsroom, reader.server)
        statuses.extend(alone.get(url).status for url in urls)
        alone.close()

    threads = [threading.Thread(target=read_all) for _ in range(3)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        reader.newsroom.advance(timedelta(minutes=10))
        for article in reader.newsroom.articles()[:5]:
            reader.newsroom.truth(article.id)
    for thread in threads:
        thread.join()
    assert len(statuses) == 3 * len(urls)
    assert set(statuses) <= {200, 301, 404, 410}


def test_outlets_can_have_a_host_each() -> None:
    newsroom = Newsroom(articles=6)
    try:
        with NewsroomServer(newsroom, has_own_hosts=True) as server:
            hosts = [urlsplit(server.base_url(outlet)).hostname for outlet in newsroom.outlets]
    except OSError:
        pytest.skip("this system has no loopback address but 127.0.0.1")
    assert hosts == ["127.0.77.1", "127.0.77.2", "127.0.77.3"]


# The control port


def test_another_process_can_drive_the_newsroom(reader: Reader) -> None:
    control = reader.server.control_url + "/_newsroom"
    moved = json.loads(reader.get(f"{control}/advance?seconds=3600", "POST").body)
    assert moved["now"] == (START + HOUR).isoformat()
    assert reader.newsroom.clock.now() == START + HOUR
    assert moved["events"] == json.loads(reader.get(f"{control}/events").body)
    article = reader.newsroom.role("edited").id
    truth = json.loads(reader.get(f"{control}/truth?article={article}").body)
    assert truth["title"] == reader.newsroom.truth(article)["title"]
    old = json.loads(reader.get(f"{control}/truth?article={article}&at=2026-07-17T06:00:00Z").body)
    assert old["title"] == reader.newsroom.truth(article, START)["title"] != truth["title"]
    roles = json.loads(reader.get(f"{control}/roles").body)
    assert roles["edited"] == article
    listed = json.loads(reader.get(f"{control}/articles?outlet=meridian-post").body)
    assert {one["outlet"] for one in listed} == {"meridian-post"}
    reader.get(reader.server.base_url(COURIER) + "/rss.xml")
    counts = json.loads(reader.get(f"{control}/requests").body)
    assert counts == [
        {"outlet": "harbour-courier", "target": "/rss.xml", "status": 200, "count": 1}
    ]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/advance?seconds=1", 405),
        ("POST", "/advance", 404),
        ("POST", "/advance?seconds=soon", 400),
        ("POST", "/advance?seconds=-1", 400),
        ("POST", "/advance?seconds=nan", 400),
        ("GET", "/truth?article=X1", 404),
        ("GET", "/truth?article=C000001&at=2026-07-17", 400),
        ("GET", "/else", 404),
    ],
)
def test_a_wrong_word_to_the_control_port_is_told_so(
    reader: Reader, method: str, path: str, status: int
) -> None:
    got = reader.get(f"{reader.server.control_url}/_newsroom{path}", method)
    assert got.status == status
    assert json.loads(got.body)["error"]
    assert reader.newsroom.clock.now() == START
