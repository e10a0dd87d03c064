"""Trains the models of `pipeline/models/` and writes them as whole numbers.

Needs catboost, which Morgue itself does not. Knows CatBoost. Must not know what the rows are.
"""

import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from catboost import CatBoostClassifier, Pool

SCALE = 10_000
SEED = 20261125


def train(
    rows: Any,
    labels: Any,
    *,
    features: Sequence[str],
    weights: Any = None,
    iterations: int = 150,
    depth: int = 6,
    rate: float = 0.1,
    borders: int = 48,
    regularisation: float = 6,
    seed: int = SEED,
) -> CatBoostClassifier:
    """A model of few, oblivious trees."""
    model = CatBoostClassifier(
        iterations=iterations, depth=depth, learning_rate=rate, border_count=borders, random_seed=seed,
        verbose=False, thread_count=2, allow_writing_files=False, l2_leaf_reg=regularisation,
        bootstrap_type="Bernoulli", subsample=0.8, rsm=0.5,
    )  # fmt: skip
    model.fit(
        Pool(
            np.asarray(rows, dtype=np.float32), labels, weight=weights, feature_names=list(features)
        )
    )
    return model


def written(model: CatBoostClassifier, *, features: Sequence[str]) -> dict[str, Any]:
    """The model as `pipeline.models.forest.of` reads it, its leaves in whole numbers."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.json"
        model.save_model(str(path), format="json")
        raw = json.loads(path.read_text())
    scale, bias = raw["scale_and_bias"][0], raw["scale_and_bias"][1]
    bias = bias[0] if isinstance(bias, list) else bias
    return {
        "features": list(features),
        "bias": round(bias * SCALE),
        "trees": [
            {
                "splits": [
                    [s["float_feature_index"], round(s["border"], 6)] for s in tree["splits"]
                ],
                "leaves": [round(value * scale * SCALE) for value in tree["leaf_values"]],
            }
            for tree in raw["oblivious_trees"]
        ],
    }


def mean(models: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """One model whose score is the mean of these models' scores."""
    return {
        "features": models[0]["features"],
        "bias": round(sum(model["bias"] for model in models) / len(models)),
        "trees": [
            {
                "splits": tree["splits"],
                "leaves": [round(leaf / len(models)) for leaf in tree["leaves"]],
            }
            for model in models
            for tree in model["trees"]
        ],
    }


def write(path: Path, model: dict[str, Any]) -> None:
    """Write a model, one tree a line, so that a change can be read."""
    trees = ",\n".join(json.dumps(tree, separators=(",", ":")) for tree in model["trees"])
    head = json.dumps({key: model[key] for key in ("features", "bias")})[:-1]
    path.write_text(f'{head}, "trees": [\n{trees}\n]}}\n', encoding="utf-8")
