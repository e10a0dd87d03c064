"""Floors under the reading of real pages: a little below what is measured, per corpus and field.

The pages and their truth stay where they are; a digest of what was read says whether they are the measured ones.
"""

import gzip
import hashlib
import importlib.util
import json
import sys
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from config.site import ad_hoc_site
from pipeline import read
from pipeline.reading import Verdict

pytestmark = [pytest.mark.corpus, pytest.mark.timeout(300)]

FETCHED_AT = datetime(2026, 11, 1, tzinfo=UTC)
EVERY = {"aeb": 1, "fundus": 2, "np4k424_clean": 2, "wcxb_article": 5}
"""Only every n-th page is read here; benchmarks/bench_extraction.py reads them all."""

DIGESTS = {
    "aeb": "65368ea250c3617d",
    "fundus": "20c7105404b48717",
    "np4k424_clean": "7c1280d1595986c6",
    "wcxb_article": "172ba386c4029033",
}
FLOORS: dict[str, dict[str, float]] = {
    "aeb": {"body f1": 0.975, "body good": 0.85, "believed": 1.0},
    "fundus": {
        "body f1": 0.975,
        "body good": 0.88,
        "title exact": 0.79,
        "date accuracy": 0.985,
        "authors f1": 0.90,
        "believed": 0.98,
    },
    "np4k424_clean": {
        "body f1": 0.972,
        "body good": 0.81,
        "title exact": 0.92,
        "date accuracy": 0.96,
        "authors f1": 0.90,
        "believed": 0.99,
    },
    "wcxb_article": {
        "body f1": 0.965,
        "body good": 0.80,
        "title exact": 0.82,
        "date accuracy": 0.90,
        "authors f1": 0.72,
        "believed": 0.96,
    },
}


@lru_cache(maxsize=1)
def _scorer(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("score", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["score"] = module
    spec.loader.exec_module(module)
    return module


@lru_cache(maxsize=8)
def _measured(corpora: Path, corpus: str) -> tuple[str, dict[str, float]]:
    """A digest of truth and pages, and the scores."""
    score = _scorer(corpora / "score.py")
    lines = (
        (corpora / "truth" / f"{corpus}.jsonl").read_text("utf-8").splitlines()[:: EVERY[corpus]]
    )
    truth = [json.loads(line) for line in lines]
    digest = hashlib.sha256()
    predictions = []
    refused = 0
    for row in truth:
        with gzip.open(corpora / "pages" / corpus / f"{row['id']}.html.gz") as file:
            body = file.read()
        digest.update(
            row["id"].encode() + body + repr((row.get("text"), row.get("title"))).encode()
        )
        reading = read.read(
            body, url=row["url"], site=ad_hoc_site(row["url"]), fetched_at=FETCHED_AT
        )
        refused += reading.verdict is Verdict.QUARANTINED
        predictions.append(
            {
                "id": row["id"],
                "title": reading.title,
                "text": reading.text,
                "lead": reading.standfirst,
                "authors": list(reading.authors),
                "published": str(reading.published) if reading.published else None,
            }
        )
    result, _ = score.evaluate(truth, predictions, lead=corpus in ("fundus", "np4k424_clean"))
    return digest.hexdigest()[:16], _figures(result) | {"believed": 1 - refused / len(truth)}


def _figures(result: dict[str, Any]) -> dict[str, float]:
    wanted = (
        ("body", "f1"),
        ("body", "good"),
        ("title", "exact"),
        ("date", "accuracy"),
        ("authors", "f1"),
    )
    return {
        f"{part} {name}": result[part][name]
        for part, name in wanted
        if name in result.get(part, {})
    }


@pytest.mark.parametrize("corpus", EVERY)
def test_the_pages_are_those_that_were_measured(shared: Path, corpus: str) -> None:
    digest, _ = _measured(shared / "corpora", corpus)
    assert digest == DIGESTS[corpus]


@pytest.mark.parametrize(
    ("corpus", "field"), [(c, f) for c, fields in FLOORS.items() for f in fields]
)
def test_reading_stays_above_its_floor(shared: Path, corpus: str, field: str) -> None:
    _, figures = _measured(shared / "corpora", corpus)
    assert figures[field] >= FLOORS[corpus][field]
