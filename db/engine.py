"""Opens the engine of an archive's address and says in words what its driver complains of. Knows no table.

SQLite writers say BEGIN IMMEDIATE: a transaction that starts as a reader cannot become a writer once
another process has written, and would fail with "database is locked" however long it waited.
"""

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.pool import QueuePool

from db.errors import (
    ArchiveAddressWrong,
    ArchiveBusy,
    ArchiveError,
    ArchiveMissing,
    ArchiveUnreachable,
    ArchiveUnwritable,
    Deadlocked,
    NotAnArchive,
)

BUSY_TIMEOUT_S = 30
APPLICATION_ID = 0x4D4F5247
"""Marks a SQLite file as an archive ("MORG"), for `file` and whoever opens it. Archives of schema 0003 have none."""

_IS_WRITER = "morgue_is_writer"


def parse_address(address: str) -> URL:
    """The address of an archive, checked: a SQLite file or a Postgres database.

    Raises:
        ArchiveAddressWrong: The address means neither; it is quoted without its password.
    """
    try:
        url = make_url(address)
    except (ArgumentError, ValueError) as error:
        raise ArchiveAddressWrong(
            "the archive's address is no URL: use sqlite:///FILE or postgresql://USER@HOST/NAME"
        ) from error
    backend = url.get_backend_name()
    if backend == "postgresql":
        return url.set(drivername="postgresql+psycopg")
    if backend != "sqlite":
        raise ArchiveAddressWrong(
            f"an archive cannot be kept in {backend}: use sqlite:///FILE or postgresql://USER@HOST/NAME"
        )
    if not url.database or url.database == ":memory:":
        raise ArchiveAddressWrong("an archive needs a file: use sqlite:///FILE")
    return url


def name_of(url: URL) -> str:
    """The archive's name for people: the file, or the address without its password."""
    if url.get_backend_name() == "sqlite":
        return str(url.database)
    return url.set(drivername="postgresql").render_as_string(hide_password=True)


def open_engine(url: URL, *, read_only: bool = False) -> Engine:
    """An engine with the settings that an archive needs. Connects to nothing yet."""
    if url.get_backend_name() == "postgresql":
        return _postgres(url, read_only=read_only)
    return _sqlite(Path(str(url.database)), read_only=read_only)


@contextmanager
def writer(engine: Engine) -> Iterator[Connection]:
    """A connection in a transaction that may write; committed at the end, or rolled back."""
    with (
        engine.connect().execution_options(**{_IS_WRITER: True}) as connection,
        connection.begin(),
    ):
        yield connection


@contextmanager
def in_words(url: URL) -> Iterator[None]:
    """Turn what the driver says about the archive as a whole into an ArchiveError.

    Errors of single statements pass through: they are mistakes of ours.
    """
    try:
        yield
    except DBAPIError as error:
        explained = explain(error.orig, url)
        if explained is None:
            raise
        raise explained from error


def explain(error: BaseException | None, url: URL) -> ArchiveError | None:
    """The driver's error in words for a person, or None where it is about a statement."""
    if isinstance(error, sqlite3.Error):
        return _explain_sqlite(error, url)
    return _explain_postgres(error, url)


def _sqlite(path: Path, *, read_only: bool) -> Engine:
    def connect() -> sqlite3.Connection:
        if not read_only:
            return sqlite3.connect(
                path, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False
            )
        # in a folder that may not be written, a reader of a WAL archive cannot make the -shm file it needs
        still = (
            not os.access(path.parent, os.W_OK) and not path.with_name(path.name + "-wal").exists()
        )
        target = f"file:{quote(str(path.absolute()))}?mode=ro" + ("&immutable=1" if still else "")
        return sqlite3.connect(
            target, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False, uri=True
        )

    # a named pool: without a file in its URL, SQLAlchemy would take this for an archive in memory
    engine = create_engine(
        "sqlite+pysqlite://", creator=connect, poolclass=QueuePool, json_serializer=_dump_json
    )

    @event.listens_for(engine, "connect")
    def settle(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = FULL")  # a commit outlives a power cut
        connection.execute("PRAGMA cache_size = -32000")
        connection.execute("PRAGMA temp_store = MEMORY")
        connection.execute("PRAGMA wal_autocheckpoint = 4000")
        if read_only:
            connection.execute("PRAGMA query_only = ON")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        is_writer = connection.get_execution_options().get(_IS_WRITER)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writer else "BEGIN")

    return engine


def _postgres(url: URL, *, read_only: bool) -> Engine:
    options = "-c timezone=UTC" + (" -c default_transaction_read_only=on" if read_only else "")
    return create_engine(
        url,
        pool_pre_ping=True,
        pool_use_lifo=True,  # the connection that was used last has the most statements prepared
        json_serializer=_dump_json,
        connect_args={"options": options, "connect_timeout": 10, "application_name": "morgue"},
    )


def _dump_json(value: Any) -> str:
    """JSON that people can read in the database, whatever its script."""
    return json.dumps(value, ensure_ascii=False).encode(errors="ignore").decode()


def _explain_sqlite(error: sqlite3.Error, url: URL) -> ArchiveError | None:
    path = Path(str(url.database))
    words = str(error)
    if "is full" in words:
        return ArchiveUnwritable(
            f"no space left for the archive {path}: free some, then start again"
        )
    if "readonly" in words or "read-only" in words:
        return ArchiveUnwritable(
            f"the archive {path} may not be written: give yourself write permission to the file "
            "and to its folder"
        )
    if "unable to open" in words:
        if not path.parent.is_dir():
            return ArchiveMissing(
                f"there is no folder {path.parent}: create it, or correct archive_url"
            )
        if not path.exists() and os.access(path.parent, os.W_OK):
            return ArchiveMissing(
                f"there is no archive {path}: `morgue crawl` or `morgue up` makes one"
            )
        return ArchiveUnwritable(
            f"the archive {path} cannot be opened: check that it is a file, and the permissions of "
            "file and folder"
        )
    if "locked" in words or "busy" in words:
        return ArchiveBusy(
            f"another process has been writing to {path} for more than {BUSY_TIMEOUT_S} s: "
            "try again when it has finished"
        )
    if "not a database" in words:
        return NotAnArchive(f"{path} is not a Morgue archive: choose another archive_url")
    if "malformed" in words:
        return ArchiveError(
            f"SQLite finds {path} damaged: run `morgue verify`, and `morgue restore` a backup beside it if "
            "that says so, too"
        )
    if "disk I/O error" in words:
        return ArchiveUnwritable(
            f"the disk of the archive {path} is full or reports errors: make room, or check the disk"
        )
    return None


def _explain_postgres(error: BaseException | None, url: URL) -> ArchiveError | None:
    if not isinstance(error, psycopg.Error):
        return None
    name = name_of(url)
    state = error.sqlstate or ""
    if isinstance(error, psycopg.errors.DiskFull):
        return ArchiveUnwritable(
            f"no space left on the server of {name}: free some, then start again"
        )
    if isinstance(error, psycopg.errors.ReadOnlySqlTransaction):
        return ArchiveUnwritable(f"{name} may only be read: connect to the primary server")
    if isinstance(error, psycopg.errors.InsufficientPrivilege):
        return ArchiveUnwritable(f"{name} does not let this user in: {_first_line(error)}")
    if isinstance(error, psycopg.errors.DeadlockDetected):
        return Deadlocked(f"another process was writing the same rows of {name}: try again")
    if isinstance(error, psycopg.errors.LockNotAvailable):
        return ArchiveBusy(f"another process holds a lock in {name} for too long: try again later")
    # a refused connection has no state; 08, 28, 3D and 57P are lost connections, logins, names, shutdowns
    if isinstance(error, psycopg.OperationalError) and state[:2] in {"", "08", "28", "3D", "57"}:
        return ArchiveUnreachable(f"cannot connect to {name}: {_first_line(error)}")
    return None


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
