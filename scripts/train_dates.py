"""Trains the choice among the days that a page names, and says how well it does on publishers left out.

    python scripts/train_dates.py ../shared/corpora [--write]

Needs catboost, which Morgue itself does not. Knows the corpora. Must not know what the features mean.
"""

import argparse
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from boosting import SEED, write, written
from catboost import CatBoost, Pool
from saved import FETCHED_AT, MODELS, corpora, walk_of

from pipeline import fields
from pipeline.dating import datechoice, datestatements, dateurls, moments

CORPORA = ("fundus", "fundus_hist", "np4k424_clean", "wcxb_article", "postlight", "htmldate")
FOLDS = 5
WEIGHTS = {"postlight": 0.5}  # its truth is in UTC, whatever day the publisher wrote


@dataclass
class Case:
    """One page: what was settled without the model, or the days to choose from."""

    corpus: str
    page: str
    fold: int
    truth: date
    settled: date | None
    days: list[date]
    rows: list[list[float]]


def main() -> None:
    """Cross-validate by publisher, print the figures, write the model on request."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("corpora", type=Path)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--show", action="store_true", help="name the pages that are wrong")
    arguments = parser.parse_args()
    cases = [
        case for corpus in CORPORA for case in _cases(arguments.corpora, corpus) if case is not None
    ]
    _validate(cases, is_shown=arguments.show)
    if arguments.write:
        write(MODELS / "dates.json", written(_fit(cases), features=datechoice.FEATURES))


def _cases(folder: Path, corpus: str) -> list[Case | None]:
    return [
        _case(corpus, row, corpora.body(folder, corpus, row))
        for row in corpora.truth(folder, corpus)
        if row["published"]
    ]


def _case(corpus: str, row: corpora.Row, body: bytes) -> Case | None:
    walk = walk_of(row, body)
    if walk is None:
        return None
    fields.head(walk)
    address = dateurls.of(walk.page.url, latest=(FETCHED_AT + timedelta(days=1)).date())
    statements = datestatements.stated(walk)
    datestatements.settle_order(statements)
    settled = moments.settled(walk, statements, address)
    start = datestatements.search(walk, statements)
    days, table = datechoice.table(statements, address=address, start=start)
    return Case(
        corpus=corpus,
        page=row["id"],
        fold=corpora.fold_of(row, folds=FOLDS),
        truth=date.fromisoformat(row["published"][:10]),
        settled=settled.at.date() if settled else datechoice.of_address(statements, address),
        days=days,
        rows=table,
    )


def _fit(cases: list[Case]) -> CatBoost:
    """A model whose scores are compared within a page only: the loss is the softmax over the page's days."""
    told = [case for case in cases if case.truth in case.days]
    model = CatBoost(
        {
            "loss_function": "QuerySoftMax", "iterations": 300, "depth": 5, "learning_rate": 0.04, "border_count": 48,
            "random_seed": SEED, "verbose": False, "thread_count": 2, "allow_writing_files": False, "l2_leaf_reg": 6,
            "bootstrap_type": "Bernoulli", "subsample": 0.8, "rsm": 0.5,
        }
    )  # fmt: skip
    model.fit(
        Pool(
            np.asarray([row for case in told for row in case.rows], dtype=np.float32),
            [float(day == case.truth) for case in told for day in case.days],
            group_id=[number for number, case in enumerate(told) for _ in case.rows],
            group_weight=[WEIGHTS.get(case.corpus, 1.0) for case in told for _ in case.rows],
            feature_names=list(datechoice.FEATURES),
        )
    )
    return model


def _validate(cases: list[Case], *, is_shown: bool) -> None:
    right: Counter[str] = Counter()
    settled: Counter[str] = Counter()
    settled_right: Counter[str] = Counter()
    for fold in range(FOLDS):
        model = _fit([case for case in cases if case.fold != fold])
        for case in (case for case in cases if case.fold == fold):
            chosen = case.settled or _chosen(model, case)
            right[case.corpus] += chosen == case.truth
            settled[case.corpus] += case.settled is not None
            settled_right[case.corpus] += case.settled == case.truth
            if is_shown and chosen != case.truth:
                how = "settled" if case.settled else "chosen"
                print(case.corpus, case.page, f"truth {case.truth}, {how} {chosen}")
    for corpus, count in Counter(case.corpus for case in cases).items():
        print(
            f"{corpus:14} {count:4} pages, right {right[corpus] / count:.4f} ({count - right[corpus]} wrong); "
            f"settled without the model {settled[corpus]}, of these right {settled_right[corpus]}"
        )


def _chosen(model: Any, case: Case) -> date | None:
    if not case.rows:
        return None
    scores = model.predict(np.asarray(case.rows, dtype=np.float32), prediction_type="RawFormulaVal")
    return case.days[int(np.argmax(scores))]


if __name__ == "__main__":
    main()
