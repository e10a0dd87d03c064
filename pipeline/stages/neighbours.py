"""Compares neighbouring revisions and keeps the edits between them. Comparing happens outside any transaction.

Knows which texts are compared and where edits are kept. Must not know crawls, nor how edits are found.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from db.archive import Archive, Session
from db.histories import edits as rows
from db.histories.edits import EditRow, Pair
from pipeline.edits import comparing
from pipeline.edits.edit import COMPARER_VERSION
from pipeline.edits.telling import Telling

_STEP = 200
"""Changes that are followed at a time."""


@dataclass(frozen=True, slots=True)
class Compared:
    """Two neighbouring revisions, and the edits between them."""

    pair: Pair
    edits: tuple[EditRow, ...]


def catch_up(archive: Archive, *, limit: int | None = None) -> int:
    """Compare the neighbours that were not compared, in the order in which the archive learnt of them.

    Args:
        archive: Open for writing.
        limit: How many pairs at most, or a few more; None: all. What is left is left for the next time.

    Returns:
        How many pairs were compared.
    """
    count = 0
    while limit is None or count < limit:
        with archive.read() as session:
            changed = rows.next_changes(session, comparer=COMPARER_VERSION, limit=_STEP)
            if changed is None:
                break
            pairs = rows.uncompared(session, changed.article_ids, comparer=COMPARER_VERSION)
        for found in (compared(archive, pair) for pair in pairs):
            with archive.write() as session:
                write(session, found)
        with archive.write() as session:
            rows.follow(session, changed.last_id, comparer=COMPARER_VERSION)
        count += len(pairs)
    return count


def compared(archive: Archive, pair: Pair) -> Compared:
    """The edits between two revisions. Reads in a transaction of its own, and compares outside it."""
    with archive.read() as session:
        texts = rows.texts(session, (pair.previous_id, pair.revision_id))
    return Compared(pair, edit_rows(texts[pair.previous_id], texts[pair.revision_id]))


def edit_rows(old: rows.Text, new: rows.Text) -> tuple[EditRow, ...]:
    """The edits that made one text of the other, as they are kept."""
    found = comparing.edits(
        Telling.of(old.fields, old.content), Telling.of(new.fields, new.content)
    )
    return tuple(
        EditRow(edit.kind.value, edit.op, edit.count, edit.size, edit.is_silent) for edit in found
    )


def write(session: Session, found: Compared) -> None:
    """Keep the edits; harmless the second time."""
    rows.add_edits(session, found.pair, found.edits, comparer=COMPARER_VERSION)


def of_article(archive: Archive, article_id: int) -> list[Compared]:
    """The edits between those neighbours of an article that were not compared."""
    with archive.read() as session:
        pairs = rows.uncompared(session, [article_id], comparer=COMPARER_VERSION)
    return [compared(archive, pair) for pair in pairs]


def write_each(session: Session, batch: Sequence[Compared]) -> list[None]:
    """Keep the edits of several pairs."""
    for found in batch:
        write(session, found)
    return [None] * len(batch)
