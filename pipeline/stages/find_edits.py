"""Fourth pipeline: what a publisher changed is found out and kept, after the revision is archived.

Knows when revisions are compared and that it happens outside any transaction. Must not know what an edit is.
Dying anywhere loses nothing: what was not compared is found again by following the stream of changes.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

from db import edits as rows
from db.archive import Archive, Session
from db.edits import EditRow, Pair
from db.writer import Writer
from pipeline.context import CrawlContext, context_of
from pipeline.edits import comparing
from pipeline.edits.edit import COMPARER_VERSION
from pipeline.edits.telling import Telling
from pipeline.items import Fetched

_LINGER_S = 0.25
"""How long edits wait for others to be committed with; until then they are only to be found again."""

_STEP = 200
"""Changes that are followed at a time."""

_CAUGHT_UP = 500
"""Pairs that a crawl compares for others before it begins, and again when it ends."""


@dataclass(frozen=True, slots=True)
class Compared:
    """Two neighbouring revisions, and the edits between them."""

    pair: Pair
    edits: tuple[EditRow, ...]


class FindEdits:
    """Compares a new revision with the one before it."""

    def __init__(self, context: CrawlContext) -> None:
        self._context = context
        self._writer: Writer[Compared, None] = Writer(
            context.archive, _write_each, linger_s=_LINGER_S
        )

    @classmethod
    def from_crawler(cls, crawler: Any) -> Self:
        """For the crawl that the Scrapy crawler belongs to."""
        return cls(context_of(crawler))

    async def open_spider(self) -> None:
        """Compare what an earlier crawl archived and did not live to compare."""
        await asyncio.to_thread(catch_up, self._context.archive, limit=_CAUGHT_UP)

    async def process_item(self, fetched: Fetched) -> Fetched:
        """Compare what this look added, if it added something to an article that was there."""
        archived = fetched.archived
        if archived is None or (archived.revision_number or 0) < 2:
            return fetched
        assert archived.article_id is not None
        for found in await asyncio.to_thread(
            _of_article, self._context.archive, archived.article_id
        ):
            await asyncio.wrap_future(self._writer.submit(found))
            self._context.count(fetched.site, "edits")
        return fetched

    async def close_spider(self) -> None:
        """Commit what waits, and note how far the stream of changes is followed."""
        await asyncio.to_thread(self._writer.close)
        await asyncio.to_thread(catch_up, self._context.archive, limit=_CAUGHT_UP)


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


def _of_article(archive: Archive, article_id: int) -> list[Compared]:
    with archive.read() as session:
        pairs = rows.uncompared(session, [article_id], comparer=COMPARER_VERSION)
    return [compared(archive, pair) for pair in pairs]


def _write_each(session: Session, batch: Sequence[Compared]) -> list[None]:
    for found in batch:
        write(session, found)
    return [None] * len(batch)
