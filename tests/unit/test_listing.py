"""Links are missed where a list holds older ones, and only there; lists without order cost next to nothing."""

import gzip
import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from config.site import SiteConfig
from crawler import discovery
from crawler.sources import listing, wordpress
from crawler.sources.listing import Listing, Order, Past, missed, order_of
from db.archiving.entries import FoundLink

NOW = datetime(2026, 5, 10, 12, tzinfo=UTC)
BASE = "https://a.example"
NEWEST, OLDEST, UNKNOWN = Order.NEWEST_FIRST, Order.OLDEST_FIRST, Order.UNKNOWN


def gone(before: Sequence[str], now: Sequence[str], order: Order = NEWEST) -> str:
    return "".join(missed(before, now, order=order).links)


def looked_for(lists: Iterable[Sequence[int]], *, order: Order) -> list[int]:
    """What a source that gives these lists, an hour apart, has us look at."""
    past, found = Past(), []
    before: Sequence[int] | None = None
    for now in lists:
        if before is not None:
            one = missed(before, now, order=order)
            past = past.after(one, timedelta(hours=1))
            if past.is_orderly:
                found += one.links
        before = now
    return found


@pytest.mark.parametrize(
    ("before", "now", "is_missed"),
    [
        ("edcba", "edca", "b"),  # from the middle
        ("edcba", "dcba", "e"),  # the newest
        ("edcba", "gfedc", ""),  # the oldest made room
        ("edcba", "gfeda", ""),  # too many at once
        ("edcba", "gfdcb", "e"),  # one went, one made room
        ("edcba", "hgfed", ""),
        ("edcba", "bedca", ""),  # an old one was edited and put on top
        ("edcba", "bfedc", ""),  # ... and the oldest made room
        (
            "edcba",
            "afedc",
            "",
        ),  # ... and the one before it, not the edited one, which was the oldest
        ("pedcba", "pgfedc", ""),  # one is pinned on top
        ("edcba", "", ""),
        ("edcba", "vwxyz", ""),
        ("edcba", "e", ""),  # it shows one alone
        ("edcba", "a", ""),
        ("e", "f", ""),
        ("", "edcba", ""),
        ("edcba", "edcba", ""),
        ("edcba", "abcde", ""),
    ],
)
def test_of_a_list_with_the_newest_first(before: str, now: str, is_missed: str) -> None:
    assert gone(before, now) == is_missed


@pytest.mark.parametrize(
    ("before", "now", "is_missed"),
    [
        ("abcde", "abde", "c"),
        ("abcde", "bcdef", ""),  # the oldest made room
        ("abcde", "bcdf", "e"),  # ... and the newest went
        ("abcde", "cdefg", ""),
    ],
)
def test_of_a_list_with_the_oldest_first(before: str, now: str, is_missed: str) -> None:
    assert gone(before, now, OLDEST) == is_missed


def test_where_nobody_knows_the_old_end_a_link_must_have_stood_between_two_that_stayed() -> None:
    assert gone("abcde", "abde", UNKNOWN) == "c"
    assert gone("abcde", "bcde", UNKNOWN) == ""
    assert gone("abcde", "abcd", UNKNOWN) == ""


def test_a_fifth_of_a_list_may_be_missed_at_once_and_no_more() -> None:
    before = range(20)
    assert missed(before, [n for n in before if n not in {3, 7, 9}], order=NEWEST).links == (
        3,
        7,
        9,
    )
    purged = missed(before, [n for n in before if n not in {3, 7, 9, 11}], order=NEWEST)
    assert (purged.links, purged.left_count) == ((), 0)


def test_what_left_at_the_end_is_counted_and_not_missed() -> None:
    found = missed("edcba", "fedc", order=NEWEST)
    assert (found.links, found.left_count) == ((), 2)


def test_a_list_that_is_cut_off_misses_nothing() -> None:
    for length in range(1, 50):
        assert missed(range(50), range(length), order=NEWEST).links == ()


def test_a_long_list_is_compared_at_once() -> None:
    before = list(range(listing.LONGEST))
    Random(1).shuffle(before)
    now = [-1, *(n for n in before if n != before[700])]
    assert missed(before, now, order=NEWEST).links == (before[700],)


def test_a_feed_that_is_shuffled_at_each_poll_costs_a_few_looks_in_all() -> None:
    dice = Random(7)
    whole = (dice.sample(range(30), 30) for _ in range(500))
    assert looked_for(whole, order=UNKNOWN) == []
    for size in (29, 27, 20, 10, 3):
        parts = [dice.sample(range(30), size) for _ in range(500)]
        for order in Order:
            assert len(looked_for(parts, order=order)) <= 10, (size, order)


def test_a_page_of_several_blocks_costs_a_few_looks_and_then_none() -> None:
    def front(hour: int) -> list[int]:  # each block shows its ten newest, ten times as many come
        return [
            n
            for block in range(4)
            for n in range(1000 * block + hour + 10, 1000 * block + hour, -1)
        ]

    assert len(looked_for((front(hour) for hour in range(200)), order=UNKNOWN)) <= 5


def test_a_feed_that_flaps_between_two_caches_costs_a_few_looks_and_then_none() -> None:
    def flap(hour: int) -> list[int]:
        newest = 20 + hour - 2 * (hour % 2)
        return list(range(newest, newest - 20, -1))

    found = looked_for((flap(hour) for hour in range(400)), order=NEWEST)
    assert len(found) <= 20
    assert max(found) < 100


def test_an_orderly_feed_is_believed_whatever_its_removals() -> None:
    def feed(hour: int) -> list[int]:
        removed = {n for n in range(0, 10_000, 30) if hour >= n + 5}  # after five hours each
        alive = [n for n in range(hour, -1, -1) if n not in removed]
        return alive[:20]

    found = looked_for((feed(hour) for hour in range(20, 400)), order=NEWEST)
    assert found == list(range(30, 391, 30))


def test_a_list_that_was_disorderly_is_believed_again_when_links_leave_it_at_its_end() -> None:
    past = Past().after(listing.Missed(tuple(range(9)), 9, 9), timedelta(0))
    assert not past.is_orderly
    for _ in range(48):
        past = past.after(listing.Missed((), 1), timedelta(hours=1))
    assert past.is_orderly


def test_a_clock_that_was_set_back_takes_nothing_from_the_past() -> None:
    past = Past(8.0, 2.0).after(listing.Missed(), -timedelta(days=300))
    assert (past.left, past.missed) == (8.0, 2.0)


def stated(*hours: float | None, by: str = "published_at") -> list[FoundLink]:
    return [
        FoundLink(
            f"{BASE}/{n}", f"{n}", **{by: NOW - timedelta(hours=hour)} if hour is not None else {}
        )
        for n, hour in enumerate(hours)
    ]


@pytest.mark.parametrize(
    ("links", "order"),
    [
        (stated(1, 2, 3, 4), NEWEST),
        (stated(4, 3, 2, 1), OLDEST),
        (stated(9, 1, 2, 3, 4, 5), NEWEST),  # one is pinned
        (stated(1, 4, 2, 3, 1, 5), UNKNOWN),
        (stated(1, 2, 3), UNKNOWN),  # two steps may be chance
        (stated(1, 1, 1, 1), UNKNOWN),  # days, not moments
        (stated(None, None, None, None), UNKNOWN),
        (stated(1, None, 2, 3, None, 4), NEWEST),
        (stated(1, 2, 3, 4, by="modified_at"), NEWEST),
    ],
)
def test_the_old_end_is_told_by_moments_that_a_list_is_sorted_by(
    links: list[FoundLink], order: Order
) -> None:
    assert order_of(links) is order


def read(body: bytes, *, most: int = 100, url: str = f"{BASE}/x", **source: str) -> Listing | None:
    site = SiteConfig.model_validate(
        {"name": "a", "title": "A", "home": f"{BASE}/", "deny": ["/video/"],
         "sources": [source or {"sitemap": f"{BASE}/x"}]}
    )  # fmt: skip
    return discovery.read(
        body,
        site=site,
        source=site.sources[0],
        url=url,
        content_type=None,
        now=NOW,
        since=None,
        max_links=most,
    ).listing


URLS = "".join(f"<url><loc>{BASE}/{n}</loc></url>" for n in range(3))
SITEMAP = f'<urlset xmlns:n="http://n.example/">{URLS}</urlset>'.encode()
ITEMS = "".join(f"<item><title>{n}</title><link>{BASE}/{n}</link></item>" for n in range(3))
FEED = f'<rss version="2.0"><channel>{ITEMS}</channel></rss>'.encode()


def test_all_that_a_document_names_is_listed_whatever_its_site_wants_of_it() -> None:
    found = read(SITEMAP.replace(b"/1<", b"/video/1<"))
    assert found is not None
    assert found.keys == ("a.example/0", "a.example/video/1", "a.example/2")


@pytest.mark.parametrize(
    "body",
    [
        SITEMAP[:-1],
        SITEMAP[:-20],
        SITEMAP.replace(b"<loc>", b"<loc", 1),
        gzip.compress(SITEMAP, mtime=0)[:-30],
        b"<urlset></urlset>",
        b"",
        b"<html><body>busy",
    ],
    ids=["by a byte", "within its end", "within", "packed", "empty", "nothing", "a page"],
)
def test_a_sitemap_that_is_cut_off_or_broken_lists_nothing_for_certain(body: bytes) -> None:
    assert read(body) is None


@pytest.mark.parametrize(
    "body",
    [FEED[:-5], FEED[:-40], FEED.replace(b"<title>1", b"<title><![CDATA[1"), b"<rss/>", b"{}"],
)
def test_a_feed_that_is_cut_off_or_broken_lists_nothing_for_certain(body: bytes) -> None:
    assert read(body, feed=f"{BASE}/x") is None


@pytest.mark.parametrize(
    ("body", "source"),
    [
        (SITEMAP, "sitemap"),
        (SITEMAP.replace(b"</loc>", b"</loc><n:x/><other:x/>"), "news_sitemap"),  # unknown prefix
        (gzip.compress(SITEMAP, mtime=0), "sitemap"),
        (FEED, "feed"),
        (FEED.replace(b"<title>1", b"<title>Salt & Sea&nbsp;"), "feed"),  # no XML, and all there
    ],
    ids=["sitemap", "unknown prefix", "packed", "feed", "no XML"],
)
def test_what_can_be_read_whole_is_listed(body: bytes, source: str) -> None:
    found = read(body, **{source: f"{BASE}/x"})
    assert found is not None
    assert len(found.keys) == 3


def test_a_document_that_names_as_many_as_are_read_may_name_more() -> None:
    assert read(SITEMAP, most=3) is None


def test_pages_whose_links_are_followed_list_no_news() -> None:
    body = b"".join(b'<a href="/a-long-headline-%d">x</a>' % n for n in range(4))
    assert read(body, follow=f"{BASE}/x") is None
    assert read(body, section=f"{BASE}/x") is not None


def test_of_the_wordpress_api_the_first_page_is_a_list() -> None:
    posts = [{"link": f"{BASE}/{n}", "date_gmt": f"2026-05-0{9 - n}T00:00:00"} for n in range(4)]
    body = json.dumps(posts).encode()
    first = read(body, url=wordpress.endpoint(BASE), wordpress=BASE)
    assert first is not None
    assert first.order is NEWEST
    assert read(body, url=wordpress.endpoint(BASE, page=2), wordpress=BASE) is None
