"""Hosts whose robots.txt, feed or patience is the problem; each a site of one crawl."""

import itertools
from collections.abc import Iterator

import pytest

from tests.hostile import lying
from tests.hostile.crawling import Crawled, crawl_in_fork, site
from tests.hostile.lying import Connection, Server

GONE_PORT = "http://127.0.0.1:9"  # the discard service; nothing listens there


def robots_error(connection: Connection) -> None:
    connection.answer(b"broken", status="500 Internal Server Error")


def robots_huge(connection: Connection) -> None:
    connection.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nUser-agent: *\n")
    while not connection.wait(0):
        connection.send(b"Disallow: /nothing-here\n" * 4000)


def robots_long(connection: Connection) -> None:
    body = b"User-agent: *\nDisallow: /lie\n" + b"# filler\n" * 80_000 + b"Disallow: /story-1\n"
    connection.answer(body, kind="text/plain")


def robots_forbids(connection: Connection) -> None:
    connection.answer(b"User-agent: Morgue\nDisallow: /lie\n", kind="text/plain")


def robots_slow(connection: Connection) -> None:
    connection.answer(b"User-agent: *\nCrawl-delay: 0.5\n", kind="text/plain")


def robots_inside(connection: Connection) -> None:
    connection.answer(b"", status="302 Found", headers=("Location: http://10.0.0.1/robots.txt",))


def feed_is_html(connection: Connection) -> None:
    connection.answer(lying.STORY)


def feed_is_empty(connection: Connection) -> None:
    connection.answer(b"", kind="application/rss+xml")


def feed_is_large(connection: Connection) -> None:
    connection.answer(b"<rss>" + b" " * 2_000_000, kind="application/rss+xml")


def feed_of_itself(connection: Connection) -> None:
    connection.answer(lying.feed(connection.base, "/feed.xml"), kind="application/rss+xml")


SERVERS: dict[str, dict[str, lying.Lie]] = {
    "robotserror": {"/robots.txt": robots_error},
    "robotsnever": {"/robots.txt": lying.never},
    "robotshuge": {"/robots.txt": robots_huge},
    "robotslong": {"/robots.txt": robots_long},
    "robotsforbids": {"/robots.txt": robots_forbids},
    "robotsignored": {"/robots.txt": robots_forbids},
    "robotsslow": {"/robots.txt": robots_slow},
    "robotsinside": {"/robots.txt": robots_inside},
    "feedishtml": {"/feed.xml": feed_is_html},
    "feedisempty": {"/feed.xml": feed_is_empty},
    "feedislarge": {"/feed.xml": feed_is_large},
    "feedofitself": {"/feed.xml": feed_of_itself},
    "busyforlong": {"/lie": lying.busy_for(7200)},
    "busyforshort": {"/lie": lying.busy_for(1)},
    "dead": dict.fromkeys(("/robots.txt", "/feed.xml", "/lie"), lying.reset),
}


@pytest.fixture(scope="module")
def servers() -> Iterator[dict[str, Server]]:
    made = {name: Server(lies) for name, lies in SERVERS.items()}
    yield made
    for server in made.values():
        server.close()


@pytest.fixture(scope="module")
def crawled(servers: dict[str, Server], tmp_path_factory: pytest.TempPathFactory) -> Crawled:
    sites = [site(name, server.base) for name, server in servers.items()]
    for each in sites:
        if each["name"] == "robotsignored":
            each["politeness"] |= {"robots": "ignore", "robots_ignored_because": "it is a test"}
    sites.append(site("gone", GONE_PORT))
    return crawl_in_fork(tmp_path_factory.mktemp("robots"), sites)


def source(crawled: Crawled, servers: dict[str, Server], name: str) -> dict[str, object]:
    return crawled.sources[f"{servers[name].base}/feed.xml"]


@pytest.mark.parametrize("name", ["robotserror", "robotsnever", "robotshuge", "dead"])
def test_an_unreachable_robots_txt_means_no(
    crawled: Crawled, servers: dict[str, Server], name: str
) -> None:
    assert set(servers[name].paths) == {"/robots.txt"}
    assert "robots.txt unreachable" in str(source(crawled, servers, name)["last_error"])
    assert "robots.txt unreachable" in str(crawled.sites[name]["last_error"])


def test_a_robots_txt_that_leads_inside_is_not_followed(
    crawled: Crawled, servers: dict[str, Server]
) -> None:
    assert set(servers["robotsinside"].paths) == {"/robots.txt"}
    assert crawled.sites["robotsinside"]["last_error"]


def test_only_the_first_part_of_a_long_robots_txt_counts(
    crawled: Crawled, servers: dict[str, Server]
) -> None:
    base = servers["robotslong"].base
    assert crawled.visit(f"{base}/lie")["outcome"] == "refused"
    assert crawled.visit(f"{base}/story-1")["status"] == 200


def test_what_robots_txt_forbids_is_not_asked_for(
    crawled: Crawled, servers: dict[str, Server]
) -> None:
    visit = crawled.visit(f"{servers['robotsforbids'].base}/lie")
    assert (visit["outcome"], visit["detail"]) == ("refused", "robots")
    assert "/lie" not in servers["robotsforbids"].paths


def test_a_site_may_be_crawled_without_its_robots_txt(
    crawled: Crawled, servers: dict[str, Server]
) -> None:
    assert "/robots.txt" not in servers["robotsignored"].paths
    assert crawled.visit(f"{servers['robotsignored'].base}/lie")["status"] == 200


def test_a_crawl_delay_is_kept(crawled: Crawled, servers: dict[str, Server]) -> None:
    assert crawled.report["outcome"] == "finished"
    times = servers["robotsslow"].times
    gaps = [later - earlier for earlier, later in itertools.pairwise(times[1:])]
    assert len(gaps) >= 2
    assert min(gaps) > 0.45


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("feedishtml", "this is an HTML page, not a feed"),
        ("feedisempty", "the feed is empty"),
        ("feedislarge", "too_large"),
        ("feedofitself", "the feed has no entries"),
    ],
)
def test_a_feed_that_is_none_is_noted_with_its_source(
    crawled: Crawled, servers: dict[str, Server], name: str, words: str
) -> None:
    assert words in str(source(crawled, servers, name)["last_error"])


def test_a_long_retry_after_leaves_the_rest_for_another_crawl(
    crawled: Crawled, servers: dict[str, Server]
) -> None:
    base = servers["busyforlong"].base
    assert crawled.visit(f"{base}/lie")["status"] == 503
    assert servers["busyforlong"].paths.count("/lie") == 1
    assert servers["busyforlong"].paths[-1] == "/lie"
    assert "wait" in str(crawled.sites["busyforlong"]["last_error"])


def test_a_short_retry_after_is_waited_for(crawled: Crawled, servers: dict[str, Server]) -> None:
    paths, times = servers["busyforshort"].paths, servers["busyforshort"].times
    asked = [at for path, at in zip(paths, times, strict=True) if path == "/lie"]
    assert len(asked) == 3
    assert asked[1] - asked[0] > 0.9
    assert crawled.visit(f"{servers['busyforshort'].base}/story-1")["status"] == 200


def test_a_site_that_cannot_be_reached_is_told_in_plain_words(crawled: Crawled) -> None:
    row = crawled.sites["gone"]
    assert "could not be reached" in str(row["last_error"])
    assert "refused" in str(row["last_error"])
    assert row["failure_count"] == 1
    report = next(each for each in crawled.report["sites"] if each["name"] == "gone")
    assert report["outcome"] == "failed"
    assert report["error"] == row["last_error"]


@pytest.mark.parametrize(
    ("name", "outcome", "status", "links"),
    [
        ("robotsslow", "new", 200, (3, 3)),
        ("robotserror", "refused", None, (None, 0)),
        ("feedishtml", "error", 200, (0, 0)),
        ("feedofitself", "empty", 200, (0, 0)),
        ("feedislarge", "error", None, (None, 0)),
    ],
)
def test_every_look_at_a_source_is_in_the_ledger_with_what_it_came_to(
    crawled: Crawled,
    servers: dict[str, Server],
    name: str,
    outcome: str,
    status: int | None,
    links: tuple[int | None, int],
) -> None:
    (look,) = crawled.source_looks[f"{servers[name].base}/feed.xml"]
    assert (look["outcome"], look["status"]) == (outcome, status)
    assert (look["link_count"], look["new_link_count"]) == links
    assert (look["detail"] is None) == (outcome == "new")
