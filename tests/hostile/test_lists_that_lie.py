"""Lists that shuffle, show one page at a time, break off or flap: what is missed in them costs a few looks in all."""

from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest

from tests.hostile.crawling import Crawled, crawl_in_fork, site
from tests.hostile.lying import Connection, Server

pytestmark = pytest.mark.timeout(400)  # several crawls, one after the other

STORIES = 12
CRAWLS = 7
WORDS = [
    "ferry",
    "harbour",
    "council",
    "bridge",
    "pilot",
    "market",
    "storm",
    "ticket",
    "school",
    "river",
    "engine",
    "library",
    "museum",
    "winter",
    "budget",
    "garden",
    "minister",
    "railway",
    "teacher",
    "tunnel",
    "orchestra",
    "fishing",
    "warehouse",
    "lantern",
]

Numbers = Callable[[int], list[int]]


def shuffled(poll: int) -> list[int]:
    return Random(f"shuffled {poll}").sample(range(STORIES), STORIES - poll % 3)


def sampled(poll: int) -> list[int]:
    return Random(f"sampled {poll}").sample(range(STORIES), 5)


def single(poll: int) -> list[int]:
    return list(range(STORIES)) if poll == 0 else [(poll * 5) % STORIES]


def whole(_poll: int) -> list[int]:
    return list(range(STORIES))


def orderly(poll: int) -> list[int]:
    """From its third poll on it lists one page no more."""
    return [number for number in range(STORIES) if poll < 2 or number != 4]


class List:
    """A feed, the newest first, or a sitemap, the oldest first, that lists these stories at its polls."""

    def __init__(self, numbers: Numbers, *, is_sitemap: bool = False, is_cut: bool = False) -> None:
        self.numbers, self.is_sitemap, self.is_cut = numbers, is_sitemap, is_cut
        self.polls = 0

    def __call__(self, connection: Connection) -> None:
        numbers = self.numbers(self.polls)
        write = self._sitemap if self.is_sitemap else self._feed
        body = write(connection.base, numbers).encode()
        if self.is_cut and self.polls:
            body = body[: len(body) * (self.polls + 2) // (CRAWLS + 3)]
        self.polls += 1
        connection.answer(body, kind="application/xml")

    def _feed(self, base: str, numbers: list[int]) -> str:
        items = "".join(
            f"<item><title>{headline(n)}</title><link>{base}/story-{n}</link>"
            f"<pubDate>Thu, 01 Jan 2026 {23 - n}:00:00 GMT</pubDate></item>"
            for n in numbers
        )
        return f'<?xml version="1.0"?><rss version="2.0"><channel><title>{self.polls}</title>{items}</channel></rss>'

    def _sitemap(self, base: str, numbers: list[int]) -> str:
        urls = "".join(
            f"<url><loc>{base}/story-{n}</loc><lastmod>2026-01-01T{n:02}:00:00Z</lastmod></url>"
            for n in numbers
        )
        return f"<urlset><!-- {self.polls} -->{urls}</urlset>"


LISTS = {
    "shuffled": List(shuffled),
    "sampled": List(sampled),
    "single": List(single),
    "cutfeed": List(whole, is_cut=True),
    "cutmap": List(whole, is_sitemap=True, is_cut=True),
    "orderly": List(orderly),
}


def headline(number: int) -> str:
    dice = Random(f"headline {number}")
    return (
        f"{dice.choice(WORDS).title()} {dice.choice(WORDS)} meets the {dice.choice(WORDS)} {number}"
    )


def story(connection: Connection) -> None:
    number = int(connection.path.rpartition("-")[2])
    dice = Random(f"story {number}")
    body = "".join(
        f"<p>{' '.join(dice.choices(WORDS, k=25)).capitalize()}, said the keeper of the {dice.choice(WORDS)}.</p>"
        for _ in range(8)
    )
    page = f"<html lang=en><head><title>{headline(number)}</title></head><body><article><h1>{headline(number)}</h1>"
    connection.answer(f"{page}{body}</article></body></html>".encode())


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crawled]:
    """The last of several crawls, an hour apart; by age no page is looked at twice."""
    servers = {name: Server({"/list": each, "/story-*": story}) for name, each in LISTS.items()}
    sites = [
        site(
            name,
            server.base,
            sources=[{"sitemap" if LISTS[name].is_sitemap else "feed": f"{server.base}/list"}],
            schedule={"every": "1h", "revisit": {}},
        )
        for name, server in servers.items()
    ]
    folder: Path = tmp_path_factory.mktemp("lists")
    last: Crawled | None = None
    for hours in range(CRAWLS):
        last = crawl_in_fork(folder, sites, hours_later=hours)
    assert last is not None
    yield last
    for server in servers.values():
        server.close()


def looks(crawled: Crawled, name: str) -> list[int]:
    """How often each page of the site was looked at."""
    number = crawled.sites[name]["id"]
    (source,) = [row for row in crawled.sources.values() if row["site_id"] == number]
    base = str(source["url"]).removesuffix("/list")
    found = [visits for url, visits in crawled.visits.items() if url.startswith(f"{base}/")]
    return [len(visits) for visits in found]


def test_all_pages_are_articles_and_all_lists_were_read(crawled: Crawled) -> None:
    outcomes = {visits[0]["outcome"] for visits in crawled.visits.values()}
    assert outcomes == {"new"}
    assert [each.polls for each in LISTS.values()] == [CRAWLS] * len(LISTS)


@pytest.mark.parametrize(
    ("name", "most"),
    [("shuffled", 2), ("sampled", 3), ("single", 0), ("cutfeed", 0), ("cutmap", 0)],
)
def test_a_list_that_tells_nothing_certain_costs_next_to_nothing(
    crawled: Crawled, name: str, most: int
) -> None:
    counts = looks(crawled, name)
    assert sum(counts) - len(counts) <= most
    assert max(counts) <= 2


def test_a_page_that_an_orderly_list_drops_is_looked_at_once(crawled: Crawled) -> None:
    assert sorted(looks(crawled, "orderly")) == [1] * (STORIES - 1) + [2]
