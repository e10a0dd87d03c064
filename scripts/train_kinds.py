"""Trains the model that tells articles from other pages: `python scripts/train_kinds.py CORPORA`.

Prints the verdicts that models trained without the page's publisher lead to, then writes `pipeline/models/kinds.json`
from all pages. Needs catboost and numpy beside Morgue's own libraries. Knows the corpora's kinds. Must not know what
the features mean.
"""

import argparse
import pickle
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from boosting import SEED, mean, train, write, written
from saved import FETCHED_AT, MODELS, corpora

from config.site import ad_hoc_site
from pipeline import judge, read
from pipeline.claims import Claims
from pipeline.kinds import marks
from pipeline.models import forest

NEWS = ("aeb", "fundus", "fundus_hist", "np4k424_clean")
OTHER = "wcxb_other"
CORPORA = (*NEWS, "wcxb_article", "postlight", "htmldate", OTHER)
WEIGHTS = {OTHER: 3.0, "htmldate": 0.5}  # some pages of htmldate are no articles
MASKED = 0.5  # weight of a page's copy without structured data
FOLDS = 8
SEEDS = (SEED, SEED + 1, SEED + 2)  # the mean of three models errs less than each
SHAPE: dict[str, Any] = {"iterations": 130, "depth": 5, "rate": 0.11, "borders": 32}
LIMITS = (-20_000, -15_000, -10_000, -5_000, 0, 5_000, 10_000, 15_000)


@dataclass(frozen=True, slots=True)
class Sample:
    """One page of a corpus and what reading it gave the judge."""

    corpus: str
    fold: int
    kind: str
    evidence: judge.Evidence
    values: Mapping[str, float]


def main() -> None:
    """Train, cross-validate, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpora", type=Path)
    parser.add_argument(
        "--again", type=Path, help="keep the pages' evidence here, or take it from here"
    )
    parser.add_argument("--out", type=Path, default=MODELS / "kinds.json")
    arguments = parser.parse_args()
    found = kept(arguments.again, arguments.corpora)
    names = sorted(found[0].values)
    scores = left_out_scores(found, names)
    for limit in LIMITS:
        print_verdicts(found, scores, limit)
    write(arguments.out, only_used(fitted(found, names)))


def kept(path: Path | None, folder: Path) -> list[Sample]:
    """The samples, read anew unless a file has them: for trying shapes of the model."""
    if path and path.exists():
        return [sample for sample in pickle.loads(path.read_bytes()) if isinstance(sample, Sample)]
    found = list(samples(folder))
    if path:
        path.write_bytes(pickle.dumps(found))
    return found


def samples(folder: Path) -> Iterator[Sample]:
    """Every page that is read far enough to be judged."""
    for corpus in CORPORA:
        for row in corpora.truth(folder, corpus):
            if not row["url"]:
                continue
            evidence = evidence_of(corpora.body(folder, corpus, row), url=row["url"])
            values = judge.features(evidence) if evidence else None
            if evidence and values:
                kind = row["kind"] if corpus == OTHER else "article"
                fold = corpora.fold_of(row, folds=FOLDS)
                yield Sample(corpus, fold, kind, evidence, values)


def evidence_of(body: bytes, *, url: str) -> judge.Evidence | None:
    """What reading this page hands to the judge, its kind counted even where it is known."""
    heard: list[judge.Evidence] = []

    def listen(evidence: judge.Evidence) -> None:
        heard.append(evidence)

    known: list[bool] = []

    def look_on(claims: Claims) -> bool:
        known.append(stating(claims))
        return False

    speaking: Callable[..., Any] = judge.judge
    stating = marks.states_news
    judge.judge, marks.states_news = listen, look_on  # type: ignore[assignment]
    try:
        read.read(body, url=url, site=ad_hoc_site(url), fetched_at=FETCHED_AT)
    finally:
        judge.judge, marks.states_news = speaking, stating
    return replace(heard[0], states_news=known[0]) if heard else None


def fitted(found: list[Sample], names: list[str]) -> dict[str, Any]:
    """A model of these pages, each also without its structured data, which some corpora have lost; as it is written."""
    rows = [[float(s.values[name]) for name in names] for s in found]
    bare = [[float(masked(s.values)[name]) for name in names] for s in found]
    labels = [int(s.corpus == OTHER) for s in found]
    weights = np.array([WEIGHTS.get(s.corpus, 1.0) for s in found])
    models = [
        train(
            rows + bare,
            labels * 2,
            features=names,
            weights=np.r_[weights, weights * MASKED],
            seed=seed,
            **SHAPE,
        )
        for seed in SEEDS
    ]
    return mean([written(model, features=names) for model in models])


def masked(values: Mapping[str, float]) -> dict[str, float]:
    """The same page without JSON-LD and microdata."""
    bare = {name: 0.0 if name.startswith("type_") else value for name, value in values.items()}
    bare["is_article"] = min(values["is_article"], values["og_article"])
    return bare


def left_out_scores(found: list[Sample], names: list[str]) -> list[int]:
    """Each page's score by a model that saw no page of its publisher."""
    scores = [0] * len(found)
    for left_out in range(FOLDS):
        rest = [sample for sample in found if sample.fold != left_out]
        model = forest.of(fitted(rest, names))
        for number, sample in enumerate(found):
            if sample.fold == left_out:
                scores[number] = model.score([float(sample.values[name]) for name in names])
    return scores


def print_verdicts(found: list[Sample], scores: list[int], limit: int) -> None:
    """What is refused, by corpus or kind, if the model's limit were this."""
    refused: Counter[str] = Counter()
    seen: Counter[str] = Counter()
    shift = judge.NO_ARTICLE - limit
    for sample, score in zip(found, scores, strict=True):
        verdict = judge.judge(sample.evidence, score=lambda _, score=score: score + shift)
        for name in {sample.corpus, sample.kind, "news" if sample.corpus in NEWS else ""} - {""}:
            seen[name] += 1
            refused[name] += verdict is not None
    print(f"limit {limit:>7}:", end=" ")
    print(
        *(f"{n} {refused[n]}/{seen[n]} ({refused[n] / seen[n]:.1%})" for n in sorted(seen)),
        sep=", ",
    )


def only_used(model: dict[str, Any]) -> dict[str, Any]:
    """The model without the features that no tree asks for."""
    used = sorted({feature for tree in model["trees"] for feature, _ in tree["splits"]})
    place = {feature: number for number, feature in enumerate(used)}
    for tree in model["trees"]:
        tree["splits"] = [[place[feature], border] for feature, border in tree["splits"]]
    return model | {"features": [model["features"][feature] for feature in used]}


if __name__ == "__main__":
    main()
