"""Writes captures, and visits with all that follows from them. Takes a write session and never commits.

It works in bulk: a batch of entries costs a handful of statements, whatever their number, and only rows
whose state changes are touched. What a page means is decided before; here it is settled against what
other writers have added meanwhile.

Neighbours: `entries` has the values, `links` the links, `crawls` sites and crawls, `identity` what a decision
needs to know.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.orm import Session

from db.archiving.batch import Batch
from db.archiving.captured import kept_capture
from db.archiving.contents import pack_headers
from db.archiving.entries import Archived, Entry, Kept, KeptCapture, NewCapture
from db.archiving.following import followed
from db.captures import CaptureStore, NewBody
from db.histories import changes
from db.models import Capture, Link, Revision, Unread, Visit, VisitOutcome
from db.statements import chunks, insert_rows, reserve_ids, run_many, table_of


def keep_captures(
    session: Session, store: CaptureStore, captures: Sequence[NewCapture]
) -> list[Kept]:
    """Keep responses before anything is read from them. Until archived they count as unread.

    Returns:
        For each capture its number and what the link's capture before it showed.
    """
    if not captures:
        return []
    link_ids = list({capture.link_id for capture in captures})
    previous = _previous_captures(session, link_ids)
    ids = reserve_ids(session, Capture, len(captures))
    digests = store.put_many(session, _bodies(captures, previous))
    kept, rows = [], []
    for capture_id, capture, body_sha256 in zip(ids, captures, digests, strict=True):
        before = previous.get(capture.link_id)
        rows.append(_capture_row(capture_id, capture, body_sha256))
        kept.append(
            Kept(
                capture_id=capture_id,
                body_sha256=body_sha256,
                is_same_bytes=before is not None and before.body_sha256 == body_sha256,
                previous_outcome=before.outcome if before else None,
                previous_revision_id=before.revision_id if before else None,
            )
        )
        previous[capture.link_id] = _Previous(body_sha256, None, None)
    insert_rows(session, Capture, rows)
    insert_rows(
        session,
        Unread,
        [
            {"capture_id": capture_id, "site_id": capture.site_id}
            for capture_id, capture in zip(ids, captures, strict=True)
        ],
    )
    run_many(
        session,
        _LAST_CAPTURE,
        [{"b_id": row["link_id"], "b_capture_id": row["id"]} for row in rows],
    )
    return kept


def unread_captures(session: Session, site_ids: Sequence[int], *, limit: int) -> list[KeptCapture]:
    """Captures of these sites that were kept and not archived, the oldest first.

    A crawl reads them before it asks for anything: the process that kept them died. It must hold the
    leases of these sites, or it reads what another crawl has in hand.
    """
    rows = session.execute(
        select(Capture, Unread.site_id)
        .join(Unread, Unread.capture_id == Capture.id)
        .where(Unread.site_id.in_(site_ids))
        .order_by(Capture.id)
        .limit(limit)
    )
    return [kept_capture(capture, site_id) for capture, site_id in rows]


def archive_entries(session: Session, entries: Sequence[Entry], *, now: datetime) -> list[Archived]:
    """Write visits and everything that follows from them; a capture archived before changes nothing.

    Args:
        session: A write session; all rows of all entries become visible with its commit.
        entries: In the order in which they were seen. Later ones may name, by the same NewArticle, an
            article that an earlier one creates.
        now: The moment at which all this is learnt.

    Raises:
        Overtaken: What an entry was decided by has changed meanwhile; nothing was written.
    """
    repeats = _archived_before(session, [e.capture_id for e in entries if e.capture_id])
    entries, articles = followed(session, entries)
    unknown = [entry for entry in entries if entry.capture_id not in repeats]
    batch = Batch(session, unknown, locked=articles, now=now)
    archived = []
    for entry in entries:
        repeat = repeats.get(entry.capture_id)
        if repeat is None:
            repeat = batch.add(entry)
            if entry.capture_id is not None:
                repeats[entry.capture_id] = replace(repeat, is_repeat=True)
        archived.append(repeat)
    batch.write()
    done = [entry.capture_id for entry in entries if entry.capture_id]
    for chunk in chunks(done):
        session.execute(
            delete(Unread)
            .where(Unread.capture_id.in_(chunk))
            .execution_options(synchronize_session=False)
        )
    changes.record(session, batch.changes, now=now)
    return archived


class _Previous(NamedTuple):
    """The last capture of a link, and what its visit found."""

    body_sha256: bytes
    outcome: VisitOutcome | None
    revision_id: int | None


_LAST_CAPTURE = (
    update(table_of(Link))
    .where(table_of(Link).c.id == bindparam("b_id"))
    .values(capture_id=bindparam("b_capture_id"))
)


def _bodies(captures: Sequence[NewCapture], previous: Mapping[int, _Previous]) -> list[NewBody]:
    """The bodies, each near the one that its link showed before."""
    return [
        NewBody(
            capture.body,
            site_id=capture.site_id,
            near=(before.body_sha256,) if (before := previous.get(capture.link_id)) else (),
        )
        for capture in captures
    ]


def _previous_captures(session: Session, link_ids: Sequence[int]) -> dict[int, _Previous]:
    previous = {}
    for chunk in chunks(link_ids):
        rows = session.execute(
            select(Link.id, Capture.body_sha256, Visit.outcome, Visit.revision_id)
            .join(Capture, Capture.id == Link.capture_id)
            .outerjoin(Visit, Visit.capture_id == Capture.id)
            .where(Link.id.in_(chunk))
        )
        for row in rows:
            outcome = VisitOutcome(row.outcome) if row.outcome else None
            previous[row.id] = _Previous(row.body_sha256, outcome, row.revision_id)
    return previous


def _capture_row(capture_id: int, capture: NewCapture, body_sha256: bytes) -> dict[str, Any]:
    redirects = {"hops": [list(hop) for hop in capture.redirects]} if capture.redirects else None
    answered = capture.url_answered if capture.url_answered != capture.url else None
    return {
        "id": capture_id,
        "link_id": capture.link_id,
        "crawl_id": capture.crawl_id,
        "fetched_at": capture.fetched_at,
        "url": capture.url,
        "url_answered": answered,
        "redirects": redirects,
        "status": capture.status,
        "headers": pack_headers(capture.headers),
        "body_sha256": body_sha256,
        "body_size": len(capture.body),
        "is_truncated": capture.is_truncated,
    }


def _archived_before(session: Session, capture_ids: Sequence[int]) -> dict[int | None, Archived]:
    """What the captures came to that were archived before."""
    archived: dict[int | None, Archived] = {}
    for chunk in chunks(capture_ids):
        rows = session.execute(
            select(
                Visit.capture_id,
                Visit.id,
                Visit.outcome,
                Visit.revision_id,
                Link.article_id,
                Revision.article_id.label("seen_article_id"),
                Revision.capture_id.label("proof_id"),
                Revision.number,
            )
            .join(Link, Link.id == Visit.link_id)
            .outerjoin(Revision, Revision.id == Visit.revision_id)
            .where(Visit.capture_id.in_(chunk))
        )
        for row in rows:
            archived[row.capture_id] = Archived(
                visit_id=row.id,
                outcome=VisitOutcome(row.outcome),
                article_id=row.seen_article_id or row.article_id,
                revision_id=row.revision_id,
                revision_number=row.number if row.proof_id == row.capture_id else None,
                is_repeat=True,
            )
    return archived
