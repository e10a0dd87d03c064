"""What every test may use. The network is off but for loopback; real components, not doubles of them."""

import itertools
import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import settings

from config.clock import ManualClock, SystemClock
from db.archive import Archive
from tests import postgres

ROOT = Path(__file__).resolve().parent.parent

_numbers = itertools.count(1)


# a landing must not depend on a draw of chance, nor on how busy the machine is
settings.register_profile("ci", derandomize=True, deadline=None)
settings.register_profile("developer", deadline=None)
settings.load_profile("ci" if os.environ.get("CI") == "true" else "developer")


def _required() -> bool:
    """In CI nothing that a test needs may be missing."""
    return os.environ.get("CI") == "true" or os.environ.get("MORGUE_TEST_ALL") == "1"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with seeds and corpora that is not part of the repository."""
    folder = Path(os.environ.get("MORGUE_SHARED", ROOT.parent / "shared"))
    if not (folder / "seeds").is_dir():
        if _required():
            pytest.fail(f"no seeds and corpora in {folder}")
        pytest.skip(
            "the seeds and corpora are not beside the project (MORGUE_SHARED names their folder)"
        )
    return folder


@pytest.fixture
def clock() -> ManualClock:
    """A clock that stands on a Monday morning until a test moves it."""
    return ManualClock(datetime(2026, 3, 2, 9, 0, tzinfo=UTC))


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The address of a PostgreSQL server."""
    try:
        with postgres.server() as address:
            yield address
    except postgres.NoPostgresError as error:
        if _required():
            pytest.fail(str(error))
        pytest.skip(str(error))


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """The address of an empty PostgreSQL database of this test's own."""
    name = f"morgue_{os.getpid()}_{next(_numbers)}"
    yield postgres.create_database(postgres_server, name)
    postgres.drop_database(postgres_server, name)


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty archive in a file, to be copied: migrating takes longer than most tests."""
    path = tmp_path_factory.mktemp("template") / "archive.sqlite3"
    Archive.open(f"sqlite:///{path}", clock=SystemClock()).close()
    return path


@pytest.fixture(scope="session")
def _postgres_template(postgres_server: str) -> Iterator[str]:
    """The name of a PostgreSQL database with an empty archive, to be copied."""
    name = f"morgue_{os.getpid()}_template"
    address = postgres.create_database(postgres_server, name)
    Archive.open(address, clock=SystemClock()).close()
    yield name
    postgres.drop_database(postgres_server, name)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def archive_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty archive, on each of the databases."""
    if request.param == "sqlite":
        path = tmp_path / "archive.sqlite3"
        shutil.copyfile(request.getfixturevalue("_sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    server: str = request.getfixturevalue("postgres_server")
    name = f"morgue_{os.getpid()}_{next(_numbers)}"
    template: str = request.getfixturevalue("_postgres_template")
    yield postgres.create_database(server, name, template=template)
    postgres.drop_database(server, name)


@pytest.fixture
def archive(archive_url: str, clock: ManualClock) -> Iterator[Archive]:
    """An empty archive, open, on each of the databases."""
    with Archive.open(archive_url, clock=clock) as opened:
        yield opened
