"""Feeds that answer "not modified" whatever they hold, and feeds that say when they want to be asked."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hostile import lying
from tests.hostile.crawling import Crawled, crawl_in_fork, site
from tests.hostile.lying import Connection, Server

pytestmark = pytest.mark.timeout(400)  # five crawls, one after the other


class Feed:
    """A feed that gives an ETag; it may lie about having changed, and it may ask for rest."""

    def __init__(self, *, lies: bool, max_age: int = 0) -> None:
        self.lies, self.max_age = lies, max_age
        self.paths = ["/one"]
        self.asked: list[bool] = []  # with conditions or without

    def __call__(self, connection: Connection) -> None:
        is_conditional = "if-none-match" in connection.headers
        self.asked.append(is_conditional)
        current = '"v1"' if self.lies else f'"v{len(self.paths)}"'
        headers = (f"ETag: {current}", f"Cache-Control: max-age={self.max_age}")
        if is_conditional and connection.headers["if-none-match"] == current:
            connection.answer(b"", status="304 Not Modified", headers=headers)
            return
        body = lying.feed(connection.base, *self.paths)
        connection.answer(body, kind="application/rss+xml", headers=headers)


FEEDS = {
    "liar": Feed(lies=True),
    "honest": Feed(lies=False),
    "resting": Feed(lies=False, max_age=5 * 3600),
}


@pytest.fixture(scope="module")
def crawls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Crawled]]:
    """Five crawls of the three: at once, after two hours by schedule, and then after days."""
    servers = {name: Server({"/feed.xml": feed}) for name, feed in FEEDS.items()}
    folder: Path = tmp_path_factory.mktemp("sources")
    sites = [site(name, server.base) for name, server in servers.items()]
    found = []
    for hours, trigger in ((0, "command"), (2, "schedule"), (2.1, "command")):
        found.append(crawl_in_fork(folder, sites, hours_later=hours, trigger=trigger))
    FEEDS["liar"].paths.append("/two")
    found += [
        crawl_in_fork(folder, sites, hours_later=hours, trigger="schedule") for hours in (30, 60)
    ]
    yield found
    for server in servers.values():
        server.close()


def looks(crawled: Crawled, name: str) -> list[dict[str, object]]:
    (url,) = [url for url, row in crawled.sources.items() if row["site_id"] == _site(crawled, name)]
    return crawled.source_looks[url]


def _site(crawled: Crawled, name: str) -> int:
    return int(crawled.sites[name]["id"])


def source(crawled: Crawled, name: str) -> dict[str, object]:
    (row,) = [row for row in crawled.sources.values() if row["site_id"] == _site(crawled, name)]
    return row


def test_a_304_that_withheld_links_is_noticed_within_a_day_and_not_believed_again(
    crawls: list[Crawled],
) -> None:
    assert source(crawls[2], "liar")["wrong_304_at"] is None
    assert source(crawls[3], "liar")["wrong_304_at"] is not None
    told = looks(crawls[3], "liar")[-1]
    assert (told["outcome"], told["new_link_count"]) == ("new", 1)
    assert "its 304s are not believed" in str(told["detail"])
    assert any(url.endswith("/two") for url in crawls[3].visits)
    # conditions were sent until then, and none since
    assert FEEDS["liar"].asked == [False, True, True, True, False, False]


def test_a_304_that_is_borne_out_goes_on_being_believed(crawls: list[Crawled]) -> None:
    assert source(crawls[4], "honest")["wrong_304_at"] is None
    outcomes = [look["outcome"] for look in looks(crawls[4], "honest")]
    assert outcomes == ["new", "not_modified", "not_modified", "same", "same"]
    # each that came after a day of nothing else was followed by a question without conditions
    assert FEEDS["honest"].asked == [False, True, True, True, False, True, False]


def test_a_schedule_leaves_a_feed_that_asks_for_rest_alone_and_a_person_does_not(
    crawls: list[Crawled],
) -> None:
    assert len(looks(crawls[0], "resting")) == 1
    assert source(crawls[0], "resting")["due_because"] == "its server states 5 h"
    assert len(looks(crawls[1], "resting")) == 1
    assert len(looks(crawls[2], "resting")) == 2
    assert len(looks(crawls[3], "resting")) == 3
