"""The lists that a back-fill reads, and the pages that it takes from them. Takes a session and never commits.

Knows rows alone. Every step is whole or not at all: a list is read when its links and the lists that it names are
in the archive, in the same transaction, so a kill anywhere loses nothing and doubles nothing.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from db.archiving.entries import FoundLink, KnownLink
from db.archiving.links import COLUMNS, new_row
from db.models import ArticleUrl, BackfillDocument, BackfillLink, DocumentState, Link, storable
from db.statements import chunks, insert_or_ignore, insert_rows

MAX_DOCUMENTS: Final = 20_000
"""Lists of one back-fill; calendars and indexes may have no end. What is left out is told in words."""

MAX_TRIES: Final = 3
"""Times that a list is asked for before it is given up."""


@dataclass(frozen=True, slots=True)
class NewDocument:
    """A list to be read, or one of which its name alone says that it needs not be."""

    kind: str
    url: str
    source_id: int | None = None
    depth: int = 0
    skipped_because: str | None = None


@dataclass(frozen=True, slots=True)
class KnownDocument:
    """A list that a back-fill is to read."""

    id: int
    backfill_id: int
    source_id: int | None
    kind: str
    url: str
    depth: int
    try_count: int


@dataclass(frozen=True, slots=True)
class ReadDocument:
    """What reading a list came to."""

    status: int | None
    links: Sequence[FoundLink] = ()  # of the period, or of no stated day
    link_count: int = 0
    outside_count: int = 0
    more: Sequence[NewDocument] = ()
    detail: str | None = None


def add_documents(session: Session, backfill_id: int, found: Iterable[NewDocument]) -> int:
    """Put lists on the back-fill's list, each once. Returns how many were over the limit."""
    wanted = list({document.url: document for document in found}.values())
    known = set()
    for chunk in chunks([document.url for document in wanted]):
        known |= set(
            session.scalars(
                select(BackfillDocument.url).where(
                    BackfillDocument.backfill_id == backfill_id, BackfillDocument.url.in_(chunk)
                )
            )
        )
    new = [document for document in wanted if document.url not in known]
    count = session.scalar(
        select(func.count())
        .select_from(BackfillDocument)
        .where(BackfillDocument.backfill_id == backfill_id)
    )
    room = MAX_DOCUMENTS - (count or 0)
    rows = [_document_row(backfill_id, document) for document in new[: max(room, 0)]]
    insert_or_ignore(session, BackfillDocument, rows)
    return len(new) - len(rows)


def waiting_documents(
    session: Session, backfill_id: int, *, limit: int, exclude: Collection[int] = ()
) -> list[KnownDocument]:
    """Lists to be read, in the order in which they were found."""
    rows = session.execute(
        select(*(getattr(BackfillDocument, name) for name in KnownDocument.__dataclass_fields__))
        .where(
            BackfillDocument.backfill_id == backfill_id,
            BackfillDocument.state == DocumentState.WAITING.value,
            BackfillDocument.id.not_in(exclude),
        )
        .order_by(BackfillDocument.id)
        .limit(limit)
    )
    return [KnownDocument(*row) for row in rows]


def wanted_links(
    session: Session, backfill_id: int, *, limit: int, exclude: Collection[int] = ()
) -> list[KnownLink]:
    """Pages that nobody has looked at yet, the latest first."""
    freshness = func.coalesce(Link.published_at, Link.modified_at, Link.found_at)
    rows = session.execute(
        select(*COLUMNS)
        .join(BackfillLink, BackfillLink.link_id == Link.id)
        .where(BackfillLink.backfill_id == backfill_id, Link.visited_at.is_(None))
        .order_by(freshness.desc(), Link.id)
        .limit(limit + len(exclude))
    )
    skipped = set(exclude)
    return [KnownLink(*row) for row in rows if row.id not in skipped][:limit]


def note_read(
    session: Session, document: KnownDocument, read: ReadDocument, *, site_id: int, now: datetime
) -> int:
    """A list was read: its pages and the lists that it names come into the archive. Returns the pages taken."""
    over = add_documents(session, document.backfill_id, read.more)
    taken = _take_links(session, document, read.links, site_id=site_id, now=now)
    detail = read.detail
    if over:
        words = f"{over} lists left out: a back-fill reads {MAX_DOCUMENTS} at most"
        detail = f"{detail}; {words}" if detail else words
    _settle(
        session,
        document,
        DocumentState.READ,
        now=now,
        status=read.status,
        link_count=read.link_count,
        outside_count=read.outside_count,
        wanted_count=taken,
        detail=detail,
    )
    return taken


def note_unread(
    session: Session,
    document: KnownDocument,
    state: DocumentState,
    *,
    now: datetime,
    status: int | None,
    detail: str | None,
) -> None:
    """A list could not be read. One that FAILED is asked for again, a few times in all."""
    if state is DocumentState.FAILED and document.try_count + 1 < MAX_TRIES:
        state = DocumentState.WAITING
    _settle(session, document, state, now=now, status=status, detail=detail)


def _take_links(
    session: Session,
    document: KnownDocument,
    links: Sequence[FoundLink],
    *,
    site_id: int,
    now: datetime,
) -> int:
    """Add the pages that are new, wanted by nobody but the back-fill; what is known is left to its own time."""
    taken = 0
    for chunk in chunks(list({link.url_key: link for link in links}.values())):
        keys = [link.url_key for link in chunk]
        known = {
            row.url_key: row
            for row in session.execute(
                select(Link.id, Link.url_key, Link.visited_at, Link.due_at).where(
                    Link.site_id == site_id, Link.url_key.in_(keys)
                )
            )
        }
        aliases = set(
            session.scalars(
                select(ArticleUrl.url_key).where(
                    ArticleUrl.site_id == site_id, ArticleUrl.url_key.in_(keys)
                )
            )
        )
        new = [link for link in chunk if link.url_key not in known and link.url_key not in aliases]
        rows = [new_row(link, site_id, document.source_id, now) | {"due_at": None} for link in new]
        insert_or_ignore(session, Link, rows)
        ids = session.scalars(
            select(Link.id).where(
                Link.site_id == site_id,
                Link.url_key.in_(keys),
                Link.visited_at.is_(None),
                Link.due_at.is_(None),
            )
        ).all()
        already = set(
            session.scalars(
                select(BackfillLink.link_id).where(
                    BackfillLink.backfill_id == document.backfill_id, BackfillLink.link_id.in_(ids)
                )
            )
        )
        added = [
            {"backfill_id": document.backfill_id, "link_id": link_id}
            for link_id in ids
            if link_id not in already
        ]
        insert_rows(session, BackfillLink, added)
        taken += len(added)
    return taken


def _settle(
    session: Session, document: KnownDocument, state: DocumentState, *, now: datetime, **facts: Any
) -> None:
    session.execute(
        update(BackfillDocument)
        .where(BackfillDocument.id == document.id)
        .values(state=state.value, try_count=document.try_count + 1, read_at=now, **facts)
        .execution_options(synchronize_session=False)
    )


def _document_row(backfill_id: int, document: NewDocument) -> dict[str, Any]:
    state = DocumentState.SKIPPED if document.skipped_because else DocumentState.WAITING
    return {
        "backfill_id": backfill_id,
        "source_id": document.source_id,
        "kind": document.kind,
        "url": storable(document.url),
        "depth": document.depth,
        "state": state.value,
        "try_count": 0,
        "link_count": 0,
        "wanted_count": 0,
        "outside_count": 0,
        "detail": document.skipped_because,
    }
