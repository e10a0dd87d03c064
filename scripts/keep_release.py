"""Keeps an archive of this release for the tests of later migrations: rows of every table, and answers.

python scripts/keep_release.py > tests/migration/releases/NNNN.json

Run it when a release is made. The file is plain rows, so that each database can be filled with them.
"""

import json
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from config.clock import ManualClock
from db import models, schema
from db.archive import Archive
from db.archiving import crawls, leases, profiles
from db.archiving.entries import NewExtraction
from db.asking import queries
from db.asking.asof import AsOf
from db.histories import changes, edit_answers
from db.identities import identity, merging
from db.identities.merging import Doer
from db.models import Base, VisitOutcome
from db.proving import pruning, seals
from pipeline import urls
from pipeline.edits.edit import COMPARER_VERSION
from pipeline.fingerprint import shingles
from pipeline.stages.neighbours import catch_up
from tests.contract.desk import RULES, Desk
from tests.contract.press import PARAGRAPHS, Press, page, site

SEARCHED = ("harbour", "记者", '"opens at"', "page -one", "title:headline", "ferry", "pier")
MOMENTS = 4
"""As of how many moments, evenly over the archive's life, its answers are kept."""


def main() -> None:
    """Print the archive of this release."""
    clock = ManualClock(datetime(2026, 3, 2, 9, 0, tzinfo=UTC))
    with tempfile.TemporaryDirectory() as folder:
        address = f"sqlite:///{folder}/a.sqlite3"
        with Archive.open(address, clock=clock) as archive:
            began_at = clock.now()
            fill(archive, clock, Press(archive, clock, address, Path(folder)))
            step = (clock.now() - began_at) / MOMENTS
            moments = [began_at + step * number for number in range(1, MOMENTS)]
            with archive.read() as session:
                kept = {
                    "schema": schema.HEAD,
                    "rows": {
                        table.name: rows(session, table) for table in Base.metadata.sorted_tables
                    },
                    "answers": answers(session, moments),
                }
    json.dump(kept, sys.stdout, ensure_ascii=False, indent=0, sort_keys=True)


def fill(archive: Archive, clock: ManualClock, press: Press) -> None:
    """Rows in every table, as crawls and people leave them."""
    desk = Desk(archive, clock, site="herald")
    crawl(desk)
    identify(desk)
    reread(press)
    seals.seal(archive)
    prune(desk)
    seals.seal(archive)
    desk.see("late", "This came after the last seal.")
    catch_up(archive)


def crawl(desk: Desk) -> None:
    """What crawls leave behind."""
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
                published_at=desk.clock.now() - timedelta(days=1),
                published="2026-03-01T09:00:00+08:00",
                language="en",
            )
            desk.wait(hours=1)
    pages = [f"<html><p>{n}{'news and more ' * 99}{n}</p></html>".encode() for n in range(6)]
    for number, body in enumerate(pages):
        desk.see(f"page-{number}", f"page {number}", body=body)
    desk.see("page-1", "page one", body=pages[1].replace(b"1", b"one"))
    for look in range(6):  # two headlines side by side
        desk.see("tested", "Bread is dearer.", title=f"Headline {look % 2}")
        desk.wait(minutes=30)
    desk.see_again("tested")
    desk.see_gone("c")
    desk.see_gone("page-2", status=404)
    desk.wait(hours=1)
    desk.see("page-2", "page 2")
    odd = desk.link("odd", guid="urn:7", title="Odd")
    doubt = NewExtraction(b"{}", "1", RULES, is_believed=False, reason="layout", detail="odd")
    capture_id = desk.keep(odd, b"<html>consent</html>")
    desk.archive_all(
        desk.bare(odd, VisitOutcome.QUARANTINED, capture_id=capture_id, extraction=doubt)
    )
    desk.keep(desk.link("unread"), b"<html>not read yet</html>")
    now = desk.clock.now()
    with desk.archive.write() as session:
        leases.take(session, "host:herald.example", owner="a:1", now=now, ttl=timedelta(hours=1))
        crawls.ensure_sources(session, desk.site_id, [("feed", "http://herald.example/feed")])
        profiles.add_profile(
            session,
            desk.site_id,
            learner="1",
            content=b'{"lines":[]}',
            article_count=5,
            page_count=5,
            now=now,
        )
        identity.add_reprint(
            session,
            copy_article_id=1,
            source_url="http://other.example/a",
            source_article_id=2,
            containment=0.75,
            evidence=["text overlap"],
            now=now,
        )


def identify(desk: Desk) -> None:
    """What people do to the identity of articles: merged, merged and undone, split."""
    for hour, words in enumerate(("nine", "ten", "eleven", "noon")):
        for path in ("ferry-1", "ferry-2", "ferry-3", "ferry-4"):
            desk.see(path, f"The ferry of {path} sails at {words}.")
            desk.wait(minutes=10 + hour)
    one, two, three, four = (desk.link(f"ferry-{n}").article_id or 0 for n in (1, 2, 3, 4))
    whole = desk.see("mixed-1", "The library opens.").article_id
    desk.wait(hours=1)
    desk.see("mixed-2", "The theatre opens.", article=whole)
    desk.wait(hours=1)

    def doer() -> Doer:
        desk.wait(minutes=7)
        return Doer("anna@desk:1", desk.clock.now(), "as told by the desk")

    with desk.archive.write() as session:
        merging.merge(session, one, two, doer=doer(), shingles_of=shingles)
    with desk.archive.write() as session:
        done = merging.merge(session, three, four, doer=doer(), shingles_of=shingles)
    with desk.archive.write() as session:
        merging.undo(session, done.action_id, doer=doer(), shingles_of=shingles)
    with desk.archive.write() as session:
        keys = ["herald.example/mixed-2"]
        merging.split(session, whole or 0, keys, doer=doer(), shingles_of=shingles, key_of=urls.key)
    desk.see("ferry-2", "The ferry is late.")
    desk.wait(hours=1)


def reread(press: Press) -> None:
    """What a newer extractor leaves behind: revisions that it supersedes, and those that it adds."""
    for number in range(3):
        press.look("pier", page(extra=f"Also in the paper: story {number}."), hours=100)
    press.look("pier", page(*PARAGRAPHS[:3], extra="Also in the paper: who sells fish."))
    press.site = site(remove=".extra")
    press.reextract()


def prune(desk: Desk) -> None:
    """What is left where bodies were removed."""
    for look in range(9):
        body = f"<html>{look}{'the same again ' * 400}</html>".encode()
        desk.see("same", "One text.", body=body)
        desk.wait(days=1)
    chosen = pruning.Selection(site=desk.site, before=desk.clock.now())
    pruning.prune(desk.archive, chosen, actor="anna@desk:1", reason="room")


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


def answers(session: Session, moments: list[datetime]) -> dict[str, Any]:
    """What this release answers: later ones must, too."""
    last = changes.last_cursor(session)
    return {
        "history": histories(session, AsOf()),
        "as_of": {str(moment): histories(session, AsOf.moment(moment)) for moment in moments},
        "search": {
            words: sorted(hit.article_id for hit in queries.search(session, words).hits)
            for words in SEARCHED
        },
        "edits": [
            [each.article_id, each.previous_number, each.number, each.edit.kind, each.edit.op]
            for each in edit_answers.edits(session, comparer=COMPARER_VERSION, limit=1000)
        ],
        "changes": [
            [each.cursor, each.kind.value, str(each.recorded_at), each.article, each.revision]
            for each in changes.read_changes(session, 0, limit=last).changes
        ],
        "comparer": COMPARER_VERSION,
        "heads": seals.head_text(seals.heads(session)),
    }


def histories(session: Session, as_of: AsOf) -> dict[str, Any]:
    """The revisions of every article, as of a moment."""
    ids = session.scalars(select(models.Article.id).order_by(models.Article.id)).all()
    return {
        str(article_id): [
            [
                each.number,
                each.title,
                each.text,
                str(each.first_seen_at),
                str(each.previous_seen_at),
            ]
            for each in queries.history(session, article_id, as_of=as_of)
        ]
        for article_id in ids
    }


if __name__ == "__main__":
    main()
