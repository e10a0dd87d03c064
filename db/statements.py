"""The few statements that SQLite and Postgres spell differently, and bulk habits. Knows no meaning of tables."""

import struct
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar, cast

from sqlalchemy import ColumnElement, Insert, Table, func, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from db.models import Base

CHUNK = 400
"""Values in one IN list: far under every driver's limit, and statements stay small enough to cache."""

_T = TypeVar("_T")


def table_of(model: type[Base]) -> Table:
    """The model's table: bulk statements need no mapped objects."""
    return cast("Table", model.__table__)


def is_postgres(session: Session) -> bool:
    """Whether the session speaks to Postgres; else it is SQLite."""
    return session.get_bind().dialect.name == "postgresql"


def insert_or_ignore(session: Session, model: type[Base]) -> Insert:
    """An INSERT that leaves rows alone which are there already."""
    if is_postgres(session):
        return postgresql.insert(table_of(model)).on_conflict_do_nothing()
    return sqlite.insert(table_of(model)).on_conflict_do_nothing()


def upsert(
    session: Session,
    model: type[Base],
    *,
    key: Sequence[str],
    values: Mapping[str, Any],
    where: ColumnElement[bool] | None = None,
) -> Insert:
    """An INSERT that, where the key is there already, sets `values` on its row (if `where` holds)."""
    if is_postgres(session):
        return postgresql.insert(table_of(model)).on_conflict_do_update(
            index_elements=list(key), set_=values, where=where
        )
    return sqlite.insert(table_of(model)).on_conflict_do_update(
        index_elements=list(key), set_=values, where=where
    )


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


def pack_hashes(hashes: Sequence[int]) -> bytes:
    """Signed 64-bit integers as little-endian bytes."""
    return struct.pack(f"<{len(hashes)}q", *hashes)


def unpack_hashes(packed: bytes | None) -> tuple[int, ...]:
    """The integers of `pack_hashes`; none for None."""
    if not packed:
        return ()
    return struct.unpack(f"<{len(packed) // 8}q", packed)
