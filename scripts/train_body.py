"""Trains `pipeline/models/body.json`, the general reader's model, and says how it does on publishers left out.

    pip install catboost      # what Morgue itself does not need
    python scripts/train_body.py ../shared/corpora [--folds 4] [--only-score]

A line of a page is a row, and body where the truth holds it (`labels.py`). Pages are left out by publisher: the scores
printed are of models that saw no page of the same site. The model written is trained on all of them.
"""

import argparse
import importlib.util
import json
import sys
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boosting
import labels
import numpy as np
from saved import MODELS, corpora, readers

from pipeline import read
from pipeline.bodies import body as general
from pipeline.bodies import traits
from pipeline.bodies.survey import Survey
from pipeline.models import forest

ITERATIONS, RATE, DEPTH, REGULARISATION = 240, 0.08, 6, 15
WHOLE = 120  # words of a truth from which a word weighs less than in a shorter one
HEAVIEST = 0.2  # of one line, as a share of its page


@dataclass(slots=True)
class Page:
    """One page as rows, their labels and weights."""

    corpus: str
    row: dict[str, Any]
    bytes: bytes
    features: Any
    labels: Any
    weights: Any
    fold: int


def main() -> None:
    """Train, score and write."""
    arguments = _arguments()
    score = corpora.scorer(arguments.corpora)
    pages = [page for corpus in corpora.ARTICLES for page in _pages(arguments, corpus, score)]
    print(f"{len(pages)} pages, {sum(len(page.labels) for page in pages)} lines")
    _score_left_out(pages, score, folds=arguments.folds, kept=arguments.keep)
    if not arguments.only_score:
        path = MODELS / "body.json"
        boosting.write(path, boosting.written(_trained(pages), features=traits.FEATURES))
        print(f"{path} written: {path.stat().st_size // 1024} KB")


def _pages(arguments: argparse.Namespace, corpus: str, score: Any) -> list[Page]:
    found = []
    for row in score.load(arguments.corpora / "truth" / f"{corpus}.jsonl"):
        if not row.get("text"):
            continue
        body = corpora.body(arguments.corpora, corpus, row)
        if (seen := _seen(row, body)) is None:
            continue
        survey, told = seen
        rows = traits.rows(survey, told)
        words = [score.tokens(line.block.text) for line in survey.lines]
        text = score.tokens(row["text"])
        shares = labels.shares(words, text)
        kept = [number for number, one in enumerate(rows) if one is not None]
        if not kept:
            continue
        share = np.array([shares[number] for number in kept])
        size = np.array([len(words[number]) for number in kept])
        weights = np.minimum((size + 6) / max(len(text), WHOLE), HEAVIEST)
        found.append(
            Page(
                corpus=corpus,
                row=row,
                bytes=body,
                features=np.array([rows[number].values for number in kept], dtype=np.float32),
                labels=(share > 0.5).astype(int),
                weights=weights * np.maximum(np.abs(share - 0.5) * 2, 0.2),
                fold=corpora.fold_of(row, folds=arguments.folds),
            )
        )
    return found


def _seen(row: dict[str, Any], body: bytes) -> tuple[Survey, traits.Told] | None:
    """What the general reader is given when this page is read."""
    seen: list[tuple[Survey, traits.Told]] = []
    original = general.read

    def remember(survey: Survey, told: traits.Told, *, source: str) -> general.Body:
        seen.append((survey, told))
        return original(survey, told, source=source)

    read.general.read = remember
    try:
        readers.morgue(row, body)
    finally:
        read.general.read = original
    return seen[0] if seen else None


def _trained(pages: list[Page]) -> Any:
    return boosting.train(
        np.concatenate([page.features for page in pages]),
        np.concatenate([page.labels for page in pages]),
        weights=np.concatenate([page.weights for page in pages]),
        features=traits.FEATURES,
        iterations=ITERATIONS,
        rate=RATE,
        depth=DEPTH,
        regularisation=REGULARISATION,
    )


def _score_left_out(pages: list[Page], score: Any, *, folds: int, kept: Path | None) -> None:
    """Read every page by a model that saw no page of its site, and score the whole reading."""
    predictions: dict[str, list[dict[str, Any]]] = defaultdict(list)
    truths: dict[str, list[dict[str, Any]]] = defaultdict(list)
    shipped = forest.load
    for fold in range(folds):
        trained = boosting.written(
            _trained([page for page in pages if page.fold != fold]), features=traits.FEATURES
        )
        if kept:
            kept.mkdir(parents=True, exist_ok=True)
            boosting.write(kept / f"body-{fold}-of-{folds}.json", trained)
        model = forest.of(json.loads(json.dumps(trained)))
        forest.load = lambda name, model=model: model if name == "body" else shipped(name)
        for page in pages:
            if page.fold == fold:
                predictions[page.corpus].append(readers.morgue(page.row, page.bytes))
                truths[page.corpus].append(page.row)
    forest.load = shipped
    print(score.HEAD)
    for corpus in corpora.ARTICLES:
        lead = corpus in corpora.WITH_STANDFIRST
        result, _ = score.evaluate(truths[corpus], predictions[corpus], lead=lead)
        print(score.line(f"{corpus}, left out", result), flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("corpora", type=Path, help="the folder with truth/, pages/ and score.py")
    parser.add_argument("--folds", type=int, default=4, help="how often publishers are left out")
    parser.add_argument("--keep", type=Path, help="keep the models of the folds in this folder")
    parser.add_argument("--only-score", action="store_true", help="write no model")
    return parser.parse_args()


if __name__ == "__main__":
    if importlib.util.find_spec("catboost") is None:
        sys.exit("needs catboost: pip install catboost")
    main()
