"""A site whose pages all say one sentence: crawled, learnt, crawled again. The sentence goes, the history stays."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml

from config.clock import SystemClock
from config.site import SiteConfig
from db.archive import Archive
from db.archiving import crawls, profiles
from db.asking.sql import run_read_only
from db.verify import verify
from pipeline.extraction import Task, sight
from pipeline.profiles import profiling
from tests.acceptance.project import Project

GUILD = "The Lantern is printed by the guild of the lower town and carried by hand to all who keep a light in the window."
PARTS = ("bridge", "granary", "lockgate", "orchard", "tannery", "belfry", "market", "ferry")
LATE = "windmill"
DOINGS = ("was closed for the winter", "got a new keeper", "is too small for what stands in it", "cost more than was said")  # fmt: skip


def paragraphs(part: str) -> list[str]:
    return [
        f"The {part} of the lower town {doing}, said its warden on Monday, and nobody in the {part} council "
        "had an answer to it."
        for doing in DOINGS
    ]


@dataclass
class Paper:
    """The articles that are out, and how often the clock in the page's head has ticked."""

    parts: list[str] = field(default_factory=lambda: list(PARTS))
    edited: dict[str, str] = field(default_factory=dict)
    ticks: int = 0
    published: str = field(default_factory=lambda: SystemClock().now().isoformat())

    def page(self, part: str) -> str:
        texts = [*paragraphs(part), GUILD]
        if part in self.edited:
            texts.insert(1, self.edited[part])
        body = "".join(f"<p>{text}</p>" for text in texts)
        return (
            f"<html><head><title>What the {part} needs - The Lantern</title><!-- {self.ticks} -->"
            f'<meta property="article:published_time" content="{self.published}"></head><body>'
            f"<main><article class=story><h1>What the {part} needs</h1><div class=story-text>{body}</div>"
            "</article></main></body></html>"
        )

    def feed(self, base: str) -> str:
        items = "".join(
            f"<item><title>What the {part} needs</title><link>{base}/{part}</link></item>"
            for part in self.parts
        )
        return f'<rss version="2.0"><channel><title>The Lantern</title>{items}</channel></rss>'


@dataclass
class Desk(Project):
    """A project folder and the site that it crawls."""

    paper: Paper

    def crawl(self, *, days: float = 0) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.morgue("crawl", "--json", days=days).splitlines()]

    def rows(self, statement: str) -> list[Any]:
        address = f"sqlite:///{self.folder}/archive.sqlite3"
        with Archive.open(address, clock=SystemClock(), read_only=True) as archive:
            assert verify(archive) == []
            return [tuple(row) for row in run_read_only(archive, statement, limit=1000).rows]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    paper = Paper()

    class Pages(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            part = self.path.strip("/")
            base = f"http://127.0.0.1:{self.server.server_address[1]}"
            known = part in paper.parts or part == "feed.xml"
            text = paper.feed(base) if part == "feed.xml" else paper.page(part)
            self.send_response(200 if known else 404)
            self.send_header("Content-Type", "text/xml" if part == "feed.xml" else "text/html")
            self.end_headers()
            self.wfile.write(text.encode() if known else b"")

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    base = f"http://127.0.0.1:{server.server_port}"
    site = {
        "name": "lantern",
        "title": "The Lantern",
        "home": f"{base}/",
        "sources": [{"feed": f"{base}/feed.xml"}],
        "schedule": {"every": "1h", "revisit": "ladder"},  # pages are looked at on each of its days
        "politeness": {"allow_private_addresses": True},
    }
    (tmp_path / "sites").mkdir()
    (tmp_path / "sites" / "lantern.yaml").write_text(yaml.safe_dump(site))
    (tmp_path / "morgue.yaml").write_text(
        "delay_s: 0\nconcurrent_per_host: 4\nlog_level: warning\nreading_processes: 1\n"
    )
    yield Desk(tmp_path, paper)
    server.shutdown()
    server.server_close()


REVISIONS = "select r.article_id, r.number, r.text from revision r order by 1, 2"
PROFILES = "select number, page_count, article_count from site_profile order by number"


def test_a_crawl_learns_and_what_repeats_goes_without_a_revision(desk: Desk) -> None:
    learnt = [event for event in desk.crawl() if event["event"] == "profile_learnt"]
    assert [(event["site"], event["pages"]) for event in learnt] == [("lantern", len(PARTS))]
    before = desk.rows(REVISIONS)
    assert all(text.endswith(GUILD) for _, _, text in before), "nothing was known yet"
    told = json.loads(desk.morgue("sites", "profile", "lantern", "--json"))
    assert told["lines"][0]["pages"] == len(PARTS)
    assert told["lines"][0]["text"][:40] == GUILD[:40]
    assert told["body_paths"] == [
        {"pages": len(PARTS), "path": "main>article.story>div.story-text>p"}
    ]

    desk.paper.ticks += 1
    desk.paper.parts.append(LATE)
    events = desk.crawl(days=1)
    seen = [event["outcome"] for event in events if event["event"] == "visit_archived"]
    assert sorted(seen) == ["new", *["same_text"] * len(PARTS)]
    after = desk.rows(REVISIONS)
    assert after[:-1] == before, "another profile is no revision by the publisher"
    assert after[-1][2].splitlines() == paragraphs(LATE)
    assert desk.rows(PROFILES) == [(1, len(PARTS), len(PARTS))]
    used = "select count(*) from extraction where profile_id is not null"
    assert desk.rows(used) == [(len(PARTS) + 1,)]

    desk.paper.ticks += 1
    desk.paper.edited["ferry"] = (
        "The ferry was painted, too, which the council had not asked for at all."
    )
    desk.crawl(days=2)
    (*_, edited) = desk.rows(f"{REVISIONS.replace('order', 'where r.number = 2 order')}")
    assert edited[2].splitlines() == [
        paragraphs("ferry")[0],
        desk.paper.edited["ferry"],
        *paragraphs("ferry")[1:],
    ]
    assert len(desk.rows(REVISIONS)) == len(PARTS) + 2, "one edit, one revision"


def test_learning_again_from_the_same_pages_says_the_same(desk: Desk) -> None:
    desk.crawl()
    text = desk.morgue("sites", "learn", "lantern")
    assert "profile 2" in text
    assert GUILD[:60] in text
    digests = desk.rows("select count(distinct digest_sha256), count(*) from site_profile")
    assert digests == [(1, 2)]
    counts = "select (select count(*) from visit), (select count(*) from extraction), (select count(*) from revision)"
    before = desk.rows(counts)
    desk.morgue("sites", "learn", "lantern")
    assert desk.rows(counts) == before


def test_who_does_not_want_profiles_gets_none(desk: Desk) -> None:
    with (desk.folder / "morgue.yaml").open("a") as settings:
        settings.write("learn_profiles: false\n")
    desk.crawl()
    assert desk.rows(PROFILES) == []


def extracted(desk: Desk, *options: str) -> list[dict[str, Any]]:
    """What a manifest of three pages is read as: the site's own, one said to be its, one of nobody's."""
    (desk.folder / "page.html").write_text(desk.paper.page(LATE))
    home = yaml.safe_load((desk.folder / "sites" / "lantern.yaml").read_text())["home"]
    rows = [
        {"id": "1", "path": "page.html", "url": f"{home}{LATE}"},
        {"id": "2", "path": "page.html", "url": "http://elsewhere.example/a", "site": "lantern"},
        {"id": "3", "path": "page.html", "url": "http://elsewhere.example/a"},
    ]
    (desk.folder / "list.jsonl").write_text("\n".join(map(json.dumps, rows)))
    manifest = str(desk.folder / "list.jsonl")
    told = desk.morgue("extract", "--manifest", manifest, "--jobs", "1", "--json", *options)
    return [json.loads(line) for line in told.splitlines()]


def learnt_beforehand(desk: Desk) -> str:
    """An archive that has learnt the site; the name of its profile."""
    site = SiteConfig(name="lantern", title="The Lantern", home="http://127.0.0.1/")
    clock = SystemClock()
    tasks = [
        Task(desk.paper.page(part).encode(), f"http://127.0.0.1/{part}", site, clock.now())
        for part in PARTS
    ]
    learnt = profiling.learn([seen for task in tasks if (seen := sight(task))])
    address = f"sqlite:///{desk.folder}/archive.sqlite3"
    with Archive.open(address, clock=clock) as archive, archive.write() as session:
        row = crawls.ensure_site(
            session, name="lantern", title="The Lantern", home=site.home, now=clock.now()
        )
        profiles.add_profile(
            session,
            row.id,
            learner=learnt.learner,
            content=learnt.content,
            article_count=len(PARTS),
            page_count=len(PARTS),
            now=clock.now(),
        )
    return learnt.name


def test_saved_pages_are_read_with_what_the_archive_has_learnt_of_their_sites(desk: Desk) -> None:
    alone = extracted(desk)
    assert [one["profile"] for one in alone] == [None] * 3
    assert alone[0]["text"].endswith(GUILD)
    assert not (desk.folder / "archive.sqlite3").exists(), "none is needed"

    name = learnt_beforehand(desk)
    known = extracted(desk)
    assert [(one["site"], one["profile"]) for one in known[:2]] == [("lantern", name)] * 2
    assert known[0]["text"].splitlines() == known[1]["text"].splitlines() == paragraphs(LATE)
    assert {"text": GUILD, "why": "profile"} in known[0]["removed"]
    assert known[2] == alone[2]
    assert extracted(desk, "--no-profile") == alone


def test_whoever_wants_no_profiles_reads_saved_pages_without(desk: Desk) -> None:
    learnt_beforehand(desk)
    with (desk.folder / "morgue.yaml").open("a") as settings:
        settings.write("learn_profiles: false\n")
    assert [one["profile"] for one in extracted(desk)] == [None] * 3


def test_an_archive_that_cannot_be_asked_is_told_with_the_way_around(desk: Desk) -> None:
    (desk.folder / "archive.sqlite3").write_bytes(b"no archive")
    with pytest.raises(AssertionError, match="--no-profile"):
        extracted(desk)
