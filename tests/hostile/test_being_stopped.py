"""A crawl that is stopped, doubled, limited or late."""

import signal
import time
from collections.abc import Callable
from pathlib import Path

from tests.hostile import lying
from tests.hostile.crawling import crawl_in_fork, end, site, start
from tests.hostile.lying import Connection, Lie, Server

Make = Callable[[dict[str, Lie]], Server]


def wait_for(server: Server, path: str) -> None:
    deadline = time.monotonic() + 30
    while path not in server.paths:
        assert time.monotonic() < deadline, server.paths
        server.arrived.clear()
        server.arrived.wait(0.2)


def slow_robots(connection: Connection) -> None:
    connection.answer(b"User-agent: *\nCrawl-delay: 60\n", kind="text/plain")


def test_sigterm_ends_a_crawl_soon_whatever_it_waits_for(server: Make, tmp_path: Path) -> None:
    waits = server({"/robots.txt": slow_robots})
    hangs = server({"/lie": lying.never})
    sites = [
        site("waits", waits.base),
        site("hangs", hangs.base, politeness={"timeout": "60s"}),
    ]
    began = time.monotonic()
    with start(tmp_path, sites) as child:
        wait_for(hangs, "/lie")
        wait_for(waits, "/robots.txt")
        asked_at = time.monotonic()
        child.send_signal(signal.SIGTERM)
        crawled = end(tmp_path, child, began=began, timeout=120)
    assert time.monotonic() - asked_at < 15
    assert crawled.report["outcome"] == "stopped"
    assert "SIGTERM" in crawled.report["error"]
    assert f"{hangs.base}/lie" not in crawled.visits  # nothing was wrong with it: still due


def test_what_a_stopped_crawl_did_not_ask_is_asked_by_the_next(
    server: Make, tmp_path: Path
) -> None:
    hangs = server({"/lie": lying.never})
    sites = [site("hangs", hangs.base, politeness={"timeout": "60s"})]
    with start(tmp_path, sites) as child:
        wait_for(hangs, "/lie")
        child.send_signal(signal.SIGINT)
        child.communicate(timeout=120)
    hangs.lies.clear()
    crawled = crawl_in_fork(tmp_path, sites)
    assert {url.rpartition("/")[2] for url in crawled.visits} == {"lie", "story-1", "story-2"}


def test_a_second_signal_ends_it_at_once(server: Make, tmp_path: Path) -> None:
    hangs = server({"/lie": lying.never})
    with start(tmp_path, [site("hangs", hangs.base, politeness={"timeout": "60s"})]) as child:
        wait_for(hangs, "/lie")
        child.send_signal(signal.SIGTERM)
        child.send_signal(signal.SIGINT)
        began = time.monotonic()
        child.communicate(timeout=120)
    assert time.monotonic() - began < 5


def test_a_site_that_is_being_crawled_is_left_alone(server: Make, tmp_path: Path) -> None:
    hangs = server({"/lie": lying.never})
    free = server({})
    busy = site("busy", hangs.base, politeness={"timeout": "60s"})
    with start(tmp_path, [busy]) as child:
        wait_for(hangs, "/lie")
        (tmp_path / "second").mkdir()
        url = f"sqlite:///{tmp_path}/archive.sqlite3"
        (tmp_path / "second" / "archive.sqlite3").symlink_to(tmp_path / "archive.sqlite3")
        crawled = crawl_in_fork(
            tmp_path / "second", [busy, site("free", free.base)], settings={"archive_url": url}
        )
        child.send_signal(signal.SIGTERM)
        child.communicate(timeout=120)
    reports = {each["name"]: each for each in crawled.report["sites"]}
    assert str(child.pid) in reports["busy"]["busy"]
    assert reports["free"]["outcome"] == "finished"


def test_a_crawl_ends_when_its_time_is_up(server: Make, tmp_path: Path) -> None:
    hangs = server({"/lie": lying.never})
    crawled = crawl_in_fork(
        tmp_path,
        [site("hangs", hangs.base, politeness={"timeout": "60s"})],
        settings={"max_crawl_minutes": 0.02},
    )
    assert crawled.report["outcome"] == "stopped"
    assert "time" in crawled.report["error"]
    assert crawled.seconds < 30


def test_no_more_pages_than_the_limit_are_asked_for(server: Make, tmp_path: Path) -> None:
    asked = server({})
    crawl_in_fork(tmp_path, [site("one", asked.base)], limit=1)
    pages = [path for path in asked.paths if path not in ("/robots.txt", "/feed.xml")]
    assert len(pages) == 1


def test_a_url_of_no_site_is_refused_where_it_is_private(server: Make, tmp_path: Path) -> None:
    private = server({})
    url = f"{private.base}/story-1"
    crawled = crawl_in_fork(tmp_path, [], urls=[url])
    assert crawled.visit(url)["outcome"] == "refused"
    assert "private address" in crawled.visit(url)["detail"]
    assert private.paths == []


def test_a_url_is_asked_for_as_its_site_and_nothing_else_is(server: Make, tmp_path: Path) -> None:
    asked = server({})
    url = f"{asked.base}/story-7"
    crawled = crawl_in_fork(tmp_path, [], urls=[url], known=[site("one", asked.base)])
    assert crawled.visit(url)["status"] == 200
    assert set(asked.paths) == {"/robots.txt", "/story-7"}


def test_an_unchanged_feed_and_page_are_answered_with_304(server: Make, tmp_path: Path) -> None:
    def tagged(connection: Connection) -> None:
        if connection.headers.get("if-none-match") == '"1"':
            connection.send(b"HTTP/1.1 304 Not Modified\r\nConnection: close\r\n\r\n")
        elif connection.path == "/feed.xml":
            body = lying.feed(connection.base, "/lie")
            connection.answer(body, kind="application/rss+xml", headers=('ETag: "1"',))
        else:
            connection.answer(lying.STORY, headers=('ETag: "1"',))

    asked = server({"/lie": tagged, "/feed.xml": tagged})
    revisit = {"every": "1h", "revisit": {"1h": "1s"}}
    sites = [site("one", asked.base, schedule=revisit)]
    crawl_in_fork(tmp_path, sites)
    crawled = crawl_in_fork(tmp_path, sites)
    outcomes = [visit["outcome"] for visit in crawled.visits[f"{asked.base}/lie"]]
    assert outcomes == ["new", "same_bytes"]
    assert crawled.sources[f"{asked.base}/feed.xml"]["status"] == 304
    assert crawled.report["sites"][0]["counts"]["same_bytes"] == 1
