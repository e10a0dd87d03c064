"""How many bytes a look costs, and a revision with its text and its search row: goals are 120 and 12,288.

    python benchmarks/bench_ledger.py [--links 2000] [--looks 40] [--revisions 1500]
    python benchmarks/bench_ledger.py --archive postgresql://...     an empty database
    python benchmarks/bench_ledger.py --corpora CORPORA              with real texts

A look is a 304: what most looks at a site that answers conditional requests are. Its cost is what the archive has
grown by, indexes and pages that are partly filled included, divided by the looks; on Postgres after VACUUM, as
autovacuum leaves it. Looks come in the order of a crawl: every link once, the newest first. Tests of headlines and
removals cost rows of their own, once a set or a removal, and are not counted here. A revision
is a text of 4 KB with the word frequencies of a language; what its capture costs is in bench_captures.py.
"""

import argparse
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from bench_archive import NOW, entry, texts
from corpora import truth
from sqlalchemy import create_engine, text

from config.clock import ManualClock
from db.archive import Archive
from db.archiving import crawls, ledger, links
from db.archiving.entries import Entry, FoundLink, KnownLink, LinkState, NewCapture
from db.engine import parse_address
from db.models import VisitOutcome

BATCH = 40
VISIT_GOAL = 120
REVISION_GOAL = 12 * 1024
CORPORA = ("aeb", "fundus", "np4k424_clean", "fundus_hist")
SITES = 1_000
ARTICLES_A_DAY = 30  # of a site
LOOKS = 35  # at an article, by the default ladder
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
            size = connection.execute(
                text(
                    "SELECT sum(pg_total_relation_size(c.oid)) FROM pg_class AS c JOIN pg_namespace AS n"
                    " ON n.oid = c.relnamespace WHERE n.nspname = 'public' AND c.relkind = 'r'"
                )
            )
            return int(size.scalar_one())

    def weights(self) -> dict[str, int]:
        """Bytes of each table and index, where the database tells them."""
        if self.archive.url.get_backend_name() == "sqlite":
            return {}
        with self.archive.read() as session:
            rows = session.execute(
                text(
                    "SELECT c.relname, pg_relation_size(c.oid) + CASE WHEN c.reltoastrelid <> 0"
                    " THEN pg_total_relation_size(c.reltoastrelid) ELSE 0 END FROM pg_class AS c"
                    " JOIN pg_namespace AS n ON n.oid = c.relnamespace"
                    " WHERE n.nspname = 'public' AND c.relkind IN ('r', 'i') ORDER BY 1"
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


def print_growth(here: Bench, before: dict[str, int], *, count: int, least: float) -> None:
    """What has grown by how much for each of so many looks or revisions."""
    grown = {name: (size - before[name]) / count for name, size in here.weights().items()}
    for name, each in sorted(grown.items(), key=lambda pair: -pair[1]):
        if each >= least:
            print(f"  {name:36} {each:9.1f} B")


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
    print_growth(here, weighed, count=visits, least=0.1)
    return (here.size() - before) / visits


def real_texts(corpora: Path, count: int) -> list[str]:
    """Texts of real articles, as people wrote them down, a paragraph a line."""
    rows = [row for corpus in CORPORA for row in truth(corpora, corpus)]
    found = list(dict.fromkeys(row["text"] for row in rows if row.get("text")))
    return found[:: max(len(found) // count, 1)][:count]


def measure_revisions(here: Bench, *, bodies: Sequence[str]) -> tuple[float, float]:
    """Bytes of an article's first revision, and of one that changes a paragraph."""
    count = len(bodies)
    due = here.found(count, name="written")
    captures = here.kept(due, crawl_id=1, mark="first")
    first = [
        entry(link, body, crawl_id=0, capture_id=capture_id)
        for link, body, capture_id in zip(due, bodies, captures, strict=True)
    ]
    before, weighed = here.size(), here.weights()
    here.crawl(first, now=NOW)
    one = (here.size() - before) / count
    print_growth(here, weighed, count=count, least=100)
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
    parser.add_argument("--corpora", type=Path, help="real texts, from the folder of the corpora")
    asked = parser.parse_args()
    bodies = real_texts(asked.corpora, asked.revisions) if asked.corpora else texts(asked.revisions)
    with tempfile.TemporaryDirectory() as folder:
        address = asked.archive or f"sqlite:///{Path(folder) / 'ledger.sqlite3'}"
        with Archive.open(address, clock=ManualClock(NOW)) as archive:
            here = bench(archive)
            print(f"{parse_address(address).get_backend_name()}")
            visit = measure_visits(here, count=asked.links, rounds=asked.looks)
            first, further = measure_revisions(here, bodies=bodies)
    size = sum(len(body.encode()) for body in bodies) / len(bodies)
    print(f"texts of {size:.0f} B")
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
