"""Trains `pipeline/models/headline.json`: which of a page's strings is its headline.

    python scripts/train_headline.py ../shared/corpora [--only-score]

Prints, for publishers left out of training, the share of titles that are exact, then writes a model of all of them.
Needs catboost, which Morgue itself does not. Knows the corpora's truth. Must not know how a page is read.
"""

import argparse
import html
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

import boosting
import numpy as np
from saved import MODELS, corpora, walk_of

from pipeline import fields
from pipeline.heads import heading, titles

# A page counts more where the truth was made by hand or by a publisher's own rules, and where languages are many.
WEIGHTS = {"fundus": 3, "np4k424_clean": 1.5, "fundus_hist": 2, "wcxb_article": 1, "postlight": 1}
FOLDS = 5
SHAPE = {"iterations": 160, "depth": 4, "rate": 0.06, "borders": 32}


@dataclass(frozen=True, slots=True)
class Example:
    """One page: its candidates as rows, which of them are right, and what the rule says."""

    corpus: str
    fold: int
    rows: list[list[float]]
    right: list[bool]
    by_rule: int | None


def main() -> None:
    """Measure on publishers left out, then train on all and write the model."""
    arguments = _arguments()
    examples = [e for corpus in WEIGHTS for e in _examples(arguments.corpora, corpus)]
    exact: dict[str, list[bool]] = defaultdict(list)
    for fold in range(FOLDS):
        model = _train([e for e in examples if e.fold != fold])
        for example in (e for e in examples if e.fold == fold):
            number = example.by_rule
            if number is None and example.rows:
                scores = model.predict(np.asarray(example.rows), prediction_type="RawFormulaVal")
                number = int(np.argmax(scores))
            exact[example.corpus].append(number is not None and example.right[number])
    for corpus, values in exact.items():
        print(
            f"{corpus:16} {len(values):4} pages, exact on publishers left out {fmean(values):.3f}"
        )
    if not arguments.only_score:
        final = boosting.written(_train(examples), features=titles.FEATURES)
        boosting.write(MODELS / "headline.json", final)


def _train(examples: list[Example]) -> Any:
    rows = [row for e in examples for row in e.rows]
    labels = [int(right) for e in examples for right in e.right]
    weights = [WEIGHTS[e.corpus] for e in examples for _ in e.rows]
    return boosting.train(rows, labels, features=titles.FEATURES, weights=weights, **SHAPE)


def _examples(folder: Path, corpus: str) -> Iterator[Example]:
    for truth in corpora.truth(folder, corpus):
        walk = walk_of(truth, corpora.body(folder, corpus, truth)) if truth["title"] else None
        if walk is None:
            continue
        seen = fields.headlines_of(walk, heading.headings(walk.page))
        written = [titles.written(candidate).text for candidate in seen.candidates]
        yield Example(
            corpus=corpus,
            fold=corpora.fold_of(truth, folds=FOLDS),
            rows=titles.rows(seen),
            right=[_plain(text) == _plain(truth["title"]) for text in written],
            by_rule=titles.confirmed(seen),
        )


def _plain(text: str) -> str:
    """As the corpora compare titles."""
    settled = unicodedata.normalize("NFKC", html.unescape(text))
    return re.sub(r"\s+", " ", settled.replace("\u200b", "").replace("\ufeff", "")).strip()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("corpora", type=Path, help="the folder with truth/ and pages/")
    parser.add_argument("--only-score", action="store_true", help="write no model")
    return parser.parse_args()


if __name__ == "__main__":
    main()
