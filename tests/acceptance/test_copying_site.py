"""A site that injects a phrase into what it copies: the phrase is told beside the original, then gone from later texts."""

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
from db.archive import Archive
from db.asking.sql import run_read_only
from db.verify import verify
from tests.acceptance.project import Project

PHRASE = "glad tidings"
SPLIT = (("timetable", "timeglad tidingstable"), ("reservation", "reservglad tidingsation"), ("Politicians", "Politiglad tidingscians"))  # fmt: skip
MENTION = "Whoever knows more may write to the glad tidings desk."
OWN = (
    "The glad tidings desk asked the warden of the windmill for the reservglad tidingsation of its sails.",
    "He had none to give, and said that its keeper would be back from the coast by the end of the month.",
    "Until then the miller of the upper town grinds what the lower town brings, and takes a tenth of it.",
)


def story(part: str) -> list[str]:
    return [
        f"The {part} of the lower town was closed for the winter, said its warden on Monday afternoon.",
        f"Nobody in the {part} council had an answer, although the reservation of the timber was made in spring.",
        "Politicians of both parties meant to look at the figures again before the timetable is printed.",
        f"Until then the {part} stays shut, and whoever has business there takes the long way round the harbour.",
    ]


def injected(text: str) -> str:
    for whole, split in SPLIT:
        text = text.replace(whole, split)
    return text


@dataclass
class Papers:
    """What both outlets have out, by host, and how often their clocks have ticked."""

    pages: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    ticks: int = 0
    published: str = field(default_factory=lambda: SystemClock().now().date().isoformat())

    def page(self, host: str, part: str) -> str:
        hour = 8 if host == "127.0.0.1" else 12
        body = "".join(f"<p>{text}</p>" for text in self.pages[host][part])
        return (
            f"<html><head><title>What the {part} needs</title><!-- {self.ticks} -->"
            f'<meta property="article:published_time" content="{self.published}T{hour:02}:00:00Z"></head>'
            f"<body><main><article><h1>What the {part} needs</h1><div>{body}</div></article></main></body></html>"
        )

    def feed(self, host: str, base: str) -> str:
        items = "".join(
            f"<item><title>What the {part} needs</title><link>{base}/{part}</link></item>"
            for part in self.pages[host]
        )
        return f'<rss version="2.0"><channel><title>News</title>{items}</channel></rss>'


@dataclass
class Desk(Project):
    """A project folder and what its sites say."""

    papers: Papers

    def crawl(self, name: str, *, days: float = 0) -> list[dict[str, Any]]:
        told = self.morgue("crawl", name, "--json", days=days)
        return [json.loads(line) for line in told.splitlines()]

    def rows(self, statement: str) -> list[Any]:
        address = f"sqlite:///{self.folder}/archive.sqlite3"
        with Archive.open(address, clock=SystemClock(), read_only=True) as archive:
            assert verify(archive) == []
            return [tuple(row) for row in run_read_only(archive, statement, limit=1000).rows]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    papers = Papers()

    class Pages(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            host, _, port = self.headers["Host"].partition(":")
            part = self.path.strip("/")
            is_feed = part == "feed.xml"
            known = is_feed or part in papers.pages[host]
            text = ""
            if known:
                base = f"http://{host}:{port}"
                text = papers.feed(host, base) if is_feed else papers.page(host, part)
            self.send_response(200 if known else 404)
            self.send_header("Content-Type", "text/xml" if is_feed else "text/html")
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    (tmp_path / "sites").mkdir()
    for name, host in (("lantern", "127.0.0.1"), ("echo", "localhost")):
        base = f"http://{host}:{server.server_port}"
        site = {
            "name": name,
            "title": f"The {name.title()}",
            "home": f"{base}/",
            "sources": [{"feed": f"{base}/feed.xml"}],
            "politeness": {"allow_private_addresses": True},
        }
        (tmp_path / "sites" / f"{name}.yaml").write_text(yaml.safe_dump(site))
    (tmp_path / "morgue.yaml").write_text(
        "delay_s: 0\nconcurrent_per_host: 4\nlog_level: warning\nreading_processes: 1\n"
    )
    yield Desk(tmp_path, papers)
    server.shutdown()
    server.server_close()


COPIES = "select watermark, evidence from reprint order by id"
TEXTS = (
    "select s.name, r.number, r.text from revision r join article a on a.id = r.article_id "
    "join site s on s.id = a.site_id order by r.id"
)


def test_what_one_copy_shows_beside_its_original_goes_from_the_sites_later_texts(
    desk: Desk,
) -> None:
    copied = [*map(injected, story("bridge")), MENTION]
    desk.papers.pages = {"127.0.0.1": {"bridge": story("bridge")}, "localhost": {"bridge": copied}}
    desk.crawl("lantern")
    events = desk.crawl("echo")
    assert [event["event"] for event in events].count("profile_learnt") == 1
    ((phrase, evidence),) = desk.rows(COPIES)
    assert phrase == PHRASE
    assert "phrase injected" in evidence
    before = desk.rows(TEXTS)
    assert before[1] == ("echo", 1, "\n".join(copied)), "kept as it was read then"
    told = json.loads(desk.morgue("sites", "profile", "echo", "--json"))
    assert told["watermarks"] == [{"copies": 1, "text": PHRASE}]

    desk.papers.ticks += 1
    desk.papers.pages["localhost"]["windmill"] = list(OWN)
    events = desk.crawl("echo", days=1)
    seen = [event["outcome"] for event in events if event["event"] == "visit_archived"]
    assert sorted(seen) == ["new", "same_text"], "another profile is no revision by the publisher"
    assert [event["event"] for event in events].count("profile_learnt") == 0
    *rest, (_, _, text) = desk.rows(TEXTS)
    assert rest == before
    assert text == "\n".join([OWN[0].replace("reservglad tidingsation", "reservation"), *OWN[1:]])
    words = desk.morgue("show", "2")
    assert f"phrase injected: “{PHRASE}”" in words
