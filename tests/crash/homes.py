"""Where archives live that are made by the hundred: copies of a template, on either database."""

import itertools
import os
import shutil
from pathlib import Path
from typing import Protocol

from tests import postgres

_numbers = itertools.count(1)


class Home(Protocol):
    """A database system with archives in it."""

    name: str

    def new(self, template: str | None = None) -> str:
        """The address of an empty database, or of a copy of the one at this address."""
        ...

    def drop(self, address: str) -> None:
        """Remove a database."""
        ...


class SqliteHome:
    """Files in a folder."""

    name = "sqlite"

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def new(self, template: str | None = None) -> str:
        path = self._folder / f"archive-{next(_numbers)}.sqlite3"
        if template is not None:
            shutil.copyfile(template.removeprefix("sqlite:///"), path)
        return f"sqlite:///{path}"

    def drop(self, address: str) -> None:
        for ending in ("", "-wal", "-shm"):
            Path(address.removeprefix("sqlite:///") + ending).unlink(missing_ok=True)


class PostgresHome:
    """Databases of one server."""

    name = "postgres"

    def __init__(self, server: str) -> None:
        self._server = server

    def new(self, template: str | None = None) -> str:
        name = f"morgue_kill_{os.getpid()}_{next(_numbers)}"
        return postgres.create_database(
            self._server, name, template=_name(template or "/template0")
        )

    def drop(self, address: str) -> None:
        postgres.drop_database(self._server, _name(address))


def _name(address: str) -> str:
    return address.partition("?")[0].rpartition("/")[2]
