"""What the tests of captures share."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import insert

from db.archive import Archive
from db.captures import CaptureStore, open_store
from db.models import Site


@pytest.fixture
def room(archive: Archive) -> Archive:
    """An archive with three sites: all that a capture store needs."""
    sites = [
        {
            "id": number,
            "name": f"site-{number}",
            "title": "The Invented Herald",
            "home": "http://127.0.0.1/",
            "is_ad_hoc": False,
            "added_at": archive.clock.now(),
            "failure_count": 0,
        }
        for number in (1, 2, 3)
    ]
    with archive.write() as session:
        session.execute(insert(Site), sites)
    return archive


@pytest.fixture
def spec(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return "database" if request.param == "database" else f"files:{tmp_path}/packs"


@pytest.fixture
def store(spec: str) -> Iterator[CaptureStore]:
    opened = open_store(spec)
    yield opened
    opened.close()
