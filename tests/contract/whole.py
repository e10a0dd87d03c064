"""An archive with rows in every table, for whatever has to treat all of them alike."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import insert, select

from config.clock import ManualClock
from db.archive import Archive
from db.archiving import crawls, leases, profiles
from db.archiving.entries import NewExtraction
from db.asking.queries import history, search
from db.identities import identity
from db.models import (
    Action,
    Alert,
    AlertDelivery,
    AlertRule,
    AliasMove,
    Article,
    Backfill,
    BackfillDocument,
    BackfillLink,
    Base,
    Edit,
    KeptApart,
    PrunedBody,
    Removal,
    Revision,
    RobotsFile,
    SiteDay,
    SiteHealth,
    SiteRhythm,
    SourceList,
    SourceOutcome,
    Supersession,
    Variant,
    VisitOutcome,
)
from db.moving import copying
from db.moving.copied_rows import all_tables, digest
from db.proving import seals
from db.statements import table_of
from tests.contract.desk import RULES, Desk

WORDS = {
    "a": ("The harbour opens at dawn.", "The harbour opens at noon.", "The harbour is shut."),
    "b": ("记者在现场报道了这一事件。", "ข่าววันนี้ในกรุงเทพ"),
    "c": ("Straße und \u201cZitat\u201d \U0001f4f0", "Straße ohne"),
}


def fill(archive: Archive, clock: ManualClock) -> Desk:
    """Rows in every table, as crawls and people make them; sealed."""
    desk = Desk(archive, clock)
    for path, texts in WORDS.items():
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
    pages = [f"<html><p>{n}{'news and more ' * 200}{n}</p></html>".encode() for n in range(6)]
    for number, page in enumerate(pages):
        desk.see(f"page-{number}", f"page {number}", body=page)
    desk.see("page-1", "page one", body=pages[1].replace(b"1", b"one"))
    desk.see_gone("c")
    refused = desk.link("refused", guid="urn:7", title="Refused")
    doubt = NewExtraction(b"{}", "1", RULES, is_believed=False, reason="layout", detail="odd")
    capture_id = desk.keep(refused, b"<html>consent</html>")
    desk.archive_all(
        desk.bare(refused, VisitOutcome.QUARANTINED, capture_id=capture_id, extraction=doubt)
    )
    desk.keep(desk.link("unread"), b"<html>not read yet</html>")
    with archive.write() as session:
        _rest(session, desk)
    return desk


def everything(archive: Archive) -> dict[str, bytes]:
    """A digest of each table: what all rows say, bodies included; a frame's place aside."""
    with archive.read() as session:
        side = copying.Side(session, archive.captures)
        return {rows.name: digest(rows.read(side)) for rows in all_tables()}


def answers(archive: Archive) -> list[Any]:
    """What the archive answers to some questions."""
    with archive.read() as session:
        ids = session.scalars(select(Article.id).order_by(Article.id)).all()
        return [
            [history(session, article_id) for article_id in ids],
            [search(session, words) for words in ("harbour", "记者", "Straße", "news -one")],
            seals.heads(session),
        ]


def _rest(session: Any, desk: Desk) -> None:
    now = desk.clock.now()
    leases.take(session, "host:lantern.example", owner="desk:1", now=now, ttl=timedelta(hours=1))
    key = ("feed", "http://lantern.example/feed")
    source = crawls.ensure_sources(session, desk.site_id, [key])[key]
    crawls.add_source_look(session, source.id, desk.crawl_id, now=now, outcome=SourceOutcome.NEW,
                           status=200, link_count=9, new_link_count=3, detail="ä")  # fmt: skip
    _add(session, SourceList, source_id=source.id, url="http://lantern.example/feed", read_at=now,
         link_ids=[3, 1], left_count=2.5)  # fmt: skip
    _add(session, SiteRhythm, site_id=desk.site_id, learned_at=now, content={"ä": [0.5]})
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
        evidence=["link in the credit line"],
        now=now,
    )
    ids = dict(
        session.execute(select(Revision.number, Revision.id).where(Revision.article_id == 1)).all()
    )
    _add(session, Action, id=1, acted_at=now, kind="prune", actor="desk:1", arguments={"ä": [1]})
    _add(session, Supersession, revision_id=ids[2], by_revision_id=ids[3], action_id=1,
         reason="reextracted", superseded_at=now, restored_at=now)  # fmt: skip
    _add(session, Variant, article_id=1, number=1, revision_id=ids[3], from_at=now, to_at=now,
         recorded_at=now)  # fmt: skip
    for one, other in ((1, 2), (2, 1)):
        _add(session, KeptApart, article_id=one, other_id=other, action_id=1)
    _add(session, AliasMove, article_url_id=1, from_article_id=2, to_article_id=1, action_id=1,
         moved_at=now)  # fmt: skip
    _add(session, Removal, article_id=3, evidence="404", suspected_at=now, recorded_at=now,
         returned_at=now)  # fmt: skip
    _add(session, Edit, revision_id=ids[2], previous_revision_id=ids[1], comparer="0", kind="body",
         op="edit", count=1, size=1)  # fmt: skip
    _add(session, SiteDay, site_id=desk.site_id, day="2026-03-01", counts={"articles": [1, 0]})
    _add(session, SiteHealth, site_id=desk.site_id, day="2026-03-01", learner="1", state={"ä": 1})
    _add(session, AlertRule, name="harbour", change_id=3)
    _add(session, Alert, id=1, rule="harbour", occasion="change 3", subject="a", raised_at=now,
         evidence={"query": "ä"})  # fmt: skip
    _add(session, AlertDelivery, alert_id=1, channel="desk", attempt_count=0, next_at=now)
    _add(session, Backfill, id=1, site_id=desk.site_id, from_on="2026-02-01", to_on="2026-02-03",
         asked_at=now, state="open", counts={"read": 1})  # fmt: skip
    _add(session, BackfillDocument, backfill_id=1, state="waiting", kind="sitemap",
         url="http://lantern.example/sitemap.xml")  # fmt: skip
    _add(session, BackfillLink, backfill_id=1, link_id=1)
    _add(session, PrunedBody, sha256=sha256(b"gone").digest(), action_id=1, pruned_at=now)
    _add(session, RobotsFile, origin="http://lantern.example", asked_at=now, status=200,
         body=b"User-agent: *")  # fmt: skip


def _add(session: Any, model: type[Base], **values: Any) -> None:
    """A row; columns that must have a value and are not given get one of their type."""
    table = table_of(model)
    for column in table.c:
        if not column.nullable and not column.primary_key and column.name not in values:
            values[column.name] = _SOME[column.type.python_type]
    session.execute(insert(table).values(**values))


_SOME = {
    int: 1,
    float: 0.5,
    bool: False,
    str: "some",
    bytes: b"some",
    dict: {},
    datetime: datetime(2026, 3, 2, tzinfo=UTC),
}
