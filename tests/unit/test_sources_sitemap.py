"""Sitemaps of every kind, and what is none."""

import gzip
from datetime import UTC, datetime, timedelta

import pytest

from crawler.sources import sitemap
from crawler.sources.answer import SourceAnswer

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
URL = "https://herald.example/sitemap.xml"
SPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
NEWS = 'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'
IMAGE = 'xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"'


def read(body: bytes | str, *, since: datetime | None = None, max_links: int = 100) -> SourceAnswer:
    data = body.encode() if isinstance(body, str) else body
    return sitemap.read(
        data, url=URL, content_type="text/xml", now=NOW, since=since, max_links=max_links
    )


def urlset(inner: str) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?><urlset {SPACE} {NEWS} {IMAGE}>{inner}</urlset>'


def index(inner: str) -> str:
    return f'<?xml version="1.0"?><sitemapindex {SPACE}>{inner}</sitemapindex>'


def test_a_news_sitemap_gives_title_and_publication() -> None:
    answer = read(
        urlset(
            "<url><loc>https://herald.example/a</loc><news:news><news:publication><news:name>H</news:name>"
            "</news:publication><news:publication_date>2026-03-01T09:00:00+01:00</news:publication_date>"
            "<news:title>Salt &amp; Sea</news:title></news:news></url>"
        )
    )
    (link,) = answer.links
    assert link.title == "Salt & Sea"
    assert link.published_at == datetime(2026, 3, 1, 8, tzinfo=UTC)


def test_lastmod_is_the_modification() -> None:
    answer = read(
        urlset("<url><loc>https://herald.example/a</loc><lastmod>2026-02-28</lastmod></url>")
    )
    assert answer.links[0].modified_at == datetime(2026, 2, 28, tzinfo=UTC)


def test_the_address_of_a_picture_is_no_link() -> None:
    answer = read(
        urlset(
            "<url><image:image><image:loc>https://herald.example/p.jpg</image:loc></image:image>"
            "<loc>https://herald.example/a</loc></url>"
        )
    )
    assert [link.url for link in answer.links] == ["https://herald.example/a"]


def test_bare_ampersands_are_read_as_such() -> None:
    answer = read(urlset("<url><loc>https://herald.example/a?x=1&y=2&amp;z=3</loc></url>"))
    assert answer.links[0].url == "https://herald.example/a?x=1&y=2&z=3"


def test_no_namespace_and_any_prefix_will_do() -> None:
    assert len(read("<urlset><url><loc>https://herald.example/a</loc></url></urlset>").links) == 1
    prefixed = (
        '<s:urlset xmlns:s="x"><s:url><s:loc>https://herald.example/a</s:loc></s:url></s:urlset>'
    )
    assert len(read(prefixed).links) == 1


def test_gzip_is_unpacked() -> None:
    packed = gzip.compress(urlset("<url><loc>https://herald.example/a</loc></url>").encode())
    assert len(read(packed).links) == 1
    assert len(read(packed[:-4]).links) == 1  # its end is missing


def test_a_gzip_bomb_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sitemap, "MAX_UNPACKED", 100_000)
    assert "unpacks to more than" in str(read(gzip.compress(bytes(10_000_000))).problem)


def test_a_list_of_addresses_is_a_sitemap() -> None:
    answer = read("https://herald.example/a\nhttps://herald.example/b\r\n\nnonsense\n")
    assert [link.url for link in answer.links] == [
        "https://herald.example/a",
        "https://herald.example/b",
    ]


def test_a_feed_may_stand_where_a_sitemap_should() -> None:
    body = '<?xml version="1.0"?><rss version="2.0"><channel><item><link>https://herald.example/a</link></item></channel></rss>'
    assert len(read(body).links) == 1


def child(number: int, lastmod: str | None) -> str:
    stated = f"<lastmod>{lastmod}</lastmod>" if lastmod else ""
    return f"<sitemap><loc>https://herald.example/s{number}.xml</loc>{stated}</sitemap>"


def test_an_index_names_its_sitemaps_the_last_changed_first() -> None:
    answer = read(index(child(1, "2026-01-01") + child(2, "2026-02-01") + child(3, None)))
    assert [url[-6:] for url in answer.more] == ["s2.xml", "s1.xml", "s3.xml"]


def test_sitemaps_that_did_not_change_are_left_out() -> None:
    body = index(child(1, "2026-01-01") + child(2, "2026-02-28") + child(3, None))
    answer = read(body, since=NOW - timedelta(days=3))
    assert [url[-6:] for url in answer.more] == ["s2.xml", "s3.xml"]


def test_of_many_undated_sitemaps_both_ends_are_asked_again() -> None:
    body = index("".join(child(number, None) for number in range(50)))
    assert len(read(body).more) == 50
    again = read(body, since=NOW).more
    assert len(again) == sitemap.MAX_UNDATED
    assert again[0].endswith("s0.xml")
    assert again[-1].endswith("s49.xml")


def test_an_index_that_names_itself_does_not_go_round() -> None:
    answer = read(index(f"<sitemap><loc>{URL}</loc></sitemap>" + child(1, None)))
    assert [url[-6:] for url in answer.more] == ["s1.xml"]


def test_an_index_names_a_limited_number_of_sitemaps() -> None:
    answer = read(index("".join(child(number, "2026-02-01") for number in range(500))))
    assert len(answer.more) == sitemap.MAX_CHILDREN


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "empty"),
        (b"<!doctype html><html><body>sitemap</body></html>", "HTML page"),
        (b"\x1f\x8b\x00\x00nonsense", "damaged"),
        (b"<urlset></urlset>", "no URLs"),
        (b"\x00\x01\x02", "no URLs"),
        (b"{}", "no URLs"),
    ],
)
def test_what_is_no_sitemap_is_said_in_words(body: bytes, words: str) -> None:
    answer = read(body)
    assert not answer.links
    assert words in str(answer.problem)


def test_a_sitemap_that_ends_early_gives_what_can_be_read() -> None:
    whole = urlset("".join(f"<url><loc>https://herald.example/{n}</loc></url>" for n in range(50)))
    assert len(read(whole[:1500]).links) > 10


def test_links_are_limited() -> None:
    body = urlset("".join(f"<url><loc>https://herald.example/{n}</loc></url>" for n in range(50)))
    assert len(read(body, max_links=7).links) == 7


def test_entities_are_not_expanded_without_end() -> None:
    bomb = (
        '<?xml version="1.0"?><!DOCTYPE u [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
        '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY x SYSTEM "file:///etc/hostname">]>'
        "<urlset><url><loc>https://herald.example/&c;&x;</loc></url>"
        "<url><loc>https://herald.example/b</loc></url></urlset>"
    )
    answer = read(bomb)
    assert all(len(link.url) < 2000 for link in answer.links)
