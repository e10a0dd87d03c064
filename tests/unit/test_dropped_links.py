"""Links that a source names and that are not taken: counted by reason, a few of them remembered."""

from datetime import UTC, datetime
from typing import Any

from config.site import SiteConfig
from crawler import discovery
from crawler.lanes import MAX_DROPPED, SourceRun
from crawler.sources.answer import Dropped, SourceAnswer
from db.archiving.entries import KnownSource

BASE = "https://a.example"
NOW = datetime(2026, 5, 10, tzinfo=UTC)


def read(*entries: tuple[str, str], most: int = 100, **source: Any) -> SourceAnswer:
    site = SiteConfig.model_validate(
        {
            "name": "a",
            "title": "A",
            "home": f"{BASE}/",
            "deny": ["/video/"],
            "sources": [{"sitemap": f"{BASE}/map.xml", **source}],
        }
    )
    inner = "".join(f"<url><loc>{url}</loc><lastmod>{day}</lastmod></url>" for url, day in entries)
    return discovery.read(
        f"<urlset>{inner}</urlset>".encode(),
        site=site,
        source=site.sources[0],
        url=f"{BASE}/map.xml",
        content_type=None,
        now=NOW,
        since=None,
        max_links=most,
    )


def test_links_that_are_not_taken_are_counted_by_reason() -> None:
    answer = read(
        (f"{BASE}/new", "2026-05-09"),
        (f"{BASE}/newer", "2026-05-10"),
        (f"{BASE}/old", "2026-01-01"),
        (f"{BASE}/video/1", "2026-05-09"),
        (f"{BASE}/video/2", "2026-05-09"),
        ("https://b.example/x", "2026-05-09"),
        max_age="7d",
        most=6,
    )
    assert [link.url for link in answer.links] == [f"{BASE}/new", f"{BASE}/newer"]
    assert answer.dropped == {
        "older than max_age": Dropped(1, (f"{BASE}/old",)),
        "not wanted by allow and deny": Dropped(2, (f"{BASE}/video/1", f"{BASE}/video/2")),
        "another host": Dropped(1, ("https://b.example/x",)),
        "max_links_per_source reached": Dropped(0, ()),
    }


def test_what_is_over_a_sources_own_limit_is_counted() -> None:
    entries = [(f"{BASE}/{number}", "2026-05-09") for number in range(9)]
    answer = read(*entries, max_links=2)
    assert len(answer.links) == 2
    assert answer.dropped["over max_links"].count == 7
    assert len(answer.dropped["over max_links"].urls) == MAX_DROPPED


def test_few_are_remembered_however_many_there_are() -> None:
    run = SourceRun(
        config=SiteConfig.model_validate(
            {"name": "a", "title": "A", "home": BASE, "sources": [{"feed": BASE}]}
        ).sources[0],
        known=KnownSource(1, "feed", BASE, None, None, None, None, 0),
        since=None,
    )
    for number in range(4):
        urls = tuple(f"{BASE}/{number}/{each}" for each in range(3))
        run.drop({"another host": Dropped(30, urls)})
    assert run.dropped["another host"]["count"] == 120
    assert len(run.dropped["another host"]["urls"]) == MAX_DROPPED
