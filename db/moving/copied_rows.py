"""Rows of one table on their way to another archive: read in chunks, compared, written. Knows no order of tables.

Every value goes through the columns' types, so that a row reads the same from either database; the digest
of a chunk is taken from what is read, on both sides.
"""

import json
import marshal
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any

from sqlalchemy import Insert, Table, delete, func, insert, select, tuple_
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from db.captures import CaptureStore, FrameFaultError, FrameRow
from db.models import Base, Frame, Lease
from db.statements import Row, chunks, is_postgres, run_many, table_of

Key = tuple[Any, ...]
"""The primary key of a row."""

_SIZES = {"frame": 100, "revision": 400, "content": 1_000, "tree_head": 100}
_SIZE = 4_000
"""Rows in a chunk, so that one is some megabytes."""

_WORDS = frozenset({"lease", "counter"})
"""Small tables whose keys are words, which each database sorts its own way: they are one chunk."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Rows of a table that follow each other, in the order of their keys."""

    rows: list[Row]
    after: Key | None  # the last key of the chunk before it; None: it is the first
    to: Key | None  # its own last key; None: it goes to the end of the table


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two archives: a session on it, and where its bodies are."""

    session: Session
    captures: CaptureStore


@dataclass(frozen=True, slots=True)
class Copied:
    """What became of a chunk in the target."""

    written: list[Row]
    deleted_count: int


class Rows:
    """The rows of one table."""

    def __init__(self, model: type[Base]) -> None:
        self.model = model
        self.table: Table = table_of(model)
        self.name = self.table.name
        self._keys = tuple(self.table.primary_key.columns)
        self._names = tuple(self.table.c.keys())
        self._size = _SIZES.get(self.name, _SIZE)

    def count(self, session: Session) -> int:
        """How many there are."""
        return session.scalar(select(func.count()).select_from(self.table)) or 0

    def chunks(self, source: Side) -> Iterator[Chunk]:
        """All rows of the source, and one empty chunk for what a target may have behind them."""
        if self.name in _WORDS:
            yield Chunk(self.read(source), None, None)
            return
        after: Key | None = None
        while True:
            statement = self._select(after, None).limit(self._size)
            found = self._rows(source.session, statement)
            if not found:
                yield Chunk([], after, None)
                return
            to = self.key(found[-1])
            yield Chunk(self._complete(source, found), after, to)
            after = to

    def read(self, side: Side, after: Key | None = None, to: Key | None = None) -> list[Row]:
        """The rows with keys over `after`, up to `to`."""
        found = self._rows(side.session, self._select(after, to))
        if self.name in _WORDS:
            found.sort(key=self.key)
        return self._complete(side, found)

    def is_empty(self, session: Session) -> bool:
        """Whether the table has no row."""
        return session.execute(select(*self._keys).limit(1)).first() is None

    def put(self, target: Side, chunk: Chunk, *, is_empty: bool) -> Copied:
        """Make the target's rows in the chunk's range the chunk's."""
        if is_empty:
            self._insert(target, chunk.rows)
            return Copied(chunk.rows, 0)
        there = {self.key(row): said(row) for row in self.read(target, chunk.after, chunk.to)}
        wanted = {self.key(row) for row in chunk.rows}
        extra = [key for key in there if key not in wanted]
        self._delete(target.session, extra)
        written = [row for row in chunk.rows if there.get(self.key(row)) != said(row)]
        self._upsert(target, written)
        return Copied(written, len(extra))

    def key(self, row: Row) -> Key:
        """The primary key of a row."""
        return tuple(row[column.name] for column in self._keys)

    def _select(self, after: Key | None, to: Key | None) -> Any:
        statement = select(*self.table.c).order_by(*self._keys)
        key = tuple_(*self._keys) if len(self._keys) > 1 else self._keys[0]
        for limit, is_after in ((after, True), (to, False)):
            if limit is not None:
                value = tuple_(*limit) if len(self._keys) > 1 else limit[0]
                statement = statement.where(key > value if is_after else key <= value)
        return statement

    def _rows(self, session: Session, statement: Any) -> list[Row]:
        return [dict(zip(self._names, row, strict=True)) for row in session.execute(statement)]

    def _complete(self, side: Side, rows: list[Row]) -> list[Row]:
        """The rows with what is not in the table itself, and without what is this archive's alone."""
        if self.model is Lease:
            return [row | {"owner": None, "until_at": None} for row in rows]
        if self.model is Frame:
            return list(_with_bytes(side.captures, rows))
        return rows

    def _insert(self, target: Side, rows: Sequence[Row]) -> None:
        run_many(target.session, insert_of(self.model), self._stored(target, rows))

    def _upsert(self, target: Side, rows: Sequence[Row]) -> None:
        statement = upsert_of(self.model, is_postgres=is_postgres(target.session))
        run_many(target.session, statement, self._stored(target, rows))

    def _stored(self, target: Side, rows: Sequence[Row]) -> list[Row]:
        if self.model is not Frame or not rows:
            return list(rows)
        frames = [FrameRow(**{name: row[name] for name in FrameRow._fields}) for row in rows]
        kept = target.captures.adopt(frames)
        return [row | frame._asdict() for row, frame in zip(rows, kept, strict=True)]

    def _delete(self, session: Session, keys: Sequence[Key]) -> None:
        for some in chunks(keys):
            if len(self._keys) == 1:
                condition = self._keys[0].in_([key[0] for key in some])
            else:
                condition = tuple_(*self._keys).in_(some)
            session.execute(delete(self.table).where(condition))


def all_tables() -> list[Rows]:
    """Every table of the archive, those that others refer to first."""
    models = {table_of(each.class_): each.class_ for each in Base.registry.mappers}
    return [Rows(models[table]) for table in Base.metadata.sorted_tables]


def digest(rows: Sequence[Row]) -> bytes:
    """The digest of what these rows say."""
    whole = sha256()
    for row in rows:
        whole.update(said(row))
    return whole.digest()


def said(row: Row) -> bytes:
    """What a row says, as bytes that are the same for the same values. Of this process: not to be kept."""
    return marshal.dumps(tuple(map(_plain, row.items())), 2)


def _plain(item: tuple[str, Any]) -> Any:
    value = item[1]
    if isinstance(value, datetime):
        return value.timestamp()
    if isinstance(value, (dict, list)):
        return json.dumps(value, sort_keys=True)
    return value


def _with_bytes(store: CaptureStore, rows: Sequence[Row]) -> Iterator[Row]:
    """Frames with their bytes at hand, wherever they are kept; without those whose bytes are lost."""
    for row in rows:
        frame = FrameRow(**{name: row[name] for name in FrameRow._fields})
        try:
            data = store.fetch(frame)
        except FrameFaultError:
            continue  # `verify` names the captures, of the source and of the target
        yield row | {"pack": None, "pack_offset": None, "data": data}


@lru_cache
def insert_of(model: type[Base]) -> Insert:
    """The statement that adds a row. Kept: bulk statements are known by identity."""
    return insert(table_of(model))


@lru_cache
def upsert_of(model: type[Base], *, is_postgres: bool) -> Insert:
    """The statement that adds a row, or makes the one with its key the same."""
    table = table_of(model)
    build = postgresql.insert if is_postgres else sqlite.insert
    statement = build(table)
    keys = [column.name for column in table.primary_key.columns]
    values = {
        column.name: statement.excluded[column.name]
        for column in table.c
        if column.name not in keys
    }
    if not values:
        return statement.on_conflict_do_nothing()
    return statement.on_conflict_do_update(index_elements=keys, set_=values)
