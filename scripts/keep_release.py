"""Keeps an archive of this release for the tests of later migrations: rows of every table, and answers.

python scripts/keep_release.py > tests/migration/releases/NNNN.json

Run it when a release is made. The file is plain rows, so that each database can be filled with them.
"""

import json
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import insert, select

from config.clock import ManualClock
from db import models, schema
from db.archive import Archive
from db.archiving import crawls, leases
from db.archiving.entries import NewExtraction
from db.asking import queries
from db.identities import identity
from db.models import Base, Lease, VisitOutcome
from tests.contract.desk import RULES, Desk

SEARCHED = ("harbour", "记者", '"opens at"', "page -one", "title:headline")


def main() -> None:
    """Print the archive of this release."""
    clock = ManualClock(datetime(2026, 3, 2, 9, 0, tzinfo=UTC))
    with (
        tempfile.TemporaryDirectory() as folder,
        Archive.open(f"sqlite:///{folder}/a.sqlite3", clock=clock) as archive,
    ):
        fill(archive, clock)
        with archive.read() as session:
            kept = {
                "schema": schema.HEAD,
                "rows": {table.name: rows(session, table) for table in Base.metadata.sorted_tables},
                "answers": answers(session),
            }
    json.dump(kept, sys.stdout, ensure_ascii=False, indent=0, sort_keys=True)


def fill(archive: Archive, clock: ManualClock) -> None:
    """What crawls leave behind."""
    desk = Desk(archive, clock)
    for path, texts in {
        "a": ("The harbour opens at dawn.", "The harbour opens at noon.", "The harbour is shut."),
        "b": ("记者在现场报道了这一事件。", "ข่าววันนี้ในกรุงเทพ"),
        "c": ("Straße und „Zitat“ \U0001f4f0",),
    }.items():
        for text in texts:
            desk.see(
                path,
                text,
                standfirst="In short",
                authors=("A. Writer", "B. Ø"),
                published_at=clock.now() - timedelta(days=1),
                published="2026-03-01T09:00:00+08:00",
                language="en",
            )
            desk.wait(hours=1)
    pages = [f"<html><p>{n}{'news and more ' * 99}{n}</p></html>".encode() for n in range(6)]
    for number, page in enumerate(pages):
        desk.see(f"page-{number}", f"page {number}", body=page)
    desk.see("page-1", "page one", body=pages[1].replace(b"1", b"one"))
    desk.see_gone("c")
    odd = desk.link("odd", guid="urn:7", title="Odd")
    doubt = NewExtraction(b"{}", "1", RULES, is_believed=False, reason="layout", detail="odd")
    capture_id = desk.keep(odd, b"<html>consent</html>")
    desk.archive_all(
        desk.bare(odd, VisitOutcome.QUARANTINED, capture_id=capture_id, extraction=doubt)
    )
    desk.keep(desk.link("unread"), b"<html>not read yet</html>")
    now = clock.now()
    with archive.write() as session:
        leases.take(session, "host:lantern.example", owner="a:1", now=now, ttl=timedelta(hours=1))
        crawls.ensure_sources(session, desk.site_id, [("feed", "http://lantern.example/feed")])
        identity.add_reprint(
            session,
            copy_article_id=1,
            source_url="http://other.example/a",
            source_article_id=2,
            containment=0.75,
            evidence=["text overlap"],
            now=now,
        )
        rest(session, desk.site_id, now=now)
        assert session.scalar(select(Lease.name))


def rest(session: Any, site_id: int, *, now: datetime) -> None:
    """What later releases than the first have."""
    if not hasattr(models, "SiteProfile"):
        return
    session.execute(
        insert(models.SiteProfile).values(
            site_id=site_id,
            number=1,
            learned_at=now,
            learner="1",
            digest_sha256=sha256(b"{}").digest(),
            article_count=5,
            page_count=5,
            content=b"{}",
        )
    )


def rows(session: Any, table: Any) -> list[dict[str, Any]]:
    """All rows of a table, as JSON has them."""
    found = session.execute(select(*table.c).order_by(*table.primary_key.columns))
    return [{name: plain(value) for name, value in row._asdict().items()} for row in found]


def plain(value: Any) -> Any:
    """A value as JSON has it."""
    if isinstance(value, bytes):
        return {"hex": value.hex()}
    if isinstance(value, datetime):
        return {"at": value.isoformat(timespec="milliseconds")[:23] + "Z"}
    return value


def answers(session: Any) -> dict[str, Any]:
    """What this release answers: later ones must, too."""
    ids = session.scalars(select(models.Article.id).order_by(models.Article.id)).all()
    return {
        "history": {
            str(article_id): [
                [
                    each.number,
                    each.title,
                    each.text,
                    str(each.first_seen_at),
                    str(each.previous_seen_at),
                ]
                for each in queries.history(session, article_id)
            ]
            for article_id in ids
        },
        "search": {
            words: sorted(hit.article_id for hit in queries.search(session, words).hits)
            for words in SEARCHED
        },
    }


if __name__ == "__main__":
    main()
