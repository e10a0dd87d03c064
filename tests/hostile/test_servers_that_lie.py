"""One crawl of many sites, each of which lies in its own way, beside one that does not."""

from collections.abc import Iterator

import pytest

from tests.hostile import lying
from tests.hostile.crawling import Crawled, crawl_in_fork, site
from tests.hostile.lying import Server

LIES = {
    "never": lying.never,
    "drip": lying.drip,
    "endless": lying.endless,
    "huge": lying.huge,
    "short": lying.short,
    "bomb": lying.bomb,
    "falsegzip": lying.false_gzip,
    "loop": lying.loop,
    "metadata": lying.to("http://169.254.169.254/latest/meta-data/"),
    "inner": lying.to("http://10.0.0.1/admin"),
    "disguised": lying.to("http://[::ffff:10.0.0.1]/admin"),
    "ftp": lying.to("ftp://127.0.0.1/file"),
    "reset": lying.reset,
    "garbage": lying.garbage,
    "oddheaders": lying.odd_headers,
    "headerflood": lying.header_flood,
}


@pytest.fixture(scope="module")
def servers() -> Iterator[dict[str, Server]]:
    lying.packed_zeros()  # takes longer than a page may
    made = {name: Server({"/lie": lie}) for name, lie in LIES.items()}
    made["loop"] = Server({"/lie": lying.loop} | {f"/lie?{n}": lying.loop for n in range(9)})
    made["neighbour"] = Server({"/lie": lying.to(f"{made['short'].base}/story-9")})
    yield made
    for server in made.values():
        server.close()


@pytest.fixture(scope="module")
def crawled(servers: dict[str, Server], tmp_path_factory: pytest.TempPathFactory) -> Crawled:
    sites = [site(name, server.base) for name, server in servers.items()]
    return crawl_in_fork(tmp_path_factory.mktemp("lies"), sites)


def lie_of(crawled: Crawled, servers: dict[str, Server], name: str) -> tuple[str, str]:
    visit = crawled.visit(f"{servers[name].base}/lie")
    return visit["outcome"], visit["detail"] or ""


def test_the_crawl_ends_in_time(crawled: Crawled) -> None:
    assert crawled.report["outcome"] == "finished"
    assert crawled.seconds < 60


def test_the_crawl_stays_small(crawled: Crawled) -> None:
    # 142 MB; without a limit on headers it was 590 MB after two seconds, and growing.
    assert crawled.peak_mb < 300


@pytest.mark.parametrize("name", [*LIES, "neighbour"])
def test_honest_pages_beside_a_lie_are_archived(
    crawled: Crawled, servers: dict[str, Server], name: str
) -> None:
    for path in ("/story-1", "/story-2"):
        assert crawled.visit(f"{servers[name].base}{path}")["status"] == 200


@pytest.mark.parametrize(
    ("name", "outcome", "words"),
    [
        ("never", "error", "timeout"),
        ("drip", "error", "timeout"),
        ("endless", "error", "too_large"),
        ("huge", "error", "too_large"),
        ("bomb", "error", "too_large"),
        ("falsegzip", "error", "encoding"),
        ("loop", "error", "redirects"),
        ("metadata", "refused", "private address"),
        ("inner", "refused", "private address"),
        ("disguised", "refused", "private address"),
        ("ftp", "refused", "not a web address"),
        ("reset", "error", "connection"),
        ("garbage", "error", "http"),
        ("headerflood", "error", "http"),
    ],
)
def test_a_lie_is_recorded_in_words(
    crawled: Crawled, servers: dict[str, Server], name: str, outcome: str, words: str
) -> None:
    found, detail = lie_of(crawled, servers, name)
    assert found == outcome
    assert words in detail


def test_a_body_that_ends_early_is_kept_as_truncated(
    crawled: Crawled, servers: dict[str, Server]
) -> None:
    visit = crawled.visit(f"{servers['short'].base}/lie")
    assert visit["status"] == 200
    assert visit["is_truncated"] == 1


def test_header_lines_without_a_colon_do_no_harm(
    crawled: Crawled, servers: dict[str, Server]
) -> None:
    assert crawled.visit(f"{servers['oddheaders'].base}/lie")["status"] == 200


def test_a_redirect_to_another_site_is_no_article_of_either(
    crawled: Crawled, servers: dict[str, Server]
) -> None:
    outcome, detail = lie_of(crawled, servers, "neighbour")
    assert outcome == "error"
    assert "redirects off the site" in detail
    assert f"{servers['short'].base}/story-9" not in crawled.visits


def test_a_host_that_resets_is_asked_again_twice(
    servers: dict[str, Server], crawled: Crawled
) -> None:
    assert crawled.report["outcome"] == "finished"
    assert servers["reset"].paths.count("/lie") == 3


def test_a_host_that_does_not_answer_is_asked_once(
    servers: dict[str, Server], crawled: Crawled
) -> None:
    assert crawled.report["outcome"] == "finished"
    assert servers["never"].paths.count("/lie") == 1
