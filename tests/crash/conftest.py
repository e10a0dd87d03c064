"""One zygote and one home of each database for all of this folder's tests, and the undisturbed runs of their scenes."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tests.crash.forks import Forks, common
from tests.crash.homes import Home, PostgresHome, SqliteHome
from tests.crash.scenes import CrawlScene, crawl_scenes, press


@pytest.fixture(scope="session")
def forks() -> Forks:
    return common()


@pytest.fixture(scope="session")
def sqlite_home(tmp_path_factory: pytest.TempPathFactory) -> SqliteHome:
    return SqliteHome(tmp_path_factory.mktemp("archives"))


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def home(request: pytest.FixtureRequest, sqlite_home: SqliteHome) -> Home:
    if request.param == "sqlite":
        return sqlite_home
    return PostgresHome(request.getfixturevalue("postgres_server"))


@pytest.fixture(scope="session")
def crawls_of(
    forks: Forks, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[Home], dict[str, CrawlScene]]]:
    """The scenes of crawls at a home; made when they are first asked for."""
    made: dict[str, dict[str, CrawlScene]] = {}
    with ExitStack() as running:

        def crawls_of(home: Home) -> dict[str, CrawlScene]:
            if home.name not in made:
                outlets = running.enter_context(press(tmp_path_factory.mktemp("press")))
                made[home.name] = crawl_scenes(outlets, forks, home)
            return made[home.name]

        yield crawls_of
