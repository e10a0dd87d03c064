"""How many bytes a look costs, and a revision with its text and its search row: goals are 120 and 12,288.

    python benchmarks/bench_ledger.py [--links 2000] [--looks 40] [--revisions 1500]
    python benchmarks/bench_ledger.py --archive postgresql://...     an empty database

A look is a 304: what most looks at a site that answers conditional requests are. Its cost is what the archive has
grown by, indexes and pages that are partly filled included, divided by the looks; on Postgres after VACUUM, as
autovacuum leaves it. Looks come in the order of a crawl: every link once, the newest first. Tests of headlines and
removals cost rows of their own, once a set or a removal, and are not counted here. A revision is a text of 4 KB;
what its capture costs is in bench_captures.py.
"""

import argparse
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from bench_archive import NOW, entry, texts
from sqlalchemy import create_engine, text

from config.clock import ManualClock
from db import crawls, ledger, links
from db.archive import Archive
from db.engine import parse_address
from db.entries import Entry, FoundLink, KnownLink, LinkState, NewCapture
from db.models import VisitOutcome

BATCH = 40
VISIT_GOAL = 120
REVISION_GOAL = 12 * 1024
SITES = 1_000
ARTICLES_A_DAY = 30  # of a site
LOOKS = 36  # at an article, by the default ladder: every 30 minutes for 3 hours, every 2 hours for a day ...
REVISIONS = 1.25  # of an article


@dataclass(frozen=True)
class Bench:
    """An archive with one site, and what it weighs."""

    archive: Archive
    site_id: int

    def size(self) -> int:
        """Bytes of everything that the archive has, after what is dead was given back."""
        if self.archive.url.get_backend_name() == "sqlite":
            with self.archive.engine.connect() as connection:
                pages, free, size = (
                    connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
                    for name in ("page_count", "freelist_count", "page_size")
                )
            return int((pages - free) * size)
        engine = create_engine(self.archive.url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text("VACUUM ANALYZE"))
            size = connection.execute(text("SELECT pg_database_size(current_database())"))
            return int(size.scalar_one())

    def weights(self) -> dict[str, int]:
        """Bytes of the ledger's table and of each of its indexes, where the database tells them."""
        if self.archive.url.get_backend_name() == "sqlite":
            return {}
        with self.archive.read() as session:
            rows = session.execute(
                text(
                    "SELECT c.relname, pg_relation_size(c.oid) FROM pg_class AS c"
                    " LEFT JOIN pg_index AS i ON i.indexrelid = c.oid"
                    " WHERE c.relname = 'visit' OR i.indrelid = 'visit'::regclass ORDER BY 1"
                )
            )
            return {name: size for name, size in rows}  # noqa: C416 - a Row is typed so

    def crawl(self, entries: Sequence[Entry], *, now: datetime) -> None:
        """Archive entries as one crawl."""
        with self.archive.write() as session:
            crawl_id = crawls.begin_crawl(
                session, trigger="command", owner="bench:1", now=now, site_ids=[self.site_id]
            )
        for at in range(0, len(entries), BATCH):
            batch = [replace(each, crawl_id=crawl_id) for each in entries[at : at + BATCH]]
            with self.archive.write() as session:
                ledger.archive_entries(session, batch, now=now)

    def found(self, count: int, *, name: str) -> list[KnownLink]:
        """New links, each with a capture that is kept."""
        with self.archive.write() as session:
            offered = [
                FoundLink(f"https://bench.example/{name}/{n}", f"bench.example/{name}/{n}", title=f"Story {n}")
                for n in range(count)
            ]  # fmt: skip
            links.offer_links(session, self.site_id, offered, now=NOW)
            due = links.due_links(session, [self.site_id], now=NOW, limit=10 * count)
            return [link for link in due if f"/{name}/" in link.url]

    def kept(self, known: Sequence[KnownLink], *, crawl_id: int, mark: str) -> list[int]:
        """A capture of each of these links."""
        captures = [
            NewCapture(self.site_id, link.id, crawl_id, NOW, link.url, 200, f"{link.url} {mark}".encode())
            for link in known
        ]  # fmt: skip
        with self.archive.write() as session:
            kept = ledger.keep_captures(session, self.archive.captures, captures)
        return [each.capture_id for each in kept]


def bench(archive: Archive) -> Bench:
    with archive.write() as session:
        site = crawls.ensure_site(
            session, name="bench", title="Bench", home="https://bench.example/", now=NOW
        )
        crawls.begin_crawl(session, trigger="command", owner="bench:1", now=NOW, site_ids=[site.id])
    return Bench(archive, site.id)


def look(link: KnownLink, now: datetime) -> Entry:
    return Entry(
        crawl_id=0,
        link_id=link.id,
        site_id=link.site_id,
        visited_at=now,
        outcome=VisitOutcome.SAME_BYTES,
        status=304,
        link_state=LinkState(due_at=now + timedelta(hours=1), etag=link.etag),
        article=link.article_id,
        seen_revision_id=link.revision_id,
    )


def measure_visits(here: Bench, *, count: int, rounds: int) -> float:
    """Bytes of a look."""
    due = here.found(count, name="looked")
    captures = here.kept(due, crawl_id=1, mark="first")
    bodies = texts(1) * count
    entries = [
        entry(link, f"{body}\n{link.id}", crawl_id=0, capture_id=capture_id)
        for link, body, capture_id in zip(due, bodies, captures, strict=True)
    ]
    here.crawl(entries, now=NOW)
    with here.archive.read() as session:
        known = list(links.load_links(session, [link.id for link in due]).values())
    here.crawl([look(link, NOW) for link in known], now=NOW)  # fills what rows of links leave free
    for _ in range(3):  # until dead rows of links have found their room
        here.crawl([look(link, NOW) for link in known], now=NOW)
        here.size()
    before, weighed = here.size(), here.weights()
    for number in range(1, rounds + 1):
        now = NOW + number * timedelta(hours=1)
        here.crawl([look(link, now) for link in known], now=now)
        here.size()  # on Postgres: dead rows of links are given back, as autovacuum does
    visits = count * rounds
    for name, size in here.weights().items():
        print(f"  {name:28} {(size - weighed[name]) / visits:7.1f} B a look")
    return (here.size() - before) / visits


def measure_revisions(here: Bench, *, count: int) -> tuple[float, float]:
    """Bytes of an article's first revision, and of one that changes a paragraph."""
    due = here.found(count, name="written")
    captures = here.kept(due, crawl_id=1, mark="first")
    bodies = texts(count)
    first = [
        entry(link, body, crawl_id=0, capture_id=capture_id)
        for link, body, capture_id in zip(due, bodies, captures, strict=True)
    ]
    before = here.size()
    here.crawl(first, now=NOW)
    one = (here.size() - before) / count
    with here.archive.read() as session:
        known = list(links.load_links(session, [link.id for link in due]).values())
    captures = here.kept(known, crawl_id=1, mark="second")
    again = [
        replace(
            entry(link, "\n".join([*body.split("\n")[:-1], "Another paragraph came to its end."]),
                  crawl_id=0, capture_id=capture_id),
            article=link.article_id,
            visited_at=NOW + timedelta(hours=1),
        )
        for link, body, capture_id in zip(known, bodies, captures, strict=True)
    ]  # fmt: skip
    before = here.size()
    here.crawl(again, now=NOW + timedelta(hours=1))
    return one, (here.size() - before) / count


def main() -> None:
    """Print bytes a look, bytes a revision, and what a year of a thousand sites comes to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)  # fmt: skip
    parser.add_argument("--archive", help="an empty database; a SQLite file of its own if absent")
    parser.add_argument("--links", type=int, default=2_000)
    parser.add_argument("--looks", type=int, default=40)
    parser.add_argument("--revisions", type=int, default=1_500)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        address = asked.archive or f"sqlite:///{Path(folder) / 'ledger.sqlite3'}"
        with Archive.open(address, clock=ManualClock(NOW)) as archive:
            here = bench(archive)
            print(f"{parse_address(address).get_backend_name()}")
            visit = measure_visits(here, count=asked.links, rounds=asked.looks)
            first, further = measure_revisions(here, count=asked.revisions)
    print(f"a look          {visit:9.1f} B   goal {VISIT_GOAL}")
    print(f"a first revision{first:9.0f} B   goal {REVISION_GOAL}")
    print(f"a further one   {further:9.0f} B   goal {REVISION_GOAL}")
    articles = SITES * ARTICLES_A_DAY * 365
    looks = articles * LOOKS
    texts_size = articles * (first + (REVISIONS - 1) * further)
    print(
        f"a year of {SITES} sites, {ARTICLES_A_DAY} articles a day each, {LOOKS} looks and {REVISIONS} revisions an"
        f" article:\n  {looks / 1e6:.0f} million looks, {looks * visit / 1e9:.0f} GB;"
        f" {articles * REVISIONS / 1e6:.1f} million revisions, {texts_size / 1e9:.0f} GB"
    )


if __name__ == "__main__":
    main()
