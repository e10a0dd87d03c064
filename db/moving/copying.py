"""Copies an archive to another database, row by row, and compares what has arrived. Knows the order of it.

The source is read in one transaction, so that it may be in use: the copy is the source as of its beginning.
A copy that was stopped is gone on with by the same call: what is there already is compared, and only what
is missing or has changed in the source meanwhile is written. Until the end the target says that it is an
unfinished copy, and nothing else opens it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from db import engine as engines
from db import schema
from db.archive import Archive
from db.asking import search
from db.errors import ArchiveError
from db.models import Capture, Crawl, Frame, Revision
from db.moving.copied_rows import Rows, Side, all_tables, digest
from db.proving.leaves import said_by
from db.statements import Row


class CopyRefusedError(ArchiveError):
    """The target holds something else: choose an empty one."""


class CopyDiffersError(ArchiveError):
    """What arrived is not what was sent."""


@dataclass(frozen=True, slots=True)
class CopyProgress:
    """How far a copy is."""

    step: str  # "copying" or "comparing"
    table: str
    done: int  # rows, of all tables
    total: int


@dataclass(frozen=True, slots=True)
class CopyReport:
    """What a copy came to."""

    rows: dict[str, int]  # in the target, by table
    written_count: int  # rows written by this call: the others were there
    lost_count: int  # bodies that the source could not give
    is_resumed: bool


Shingles = Callable[[str], Sequence[int]]


def copy(
    source: Archive,
    target: Archive,
    *,
    shingles_of: Shingles,
    progress: Callable[[CopyProgress], None] = lambda _: None,
) -> CopyReport:
    """Copy the source's rows and bodies to the target, and compare them.

    Args:
        source: May be in use, and open for reading only.
        target: Opened with upgrade="copy": empty, or an unfinished copy of the same source.
        shingles_of: The sample of a text by which copies find their source; the index has it, no row.
        progress: Told after every chunk.

    Raises:
        CopyRefusedError: The target holds something else.
        CopyDiffersError: A chunk that was written reads otherwise in the target.
    """
    tables = all_tables()
    with source.read() as session:
        origin = Side(session, source.captures)
        is_resumed = _begin(session, target, tables)
        total = sum(rows.count(session) for rows in tables)
        counts = _Counts(total, progress)
        lost_count = 0
        for rows in tables:
            lost_count += _copy_table(
                rows, origin, target, counts, shingles_of=shingles_of, is_resumed=is_resumed
            )
        counts.done, counts.step = 0, "comparing"
        found = {rows.name: _compare_table(rows, origin, target, counts) for rows in tables}
    _finish(target)
    return CopyReport(found, counts.written, lost_count, is_resumed)


@dataclass(slots=True)
class _Counts:
    total: int
    progress: Callable[[CopyProgress], None]
    step: str = "copying"
    done: int = 0
    written: int = 0

    def add(self, table: str, count: int) -> None:
        self.done += count
        self.progress(CopyProgress(self.step, table, min(self.done, self.total), self.total))


def _begin(session: Session, target: Archive, tables: Sequence[Rows]) -> bool:
    """Mark the target as an unfinished copy; whether it was one already."""
    name = _name(session)
    with target.read() as there:
        known = schema.copied_source(there.connection())
        full = [rows.name for rows in tables if rows.name != "counter" and not rows.is_empty(there)]
    if known is not None and known != name:
        raise CopyRefusedError(
            f"{target.name} is an unfinished copy of another archive: choose an empty target"
        )
    if known is None and full:
        raise CopyRefusedError(
            f"{target.name} is not empty (it has rows of {full[0]}): choose an empty target"
        )
    if known is None:
        with engines.writer(target.engine) as connection:
            schema.mark_copy(connection, name)
    return known is not None


def _name(session: Session) -> str:
    """What tells one source from another, and stays while it grows: its first crawl and first capture."""
    crawl = session.execute(
        select(Crawl.id, Crawl.started_at, Crawl.owner).order_by(Crawl.id).limit(1)
    ).first()
    capture_id = session.scalar(select(Capture.id).order_by(Capture.id).limit(1))
    capture = said_by(session, "capture", capture_id) if capture_id is not None else b""
    return sha256(repr(tuple(crawl or ())).encode() + (capture or b"")).hexdigest()[:16]


def _copy_table(
    rows: Rows,
    source: Side,
    target: Archive,
    counts: _Counts,
    *,
    shingles_of: Shingles,
    is_resumed: bool,
) -> int:
    """Bring one table over; the bodies that the source could not give."""
    seen = 0
    for chunk in rows.chunks(source):
        seen += len(chunk.rows)
        with target.write() as session:
            try:
                copied = rows.put(
                    Side(session, target.captures),
                    chunk,
                    is_empty=not is_resumed and rows.name != "counter",
                )
            except IntegrityError as error:
                raise CopyRefusedError(
                    f"the source has changed too much since the copy to {target.name} was begun "
                    f"(table {rows.name}): begin again with an empty target"
                ) from error
            if rows.model is Revision:
                _index(session, copied.written, shingles_of)
        counts.written += len(copied.written)
        counts.add(rows.name, len(chunk.rows))
    return rows.count(source.session) - seen if rows.model is Frame else 0


def _index(session: Session, revisions: Sequence[Row], shingles_of: Shingles) -> None:
    search.index_revisions(
        session,
        [
            search.Indexed(
                revision_id=row["id"],
                title=row["title"],
                text="\n".join(filter(None, (row["standfirst"], row["text"]))),
                shingles=tuple(dict.fromkeys(shingles_of(row["text"]))),
            )
            for row in revisions
        ],
    )


def _compare_table(rows: Rows, source: Side, target: Archive, counts: _Counts) -> int:
    """Read every chunk again on both sides; the number of rows."""
    count = 0
    for chunk in rows.chunks(source):
        with target.read() as session:
            arrived = rows.read(Side(session, target.captures), chunk.after, chunk.to)
        if digest(arrived) != digest(chunk.rows):
            raise CopyDiffersError(
                f"table {rows.name} of {target.name} is not the source's between {chunk.after} and "
                f"{chunk.to}: remove it, and copy again"
            )
        count += len(arrived)
        counts.add(rows.name, len(chunk.rows))
    return count


def _finish(target: Archive) -> None:
    """What no row says: the next numbers, and that the copy is whole."""
    with engines.in_words(target.url), engines.writer(target.engine) as connection:
        if target.engine.dialect.name == "postgresql":
            for rows in all_tables():
                if "id" not in rows.table.c:
                    continue
                connection.execute(
                    text(
                        f"SELECT setval(pg_get_serial_sequence('{rows.name}', 'id'), "
                        f'coalesce((SELECT max(id) FROM "{rows.name}"), 0) + 1, false)'
                    )
                )
            connection.execute(text("ANALYZE"))
        schema.mark_copy(connection, None)
