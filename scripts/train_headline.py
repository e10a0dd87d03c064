"""Trains `pipeline/models/headline.json`: which of a page's strings is its headline.

    python scripts/train_headline.py ../shared/corpora

Prints, for publishers left out of training, the share of titles that are exact, with the rule alone and with the model.
Needs catboost. Knows the corpora's truth. Must not know how a page is read.
"""

import gzip
import hashlib
import html
import json
import re
import sys
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import fmean
from typing import Any

import boosting
import numpy as np

from config.site import ad_hoc_site
from pipeline import decode, fields
from pipeline.dating.dates import zone_of
from pipeline.heads import heading, headlines, titles
from pipeline.markup import furniture, structured
from pipeline.markup import page as pages
from pipeline.walk import Walk

# A page counts more where the truth was made by hand or by a publisher's own rules, and where languages are many.
WEIGHTS = {"fundus": 3, "np4k424_clean": 1.5, "fundus_hist": 2, "wcxb_article": 1, "postlight": 1}
FOLDS = 5
SHAPE = {"iterations": 160, "depth": 4, "rate": 0.06, "borders": 32}


@dataclass(frozen=True, slots=True)
class Example:
    """One page: its candidates as rows, which of them are right, and what the rule says."""

    corpus: str
    site: str
    rows: list[list[float]]
    right: list[bool]
    by_rule: int | None


def main() -> None:
    """Measure on publishers left out, then train on all and write the model."""
    corpora = Path(sys.argv[1])
    examples = [example for corpus in WEIGHTS for example in _examples(corpora, corpus)]
    exact: dict[str, list[bool]] = defaultdict(list)
    for fold in range(FOLDS):
        model = _train([e for e in examples if _fold(e.site) != fold])
        for example in (e for e in examples if _fold(e.site) == fold):
            number = example.by_rule
            if number is None and example.rows:
                scores = model.predict(np.asarray(example.rows), prediction_type="RawFormulaVal")
                number = int(np.argmax(scores))
            exact[example.corpus].append(number is not None and example.right[number])
    for corpus, values in exact.items():
        print(
            f"{corpus:16} {len(values):4} pages, exact on publishers left out {fmean(values):.3f}"
        )
    final = boosting.written(_train(examples), features=titles.FEATURES)
    boosting.write(Path(titles.__file__).with_name("models") / "headline.json", final)


def _train(examples: list[Example]) -> Any:
    rows = [row for e in examples for row in e.rows]
    labels = [int(right) for e in examples for right in e.right]
    weights = [WEIGHTS[e.corpus] for e in examples for _ in e.rows]
    return boosting.train(rows, labels, features=titles.FEATURES, weights=weights, **SHAPE)


def _examples(corpora: Path, corpus: str) -> Iterator[Example]:
    for line in (corpora / "truth" / f"{corpus}.jsonl").read_text("utf-8").splitlines():
        truth = json.loads(line)
        if not truth["title"]:
            continue
        with gzip.open(corpora / "pages" / corpus / f"{truth['id']}.html.gz") as file:
            seen = _headlines(file.read(), truth)
        if seen is None:
            continue
        written = [titles.written(candidate).text for candidate in seen.candidates]
        yield Example(
            corpus=corpus,
            site=truth["site"] or truth["host"] or truth["id"],
            rows=titles.rows(seen),
            right=[_plain(text) == _plain(truth["title"]) for text in written],
            by_rule=titles.confirmed(seen),
        )


def _headlines(body: bytes, truth: dict[str, Any]) -> headlines.Headlines | None:
    url = truth["url"] or f"https://{truth['host'] or 'unknown.example'}/article/{truth['id']}"
    page = pages.parse(decode.decode(body, content_type=None).text, url=url, max_depth=2000)
    if isinstance(page, pages.Refusal):
        return None
    site = ad_hoc_site(url)
    walk = Walk(
        page=page,
        site=site,
        fetched_at=datetime(2026, 11, 1, tzinfo=UTC),
        feed_title=None,
        feed_published=None,
        claims=structured.read(page),
        zone=zone_of(site.time_zone),
    )
    walk.cleared = furniture.clear(page)
    return fields.headlines_of(walk, heading.headings(page))


def _plain(text: str) -> str:
    """As the corpora compare titles."""
    settled = unicodedata.normalize("NFKC", html.unescape(text))
    return re.sub(r"\s+", " ", settled.replace("\u200b", "").replace("\ufeff", "")).strip()


def _fold(site: str) -> int:
    return hashlib.sha256(site.encode()).digest()[0] % FOLDS


if __name__ == "__main__":
    main()
