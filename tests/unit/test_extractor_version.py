"""The same bytes give the same reading for as long as the extractor's version stands."""

import hashlib
import json
from pathlib import Path

from pipeline.reading import EXTRACTOR_VERSION
from tests.unit.test_read import BARE, MODERN, reading_of

MODELS = Path(__file__).parent.parent.parent / "pipeline" / "models"

# What this version reads with and reads. Whoever changes one of them raises the version and writes the new digest.
VERSION = "4"
MODELS_SHA256 = "3cf6807f49194dc04b2b819227fcbbea297d75274170970938e01a319e999af6"
READINGS_SHA256 = "264c7e1484741f3eb5af4be9d505aa29c3347e3f645759244e9248fbed305538"


def test_the_models_are_those_of_this_version() -> None:
    digest = hashlib.sha256()
    for path in sorted(MODELS.glob("*.json")):
        digest.update(path.name.encode() + path.read_bytes())
    assert (EXTRACTOR_VERSION, digest.hexdigest()) == (VERSION, MODELS_SHA256)


def test_pages_read_as_this_version_read_them() -> None:
    readings = [reading_of(page).as_json() for page in (MODERN, BARE)]
    digest = hashlib.sha256(json.dumps(readings, sort_keys=True).encode()).hexdigest()
    assert (EXTRACTOR_VERSION, digest) == (VERSION, READINGS_SHA256)
