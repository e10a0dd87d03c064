"""Runs a person's own statement on the archive: one, reading only, limited in rows and time."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
from sqlalchemy import URL

from db.archive import Archive
from db.engine import explain
from db.errors import StatementRefused

TIMEOUT_S = 60.0

_STEPS_BETWEEN_LOOKS = 10_000


@dataclass(frozen=True, slots=True)
class Table:
    """What a statement gave."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    has_more: bool  # rows beyond the limit were left


def run_read_only(
    archive: Archive, statement: str, *, limit: int = 1000, timeout_s: float = TIMEOUT_S
) -> Table:
    """Run one statement that cannot change the archive.

    Raises:
        StatementRefused: It writes, is wrong, is more than one, or takes too long; in the database's words.
    """
    if archive.url.get_backend_name() == "postgresql":
        return _run_postgres(archive.url, statement, limit=limit, timeout_s=timeout_s)
    return _run_sqlite(archive.url, statement, limit=limit, timeout_s=timeout_s)


def _run_sqlite(url: URL, statement: str, *, limit: int, timeout_s: float) -> Table:
    path = quote(str(Path(str(url.database)).absolute()))
    deadline = time.monotonic() + timeout_s
    with (
        _refusals(url),
        closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30)) as connection,
    ):
        connection.execute("PRAGMA query_only = ON")
        connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
        connection.set_progress_handler(lambda: time.monotonic() > deadline, _STEPS_BETWEEN_LOOKS)
        cursor = connection.execute(statement)
        return _table(cursor.description, cursor.fetchmany(limit + 1), limit)


def _run_postgres(url: URL, statement: str, *, limit: int, timeout_s: float) -> Table:
    address = url.set(drivername="postgresql").render_as_string(hide_password=False)
    options = f"-c statement_timeout={int(timeout_s * 1000)} -c timezone=UTC"
    with (
        _refusals(url),
        psycopg.connect(address, options=options, connect_timeout=10) as connection,
    ):
        connection.read_only = True
        with connection.cursor() as cursor:
            # streaming speaks the extended protocol, which takes one statement only
            rows = list(islice(cursor.stream(statement.encode()), limit + 1))
            # without a row the stream names no columns
            table = _table(cursor.description or _columns(connection, statement), rows, limit)
        connection.rollback()
        return table


def _columns(connection: psycopg.Connection[Any], statement: str) -> list[tuple[str]] | None:
    connection.pgconn.prepare(b"", statement.encode())
    described = connection.pgconn.describe_prepared(b"")
    names = [described.fname(i) or b"" for i in range(described.nfields)]
    return [(name.decode(),) for name in names] or None


@contextmanager
def _refusals(url: URL) -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, sqlite3.Warning, psycopg.Error) as error:
        if "interrupted" in str(error) or isinstance(error, psycopg.errors.QueryCanceled):
            raise StatementRefused("the statement took too long: narrow it down") from error
        if "readonly" in str(error) or isinstance(error, psycopg.errors.ReadOnlySqlTransaction):
            raise StatementRefused("the statement writes: only reading is possible here") from error
        raise explain(error, url) or StatementRefused(f"the database says: {error}") from error


def _table(description: Any, rows: list[tuple[Any, ...]], limit: int) -> Table:
    if description is None:
        raise StatementRefused("the statement asks for nothing: write a SELECT")
    columns = tuple(column[0] for column in description)
    return Table(columns, tuple(tuple(row) for row in rows[:limit]), has_more=len(rows) > limit)
