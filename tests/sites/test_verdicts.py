"""Floors under the verdict on real pages: what is kept out of pages that are no articles, what is refused of articles.

The model has seen these pages; what it does on pages of other publishers is in docs/decisions/kinds.md.
"""

import gzip
import json
from collections import Counter
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

import pytest

from config.site import ad_hoc_site
from pipeline import read
from pipeline.reading import Verdict

pytestmark = [pytest.mark.corpus, pytest.mark.timeout(300)]

FETCHED_AT = datetime(2026, 11, 1, tzinfo=UTC)
EVERY = {"wcxb_other": 3, "np4k424_clean": 3, "aeb": 1}
MOST_REFUSED = {"np4k424_clean": 0.0, "aeb": 0.0}
LEAST_KEPT_OUT = {
    "collection": 0.95,
    "documentation": 0.95,
    "forum": 0.95,
    "listing": 0.95,
    "product": 0.95,
    "service": 0.95,
}


@lru_cache(maxsize=4)
def _refused(corpora: Path, corpus: str) -> dict[str, float]:
    """The share refused, by kind."""
    seen: Counter[str] = Counter()
    refused: Counter[str] = Counter()
    lines = (corpora / "truth" / f"{corpus}.jsonl").read_text("utf-8").splitlines()
    for row in map(json.loads, lines[:: EVERY[corpus]]):
        with gzip.open(corpora / "pages" / corpus / f"{row['id']}.html.gz") as file:
            body = file.read()
        url = row["url"]
        reading = read.read(body, url=url, site=ad_hoc_site(url), fetched_at=FETCHED_AT)
        seen[row["kind"]] += 1
        refused[row["kind"]] += reading.verdict is Verdict.QUARANTINED
    return {kind: refused[kind] / count for kind, count in seen.items()}


@pytest.mark.parametrize("kind", LEAST_KEPT_OUT)
def test_pages_of_other_kinds_are_kept_out(shared: Path, kind: str) -> None:
    assert _refused(shared / "corpora", "wcxb_other")[kind] >= LEAST_KEPT_OUT[kind]


@pytest.mark.parametrize("corpus", MOST_REFUSED)
def test_articles_are_not_refused(shared: Path, corpus: str) -> None:
    assert max(_refused(shared / "corpora", corpus).values()) <= MOST_REFUSED[corpus]
