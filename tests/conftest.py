"""What every test may use. The network is off but for loopback; real components, not doubles of them."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


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
        pytest.skip("the seeds and corpora are not beside the project (MORGUE_SHARED names their folder)")
    return folder
