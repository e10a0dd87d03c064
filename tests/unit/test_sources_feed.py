"""Feeds of every format, and what is none."""

import json
from datetime import UTC, datetime

import pytest

from crawler.sources import feed
from crawler.sources.answer import SourceAnswer

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
URL = "https://herald.example/feed.xml"


def read(body: bytes | str, content_type: str | None = "application/rss+xml") -> SourceAnswer:
    data = body.encode() if isinstance(body, str) else body
    return feed.read(data, url=URL, content_type=content_type, now=NOW, max_links=100)


def rss(items: str) -> str:
    return (
        f'<?xml version="1.0"?><rss version="2.0"><channel><title>H</title>{items}</channel></rss>'
    )


def test_rss_gives_link_title_guid_and_moment() -> None:
    answer = read(
        rss(
            "<item><title>Salt &amp; Sea</title><link>https://herald.example/a?x=1&amp;y=2</link>"
            "<guid isPermaLink='false'>h-17</guid><pubDate>Sun, 01 Mar 2026 10:00:00 +0200</pubDate></item>"
        )
    )
    (link,) = answer.links
    assert link.url == "https://herald.example/a?x=1&y=2"
    assert link.title == "Salt & Sea"
    assert link.guid == "h-17"
    assert link.published_at == datetime(2026, 3, 1, 8, tzinfo=UTC)
    assert answer.problem is None


def test_atom_tells_publication_from_modification() -> None:
    answer = read(
        '<feed xmlns="http://www.w3.org/2005/Atom"><entry><title type="html">&lt;b&gt;Tide&lt;/b&gt; turns</title>'
        '<link href="/b"/><id>urn:b</id><published>2026-02-27T08:00:00Z</published>'
        "<updated>2026-02-28T08:00:00Z</updated></entry></feed>",
        "application/atom+xml",
    )
    (link,) = answer.links
    assert link.url == "https://herald.example/b"
    assert link.title == "Tide turns"
    assert link.published_at == datetime(2026, 2, 27, 8, tzinfo=UTC)
    assert link.modified_at == datetime(2026, 2, 28, 8, tzinfo=UTC)


def test_json_feed_is_a_feed() -> None:
    body = json.dumps(
        {
            "version": "https://jsonfeed.org/version/1.1",
            "items": [
                {
                    "id": 7,
                    "url": "/c",
                    "title": "Gulls",
                    "date_published": "2026-02-28T10:00:00+01:00",
                },
                {"id": "8", "external_url": "https://herald.example/d"},
                "no item",
                {"id": "9"},
            ],
        }
    )
    answer = read(body, "application/feed+json")
    assert [link.url for link in answer.links] == [
        "https://herald.example/c",
        "https://herald.example/d",
    ]
    assert answer.links[0].guid == "7"
    assert answer.links[0].published_at == datetime(2026, 2, 28, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("body", "content_type", "words"),
    [
        (b"", "application/rss+xml", "empty"),
        (b" \n ", None, "empty"),
        (b"<!DOCTYPE html><html><body>News</body></html>", "application/rss+xml", "HTML page"),
        (b"<div>News</div>", "text/html; charset=utf-8", "HTML page"),
        (b'<?xml version="1.0"?><html xmlns="x"><body/></html>', None, "HTML page"),
        (b"\x00\x01\x02\x03", "application/rss+xml", "not a feed"),
        (b"not a feed at all", "text/plain", "not a feed"),
        (b"{", "application/json", "not a JSON Feed"),
        (b"[" * 100_000, "application/json", "not a JSON Feed"),
        (b"[1, 2]", "application/json", "no list of items"),
        (rss("").encode(), "application/rss+xml", "no entries"),
    ],
)
def test_what_is_no_feed_is_said_in_words(
    body: bytes, content_type: str | None, words: str
) -> None:
    answer = read(body, content_type)
    assert not answer.links
    assert words in str(answer.problem)


def test_a_feed_served_as_html_is_read_all_the_same() -> None:
    answer = read(rss("<item><link>https://herald.example/a</link></item>"), "text/html")
    assert len(answer.links) == 1


def test_a_feed_that_refers_to_itself_gives_no_link_to_itself() -> None:
    answer = read(
        rss(f"<item><link>{URL}</link></item><item><link>https://herald.example/a</link></item>")
    )
    assert [link.url for link in answer.links] == ["https://herald.example/a"]


def test_a_damaged_feed_gives_what_can_be_read() -> None:
    answer = read(
        '<rss version="2.0"><channel><item><link>https://herald.example/a</link><title>Salt & Sea</title>'
        "</item><item><link>https://herald.example/b</link>"
    )
    assert "https://herald.example/a" in [link.url for link in answer.links]


def test_of_a_very_long_feed_the_first_part_is_read_and_that_is_said() -> None:
    item = "<item><link>https://herald.example/{}</link><description>{}</description></item>"
    answer = read(rss("".join(item.format(number, "sea " * 25_000) for number in range(60))))
    assert 30 < len(answer.links) < 45
    assert answer.links[0].url == "https://herald.example/0"
    assert "only its first part" in str(answer.problem)


def test_entities_are_not_expanded_without_end() -> None:
    bomb = (
        '<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
        '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;">]>'
        '<rss version="2.0"><channel><item><title>&d;</title><link>https://herald.example/a</link></item>'
        "</channel></rss>"
    )
    answer = read(bomb)
    assert all(len(link.title or "") <= 1000 for link in answer.links)


def test_no_file_of_ours_is_read() -> None:
    body = (
        '<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
        '<rss version="2.0"><channel><item><title>&x;</title><link>https://herald.example/a</link></item>'
        "</channel></rss>"
    )
    assert all("localhost" not in (link.title or "") for link in read(body).links)
    assert [link.title for link in read(body).links] in ([None], ["&x;"], [""])


@pytest.mark.parametrize(
    "stated", ["2031-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "yesterday", "2026-13-40"]
)
def test_a_moment_that_cannot_be_is_left_out(stated: str) -> None:
    answer = read(
        '<feed xmlns="http://www.w3.org/2005/Atom"><entry><link href="https://herald.example/a"/>'
        f"<published>{stated}</published></entry></feed>"
    )
    assert answer.links[0].published_at is None


@pytest.mark.parametrize(
    "target",
    [
        "mailto:desk@herald.example",
        "javascript:alert(1)",
        "http://",
        "https://u:p@herald.example/a",
    ],
)
def test_what_cannot_be_fetched_is_no_link(target: str) -> None:
    answer = read(
        rss(f"<item><link>{target}</link></item><item><link>https://herald.example/a</link></item>")
    )
    assert [link.url for link in answer.links] == ["https://herald.example/a"]


def test_links_are_limited() -> None:
    items = "".join(f"<item><link>https://herald.example/{n}</link></item>" for n in range(300))
    assert len(read(rss(items)).links) == 100


def test_a_guid_that_the_feed_gives_to_several_pages_names_none() -> None:
    items = "".join(
        f"<item><title>T{n}</title><link>https://news.example/{n}</link><guid isPermaLink='false'>{guid}</guid></item>"
        for n, guid in ((1, "all"), (2, "all"), (3, "own"))
    )
    body = f"<rss version='2.0'><channel>{items}</channel></rss>".encode()
    found = feed.read(body, url="https://news.example/rss", content_type=None, now=NOW)
    assert [link.guid for link in found.links] == [None, None, "own"]
