"""The corpora as the benchmarks see them: truth rows, page bytes, the scorer, choices of pages.

Knows how the corpora's folder is laid out. Must not know any reader.
"""

import gzip
import hashlib
import importlib.util
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Row = dict[str, Any]

ARTICLES = ("aeb", "fundus", "fundus_hist", "np4k424_clean", "wcxb_article")
"""The corpora whose pages are articles with their bodies."""

WITH_STANDFIRST = ("fundus", "fundus_hist", "np4k424_clean")
"""Those whose true body begins with the standfirst."""


@dataclass(frozen=True, slots=True)
class RealPage:
    """One page of a corpus."""

    corpus: str
    row: Row
    body: bytes

    @property
    def url(self) -> str:
        """The page's address, or one made up where the corpus has lost it."""
        return address(self.row)


def address(row: Row) -> str:
    """The address of a truth row, or one made up where the corpus has lost it."""
    return row["url"] or f"https://{row['host'] or 'unknown.example'}/article/{row['id']}"


def scorer(corpora: Path) -> Any:
    """The corpora's own score.py."""
    spec = importlib.util.spec_from_file_location("score", corpora / "score.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["score"] = module
    spec.loader.exec_module(module)
    return module


def truth(corpora: Path, corpus: str) -> list[Row]:
    """The truth of a corpus, one row a page."""
    with (corpora / "truth" / f"{corpus}.jsonl").open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]


def body(corpora: Path, corpus: str, row: Row) -> bytes:
    """The bytes of a page."""
    with gzip.open(corpora / "pages" / corpus / f"{row['id']}.html.gz") as file:
        return file.read()


def pages(corpora: Path, corpus: str) -> Iterator[RealPage]:
    """The pages of a corpus in an order that has nothing to do with what they are."""
    rows = sorted(truth(corpora, corpus), key=lambda row: _digest(row["id"]))
    for row in rows:
        yield RealPage(corpus, row, body(corpora, corpus, row))


def fold_of(row: Row, *, folds: int) -> int:
    """The fold whose model has seen no page of the row's publisher."""
    return hashlib.sha256((row["site"] or row["host"] or row["id"]).encode()).digest()[0] % folds


def of_mean_size(corpora: Path, *, mean: int, count: int) -> list[RealPage]:
    """So many real pages of about that mean size, always the same ones.

    All article corpora; then pages of the smaller kind until the mean has come down; of these every
    n-th by size, so that the sizes are spread as in the whole.
    """
    chosen = [page for corpus in ARTICLES for page in pages(corpora, corpus)]
    total = sum(len(page.body) for page in chosen)
    for page in pages(corpora, "htmldate"):
        if total <= mean * len(chosen):
            break
        chosen.append(page)
        total += len(page.body)
    chosen.sort(key=lambda page: (len(page.body), page.row["id"]))
    step = max(len(chosen) / count, 1.0)
    taken = [chosen[int((n + 0.5) * step)] for n in range(min(count, len(chosen)))]
    return sorted(taken, key=lambda page: _digest(page.row["id"]))


def _digest(name: str) -> bytes:
    return hashlib.sha256(name.encode()).digest()
