"""Archives as earlier releases left them, on both databases."""

import json
from pathlib import Path
from typing import Any

import pytest

from db import engine as engines
from db import schema
from tests.migration.kept_releases import FOLDER, RELEASES, write


@pytest.fixture(params=RELEASES)
def kept(request: pytest.FixtureRequest) -> Any:
    """What scripts/keep_release.py kept of a release."""
    return json.loads((FOLDER / f"{request.param}.json").read_text(encoding="utf-8"))


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def address(request: pytest.FixtureRequest, tmp_path: Path, kept: Any) -> str:
    """The address of an archive as that release left it."""
    address = f"sqlite:///{tmp_path}/old.sqlite3"
    if request.param == "postgres":
        address = request.getfixturevalue("postgres_url")
    engine = engines.open_engine(engines.parse_address(address))
    with engines.writer(engine) as connection:
        schema.migrate(connection, kept["schema"])
        write(connection, kept["rows"])
    engine.dispose()
    return address
