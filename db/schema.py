"""Brings an archive's tables to this release's shape, by the numbered migrations. Knows no row.

The version of a schema is the number of the last migration; a higher number than ours was written by a
newer release.
"""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import OperationalError

from db import engine as engines
from db.errors import ArchiveMissing, ArchiveTooNew, ArchiveTooOld, ArchiveUnfinished, NotAnArchive

HEAD = "0004"
"""The newest migration: what this release reads and writes."""

_MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"
_COPY = "copying:"
_LOCK = 0x4D4F5247  # of Postgres' advisory locks
_WAL_PATIENCE_S = 30.0


def version(connection: Connection) -> str | None:
    """The schema's version; None where there is nothing at all.

    Raises:
        NotAnArchive: There are tables, but not an archive's.
    """
    if (owner := _application(connection)) not in (0, engines.APPLICATION_ID):
        raise NotAnArchive(
            f"{_name(connection)} is another program's file (application id {owner:#x}): choose another"
            " archive_url"
        )
    names = set(inspect(connection).get_table_names())
    if "alembic_version" in names and (names == {"alembic_version"} or "revision" in names):
        found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
        return found
    if names:
        raise NotAnArchive(
            f"{_name(connection)} holds other tables ({', '.join(sorted(names)[:3])} ...), no archive: "
            "choose another archive_url"
        )
    return None


def require(connection: Connection) -> None:
    """Refuse a schema that is not exactly ours."""
    found = version(connection)
    _refuse(connection, found)
    if found != HEAD:
        raise ArchiveTooOld(
            f"the archive {_name(connection)} is at schema {found or 'none'}, this release needs "
            f"{HEAD}: run `morgue db upgrade`"
        )


def require_known(connection: Connection) -> str:
    """Refuse what is no archive, an unfinished copy, or a newer release's; the version, which may be an older one.

    Raises:
        ArchiveError: In words, with what to do.
    """
    found = version(connection)
    _refuse(connection, found)
    if found is None:
        raise ArchiveMissing(f"{_name(connection)} is empty: there is no archive in it")
    return found


def upgrade(engine: Engine, *, announce: Callable[[str], None]) -> None:
    """Create or upgrade the tables under a lock; of several at once one does it and the others wait."""
    with engine.connect() as connection:
        found = version(connection)
        _refuse(connection, found)
        if found == HEAD:
            return
    if engine.dialect.name == "sqlite":
        _use_wal(engine)
    with _locked(engine) as connection:
        found = version(connection)
        _refuse(connection, found)
        if found == HEAD:
            return
        name = _name(connection)
        announce(
            f"upgrading the archive {name} from schema {found} to {HEAD}"
            if found
            else f"creating the archive {name}"
        )
        migrate(connection, HEAD)
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql(f"PRAGMA application_id = {engines.APPLICATION_ID}")


def migrate(connection: Connection, target: str) -> None:
    """Run migrations on this connection, in its transaction, up or down to `target` ("base": nothing)."""
    from alembic import command  # noqa: PLC0415 - 0.2 s that only upgrades need
    from alembic.config import Config  # noqa: PLC0415
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    numbers = [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()]
    found = version(connection)
    is_up = target in numbers and (found is None or found < target)
    (command.upgrade if is_up else command.downgrade)(config, target)


def mark_copy(connection: Connection, source: str | None) -> None:
    """Say that the archive is an unfinished copy of a source, named by at most 16 characters; None: it is finished.

    The mark stands where the schema's version does, so that no release opens an archive that is a half.
    """
    mark = HEAD if source is None else f"{_COPY}{source}"
    connection.execute(text("UPDATE alembic_version SET version_num = :mark"), {"mark": mark})


def copied_source(connection: Connection) -> str | None:
    """Of which source the archive is an unfinished copy, as `mark_copy` named it."""
    found = version(connection)
    if found is None or not found.startswith(_COPY):
        return None
    return found.removeprefix(_COPY)


def is_unfinished(engine: Engine) -> bool:
    """Whether the archive is an unfinished copy."""
    with engine.connect() as connection:
        return copied_source(connection) is not None


def _refuse(connection: Connection, found: str | None) -> None:
    if found is not None and found.startswith(_COPY):
        raise ArchiveUnfinished(
            f"{_name(connection)} is an unfinished copy of another archive: run the same `morgue copy` "
            "again, or remove it"
        )
    if found is not None and found > HEAD:
        raise ArchiveTooNew(
            f"the archive {_name(connection)} is at schema {found}; this release knows up to {HEAD}: "
            "use the release that wrote it, or a newer one"
        )


@contextmanager
def _locked(engine: Engine) -> Iterator[Connection]:
    with engines.writer(engine) as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        yield connection


def _use_wal(engine: Engine) -> None:
    """Let readers and one writer work side by side. The file remembers it.

    SQLite answers "locked" at once here, without waiting, when two processes do this together.
    """
    patience = time.monotonic() + _WAL_PATIENCE_S
    connection = engine.raw_connection()
    try:
        while True:
            try:
                connection.cursor().execute("PRAGMA journal_mode = WAL").fetchone()
            except sqlite3.OperationalError as error:
                if "locked" not in str(error) or time.monotonic() > patience:
                    raise OperationalError("PRAGMA journal_mode = WAL", None, error) from error
                time.sleep(0.02)
            else:
                return
    finally:
        connection.close()


def _application(connection: Connection) -> int:
    """Whose file it says that it is; 0: nobody's."""
    if connection.dialect.name != "sqlite":
        return 0
    return int(connection.exec_driver_sql("PRAGMA application_id").scalar_one())


def _name(connection: Connection) -> str:
    if connection.dialect.name == "sqlite":
        rows = connection.exec_driver_sql("PRAGMA database_list").all()
        return str(rows[0][2])
    return engines.name_of(connection.engine.url)
