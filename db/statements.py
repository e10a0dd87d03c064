"""The few statements that SQLite and Postgres spell differently, and bulk habits. Knows no meaning of tables."""

import struct
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar, cast

from sqlalchemy import Dialect, Insert, Table, Update, func, insert, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from db.models import Base

CHUNK = 400
"""Values in one IN list: far under every driver's limit, and statements stay small enough to cache."""

Row = dict[str, Any]

_T = TypeVar("_T")


def table_of(model: type[Base]) -> Table:
    """The model's table: bulk statements need no mapped objects."""
    return cast("Table", model.__table__)


def is_postgres(session: Session) -> bool:
    """Whether the session speaks to Postgres; else it is SQLite."""
    return session.get_bind().dialect.name == "postgresql"


def insert_rows(session: Session, model: type[Base], rows: Sequence[Row]) -> None:
    """Insert rows, all with the same columns."""
    run_many(session, _insert(model), rows)


def insert_or_ignore(session: Session, model: type[Base], rows: Sequence[Row]) -> None:
    """Insert rows, but for those whose key is there already."""
    run_many(session, _insert_or_ignore(model, is_postgres=is_postgres(session)), rows)


def run_many(session: Session, statement: Insert | Update, rows: Sequence[Row]) -> None:
    """Run a statement once for each row of parameters.

    Does what a connection's `execute` does with a list, in half the time: how each parameter is
    converted is looked up once for a statement. Keep the statement: it is known by its identity.
    """
    if not rows:
        return
    connection = session.connection()
    prepared = _prepare(statement, connection.dialect, tuple(rows[0]))
    connection.exec_driver_sql(prepared.sql, prepared.parameters(rows))


@dataclass(frozen=True, slots=True)
class _Prepared:
    sql: str
    names: tuple[str, ...]
    convert: tuple[Callable[[Any], Any] | None, ...]
    constants: Mapping[str, Any]
    is_positional: bool

    def parameters(self, rows: Sequence[Row]) -> list[Any]:
        columns = [
            self._column(rows, name, convert)
            for name, convert in zip(self.names, self.convert, strict=True)
        ]
        if self.is_positional:
            return list(zip(*columns, strict=True))
        return [dict(zip(self.names, values, strict=True)) for values in zip(*columns, strict=True)]

    def _column(
        self, rows: Sequence[Row], name: str, convert: Callable[[Any], Any] | None
    ) -> list[Any]:
        if name in self.constants:
            return [self.constants[name]] * len(rows)
        if convert is None:
            return [row[name] for row in rows]
        return [convert(row[name]) for row in rows]


@lru_cache(maxsize=128)
def _prepare(statement: Insert | Update, dialect: Dialect, columns: tuple[str, ...]) -> _Prepared:
    compiled = statement.compile(dialect=dialect, column_keys=columns)
    names = tuple(compiled.positiontup or compiled.binds)
    return _Prepared(
        sql=compiled.string,
        names=names,
        convert=tuple(
            compiled.binds[name].type.dialect_impl(dialect).bind_processor(dialect)
            for name in names
        ),
        constants={name: compiled.binds[name].value for name in names if name not in columns},
        is_positional=bool(compiled.positiontup),
    )


@lru_cache
def _insert(model: type[Base]) -> Insert:
    return insert(table_of(model))


@lru_cache
def _insert_or_ignore(model: type[Base], *, is_postgres: bool) -> Insert:
    if is_postgres:
        return postgresql.insert(table_of(model)).on_conflict_do_nothing()
    return sqlite.insert(table_of(model)).on_conflict_do_nothing()


def reserve_ids(session: Session, model: type[Base], count: int) -> list[int]:
    """Ids for rows that are about to be inserted, ascending.

    Knowing ids beforehand lets a whole batch be written without reading anything back. On SQLite the
    write lock that the session holds keeps them ours.
    """
    if count == 0:
        return []
    table = table_of(model)
    if is_postgres(session):
        ids = session.scalars(
            text("SELECT nextval(pg_get_serial_sequence(:t, 'id')) FROM generate_series(1, :n)"),
            {"t": table.name, "n": count},
        )
        return sorted(ids)
    first = (session.scalar(select(func.max(table.c.id))) or 0) + 1
    return list(range(first, first + count))


def chunks(values: Sequence[_T], size: int = CHUNK) -> Iterator[Sequence[_T]]:
    """The values, `size` at a time."""
    for start in range(0, len(values), size):
        yield values[start : start + size]


def padded(values: Sequence[_T]) -> list[_T]:
    """The values for an IN list, the last one repeated until there are 1, 2, 4, 8 ...

    A list of another length is another statement, which a database plans anew: few lengths come again.
    """
    length = 1 << max(len(values) - 1, 0).bit_length()
    listed = list(values)
    return listed + listed[-1:] * (length - len(listed))


def pack_hashes(hashes: Sequence[int]) -> bytes:
    """Signed 64-bit integers as little-endian bytes."""
    return struct.pack(f"<{len(hashes)}q", *hashes)


def unpack_hashes(packed: bytes | None) -> tuple[int, ...]:
    """The integers of `pack_hashes`; none for None."""
    if not packed:
        return ()
    return struct.unpack(f"<{len(packed) // 8}q", packed)
