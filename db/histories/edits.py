"""Edits as rows, and which neighbouring revisions were not compared yet. What an edit is, the caller knows.

The stream of changes is the list of work: whatever gives a revision another neighbour is a change, committed with
it. How far the stream was followed is a number per version of the comparison, so that a new version begins again
by itself, and an archive that had no edits gets them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from db.archiving.contents import unpack_content
from db.archiving.revision_rows import read_back, shown
from db.histories.standing import is_standing
from db.models import Change, Content, Counter, Edit, Extraction, Revision
from db.statements import chunks, insert_or_ignore


@dataclass(frozen=True, slots=True)
class EditRow:
    """All changes of one kind and one operation between two revisions."""

    kind: str
    op: str
    count: int
    size: int
    is_silent: bool


@dataclass(frozen=True, slots=True)
class Pair:
    """A revision and the one that stands before it."""

    revision_id: int
    previous_id: int


@dataclass(frozen=True, slots=True)
class Text:
    """What a revision says: its columns, and the content of its extraction (nothing where that is damaged)."""

    fields: dict[str, Any]
    content: bytes


@dataclass(frozen=True, slots=True)
class Changed:
    """A piece of the stream of changes: whose articles may have neighbours that were not compared."""

    article_ids: tuple[int, ...]
    last_id: int  # of its changes


def followed(session: Session, *, comparer: str) -> int:
    """Up to which change the stream was followed by this version of the comparison."""
    name = _counter(comparer)
    return session.scalar(select(Counter.value).where(Counter.name == name)) or 0


def waiting_count(session: Session, *, comparer: str) -> int:
    """How many changes were not followed yet."""
    last = session.scalar(select(func.max(Change.id))) or 0
    return max(last - followed(session, comparer=comparer), 0)


def next_changes(session: Session, *, comparer: str, limit: int) -> Changed | None:
    """The changes that come next; None where all were followed."""
    rows = session.execute(
        select(Change.id, Change.article_id)
        .where(Change.id > followed(session, comparer=comparer))
        .order_by(Change.id)
        .limit(limit)
    ).all()
    if not rows:
        return None
    return Changed(tuple(sorted({row.article_id for row in rows})), rows[-1].id)


def follow(session: Session, last_id: int, *, comparer: str) -> None:
    """All changes up to this one were followed. It never goes back."""
    session.execute(_FOLLOW, {"name": _counter(comparer), "value": last_id})


def uncompared(session: Session, article_ids: Iterable[int], *, comparer: str) -> list[Pair]:
    """The neighbours among the standing revisions of these articles that this version has not compared."""
    found: list[Pair] = []
    for chunk in chunks(sorted(set(article_ids))):
        rows = session.execute(
            select(Revision.id, Revision.article_id)
            .where(Revision.article_id.in_(chunk), is_standing())
            .order_by(Revision.article_id, Revision.first_seen_at, Revision.number)
        ).all()
        found += [
            Pair(new.id, old.id) for old, new in pairwise(rows) if old.article_id == new.article_id
        ]
    done: set[Pair] = set()
    for chunk in chunks([pair.revision_id for pair in found]):
        done.update(
            Pair(*row)
            for row in session.execute(
                select(Edit.revision_id, Edit.previous_revision_id)
                .where(Edit.revision_id.in_(chunk), Edit.comparer == comparer)
                .distinct()
            )
        )
    return [pair for pair in found if pair not in done]


def texts(session: Session, revision_ids: Iterable[int]) -> dict[int, Text]:
    """What these revisions say."""
    found: dict[int, Text] = {}
    base = select(Revision.id, Revision.text).subquery()
    for chunk in chunks(sorted(set(revision_ids))):
        rows = session.execute(
            select(Revision, Content.data, base.c.text)
            .outerjoin(Extraction, Extraction.id == Revision.extraction_id)
            .outerjoin(Content, Content.sha256 == Extraction.content_sha256)
            .outerjoin(base, base.c.id == Content.revision_id)
            .where(Revision.id.in_(chunk))
        )
        for revision, data, against in rows:
            found[revision.id] = Text(shown(read_back(revision)), unpacked(data, against or ""))
    return found


def add_edits(session: Session, pair: Pair, edits: Sequence[EditRow], *, comparer: str) -> None:
    """Write the edits between two revisions. A second time it changes nothing."""
    insert_or_ignore(
        session,
        Edit,
        [
            {
                "revision_id": pair.revision_id,
                "previous_revision_id": pair.previous_id,
                "comparer": comparer,
                "kind": edit.kind,
                "op": edit.op,
                "count": edit.count,
                "size": edit.size,
                "is_silent": edit.is_silent,
            }
            for edit in edits
        ],
    )


_FOLLOW = text(
    "INSERT INTO counter (name, value) VALUES (:name, :value) ON CONFLICT (name) DO UPDATE"
    " SET value = CASE WHEN excluded.value > counter.value THEN excluded.value ELSE counter.value END"
)


def _counter(comparer: str) -> str:
    return f"edits {comparer}"


def unpacked(data: bytes | None, against: str) -> bytes:
    """The content; a damaged one is `morgue verify`'s to tell, and tells nothing here."""
    if data is None:
        return b""
    try:
        return unpack_content(data, text=against)
    except Exception:  # noqa: BLE001 - whatever the damage is called
        return b""
