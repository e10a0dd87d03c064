"""The archive as one thing: opened, written to, read from, closed. Knows transactions, no tables."""

import itertools
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from types import TracebackType
from typing import Literal, Self, TypeVar

from sqlalchemy import URL, Engine
from sqlalchemy.orm import Session, sessionmaker

from config.clock import Clock
from db import engine as engines
from db import schema
from db.captures import CaptureStore, open_store
from db.errors import ArchiveMissing, Deadlocked

__all__ = ["Archive", "Session", "require_file"]

T = TypeVar("T")

ATTEMPTS = 5
"""Of a transaction that Postgres ends for the sake of another: each takes it a second to notice."""


class Archive:
    """An open archive. Every transaction is a `with` block of `write` or `read`, or the work of `transact`.

    May be shared by threads. Do not share it with a forked child: open it again there.
    """

    def __init__(
        self, engine: Engine, *, url: URL, clock: Clock, captures: CaptureStore, read_only: bool
    ) -> None:
        """Use `Archive.open`: it checks what it finds."""
        self.engine = engine
        self.url = url
        self.clock = clock
        self.captures = captures
        self.is_read_only = read_only
        # writers of this process queue here, fairly; SQLite's own waiting is by chance
        self._turn = threading.Lock() if url.get_backend_name() == "sqlite" else nullcontext()
        self._writers = sessionmaker(expire_on_commit=False)
        self._readers = sessionmaker(_snapshots(engine), expire_on_commit=False, autoflush=False)

    @classmethod
    def open(
        cls,
        address: str,
        *,
        clock: Clock,
        captures: str = "database",
        upgrade: Literal["yes", "no", "copy"] = "yes",
        announce: Callable[[str], None] = lambda _: None,
        read_only: bool = False,
    ) -> Self:
        """Open the archive at this address, creating or upgrading it after saying so.

        Args:
            address: "sqlite:///FILE" or "postgresql://USER@HOST/NAME".
            clock: What every moment of this archive comes from.
            captures: Where bodies are kept: "database" or "files:FOLDER".
            upgrade: "no" refuses an archive whose schema is not this release's, or that is not there;
                "copy" is "yes", but takes an unfinished copy as it is (see db.moving.copying).
            announce: Told in a sentence before the schema is touched.
            read_only: Never write, never create; implies upgrade="no".

        Raises:
            ArchiveError: In words, with what to do; see db.errors for the kinds.
        """
        url = engines.parse_address(address)
        may_create = upgrade != "no" and not read_only
        require_file(url, may_create=may_create)
        engine = engines.open_engine(url, read_only=read_only)
        try:
            with engines.in_words(url):
                if upgrade == "copy" and schema.is_unfinished(engine):
                    pass
                elif may_create:
                    schema.upgrade(engine, announce=announce)
                else:
                    with engine.connect() as connection:
                        schema.require(connection)
            store = open_store(captures)
        except BaseException:
            engine.dispose()
            raise
        return cls(engine, url=url, clock=clock, captures=store, read_only=read_only)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def name(self) -> str:
        """The file or address, for people: without a password."""
        return engines.name_of(self.url)

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A transaction that may write: committed at the end of the block, rolled back if it raises."""
        with (
            self._turn,
            engines.in_words(self.url),
            engines.writer(self.engine) as connection,
            self._writers(bind=connection) as session,
        ):
            yield session
            session.flush()

    def transact(self, work: Callable[[Session], T]) -> T:
        """Do work in a transaction that may write, and again where Postgres ended it for the sake of another.

        Rows are locked as they are written, in whatever order: two transactions may each wait for the other. Postgres
        ends one of them, of which nothing is left.

        Args:
            work: Is given the session. It may be called more than once, and must begin anew each time.

        Raises:
            Deadlocked: It was ended each time.
        """
        for attempt in itertools.count(1):
            try:
                with self.write() as session:
                    return work(session)
            except Deadlocked:
                if attempt == ATTEMPTS:
                    raise
        raise AssertionError

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A transaction that only reads: everything in it is seen as of its first statement."""
        with engines.in_words(self.url), self._readers() as session:
            yield session
            if self.engine.dialect.name == "postgresql":
                # at a rollback psycopg drops all it has prepared: every question would be planned anew
                session.commit()

    def close(self) -> None:
        """Close the capture store and every connection. Harmless the second time."""
        self.captures.close()
        self.engine.dispose()


def _snapshots(engine: Engine) -> Engine:
    """What SQLite's readers always have: one state of the archive for a whole transaction. Writing fails."""
    if engine.dialect.name == "postgresql":
        return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    return engine


def require_file(url: URL, *, may_create: bool) -> None:
    """Say plainly what SQLite would call "unable to open database file"."""
    if url.get_backend_name() != "sqlite":
        return
    path = Path(str(url.database))
    error = sqlite3.OperationalError("unable to open database file")
    if not path.parent.is_dir() or path.is_dir():
        raise engines.explain(error, url) or ArchiveMissing from error
    if not path.exists() and not may_create:
        raise ArchiveMissing(f"there is no archive {path}: `morgue crawl` or `morgue up` makes one")
