"""How many revisions a second go into the archive, search included, beside raw inserts in the same run.

    python benchmarks/bench_archive.py [--revisions 3000] [--batch 40] [--rounds 3]
    python benchmarks/bench_archive.py --archive postgresql://...     an empty database

A revision is a text of 4 KB with its article, alias, extraction, content, visit, link state and search row.
Raw is one table with four indexes and its search index, by executemany in the same batches: the least that
could be written. Captures are kept beforehand; what they cost is in bench_captures.py.
"""

import argparse
import hashlib
import json
import random
import sqlite3
import statistics
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from config.clock import ManualClock
from db.archive import Archive
from db.archiving import crawls, ledger, links
from db.archiving.entries import (
    Alias,
    Entry,
    FoundLink,
    KnownLink,
    LinkState,
    NewArticle,
    NewCapture,
    NewExtraction,
    NewRevision,
)
from db.models import VisitOutcome
from pipeline.fingerprint import shingles

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
WORDS = 620


def texts(count: int) -> list[str]:
    """Texts with the word frequencies of a language, a paragraph a line."""
    dice = random.Random(1)
    letters = "abcdefghijklmnopqrstuvwxyz"
    words = ["".join(dice.choices(letters, k=dice.randint(2, 9))) for _ in range(20_000)]
    weights = [1 / rank for rank in range(1, len(words) + 1)]
    drawn = [dice.choices(words, weights, k=WORDS) for _ in range(count)]
    return ["\n".join(" ".join(each[at : at + 60]) for at in range(0, WORDS, 60)) for each in drawn]


def entry(link: KnownLink, text: str, *, crawl_id: int, capture_id: int) -> Entry:
    """A visit that saw a new article."""
    paragraphs = [{"kind": "paragraph", "text": line} for line in text.split("\n")]
    content = json.dumps({"url": link.url, "title": link.title, "text": text, "blocks": paragraphs})
    return Entry(
        crawl_id=crawl_id,
        link_id=link.id,
        site_id=link.site_id,
        visited_at=NOW,
        outcome=VisitOutcome.NEW,
        status=200,
        link_state=LinkState(due_at=NOW + timedelta(hours=1), etag='"abc"'),
        capture_id=capture_id,
        extraction=NewExtraction(content.encode(), "1", b"r" * 32, is_believed=True),
        article=NewArticle(guid=link.url),
        aliases=(Alias(link.url, link.url_key, "asked"),),
        revision=NewRevision(
            title=link.title or "",
            text=text,
            normal_sha256=hashlib.sha256(text.encode()).digest(),
            authors=("A. Writer",),
            published_at=NOW,
            published=NOW.isoformat(),
            language="en",
            shingles=shingles(text),
        ),
    )


def archived(address: str, bodies: list[str], batch: int) -> tuple[float, float]:
    """Revisions and 304 visits a second."""
    with Archive.open(address, clock=ManualClock(NOW)) as archive:
        with archive.write() as session:
            site = crawls.ensure_site(
                session, name="bench", title="Bench", home="https://bench.example/", now=NOW
            )
            crawl_id = crawls.begin_crawl(
                session, trigger="command", owner="bench:1", now=NOW, site_ids=[site.id]
            )
            found = [
                FoundLink(f"https://bench.example/{n}", f"bench.example/{n}", title=f"Story {n}")
                for n in range(len(bodies))
            ]
            links.offer_links(session, site.id, found, now=NOW)
            due = links.due_links(session, [site.id], now=NOW, limit=len(bodies))
            kept = ledger.keep_captures(
                session,
                archive.captures,
                [
                    NewCapture(site.id, each.id, crawl_id, NOW, each.url, 200, each.url.encode())
                    for each in due
                ],
            )
        entries = [
            entry(link, text, crawl_id=crawl_id, capture_id=one.capture_id)
            for link, text, one in zip(due, bodies, kept, strict=True)
        ]
        began = time.perf_counter()
        for at in range(0, len(entries), batch):
            with archive.write() as session:
                ledger.archive_entries(session, entries[at : at + batch], now=NOW)
        revisions = len(entries) / (time.perf_counter() - began)
        with archive.read() as session:
            known = list(links.load_links(session, [link.id for link in due]).values())
        began = time.perf_counter()
        for at in range(0, len(known), batch):
            with archive.write() as session:
                ledger.archive_entries(session, _looks(known[at : at + batch], crawl_id), now=NOW)
        return revisions, len(known) / (time.perf_counter() - began)


def _looks(known: list[KnownLink], crawl_id: int) -> list[Entry]:
    return [
        Entry(
            crawl_id=crawl_id,
            link_id=link.id,
            site_id=link.site_id,
            visited_at=NOW + timedelta(hours=1),
            outcome=VisitOutcome.SAME_BYTES,
            status=304,
            link_state=LinkState(due_at=NOW),
            article=link.article_id,
            seen_revision_id=link.revision_id,
        )
        for link in known
    ]


def raw(folder: Path, bodies: list[str], batch: int) -> float:
    """Rows a second of one indexed table with full-text search, by executemany on SQLite."""
    connection = sqlite3.connect(folder / "raw.sqlite3", isolation_level=None)
    connection.executescript(
        """
        PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;
        CREATE TABLE version (id INTEGER PRIMARY KEY, article INT, url TEXT, at TEXT, digest BLOB,
                              title TEXT, body TEXT);
        CREATE INDEX one ON version (article); CREATE INDEX two ON version (url);
        CREATE INDEX three ON version (at); CREATE INDEX four ON version (digest);
        CREATE VIRTUAL TABLE words USING fts5(title, body, content='', tokenize='unicode61');
        """
    )
    rows = [
        (n, n, f"https://bench.example/{n}", str(NOW), hashlib.sha256(text.encode()).digest(),
         f"Story {n}", text)
        for n, text in enumerate(bodies)
    ]  # fmt: skip
    began = time.perf_counter()
    for at in range(0, len(rows), batch):
        part = rows[at : at + batch]
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany("INSERT INTO version VALUES (?,?,?,?,?,?,?)", part)
        connection.executemany(
            "INSERT INTO words (rowid, title, body) VALUES (?,?,?)",
            [(row[0], row[5], row[6]) for row in part],
        )
        connection.execute("COMMIT")
    rate = len(rows) / (time.perf_counter() - began)
    connection.close()
    return rate


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--revisions", type=int, default=3000)
    parser.add_argument("--batch", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--archive", help="an empty Postgres database; SQLite where absent")
    chosen = parser.parse_args()
    bodies = texts(chosen.revisions)
    ours, looks, limit = [], [], []
    for _ in range(1 if chosen.archive else chosen.rounds):
        with tempfile.TemporaryDirectory(prefix="bench-archive-") as name:
            limit.append(raw(Path(name), bodies, chosen.batch))
            address = chosen.archive or f"sqlite:///{name}/archive.sqlite3"
            revisions, visits = archived(address, bodies, chosen.batch)
            ours.append(revisions)
            looks.append(visits)
    rate, least = statistics.median(ours), statistics.median(limit)
    goal = 600 if chosen.archive else 1500
    print(f"revisions  {rate:8.0f}/s (goal {goal})   304 visits {statistics.median(looks):8.0f}/s")
    print(f"raw SQLite {least:8.0f}/s   ratio {rate / least:.2f}")


if __name__ == "__main__":
    main()
