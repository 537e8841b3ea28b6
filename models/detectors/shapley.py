"""Which features make an institution easy to isolate: Shapley values of the forest, checked to add up.

A forest isolates an unusual row in few steps. What is explained is the mean number of steps, turned so that higher is more suspicious:
for each institution, ``base`` plus the values of all features is minus its own mean depth, to rounding.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd
import polars as pl
from sklearn.ensemble import IsolationForest

from models.detectors.grouped_forest import WIDEST, GroupedForest

TOLERANCE: Final = 1e-6
#: Euler's constant, in the mean depth of a search that ends without success.
GAMMA: Final = 0.5772156649


class NotAdditiveError(RuntimeError):
    """Shapley values do not add up to what they explain; they must not be shown."""


def shapley(model: GroupedForest, X: pd.DataFrame) -> pl.DataFrame:  # noqa: N803 - scikit-learn's name
    """Long frame ``fixmedins_code feature shap base total``: each row of ``X`` against the forest of its own group.

    ``X`` is ``GroupedForest``'s input with the institutions' codes as index; a few dozen rows, since trees are walked one by one.
    Raises NotAdditiveError when base and values miss the total by more than ``TOLERANCE``.
    """
    judged_by = np.array([group if group in model.forests_ else WIDEST for group in X[model.group_column]], dtype=object)
    values = model._values(X)
    frames = []
    for group in sorted(set(judged_by)):
        rows = np.flatnonzero(judged_by == group)
        ensemble = model.forests_[group]
        contributions, base = _contributions(ensemble, values[rows])
        total = np.mean([_minus_depth(forest, values[rows]) for forest in ensemble], axis=0)
        gap = float(np.abs(base + contributions.sum(axis=1) - total).max())
        if gap > TOLERANCE:
            raise NotAdditiveError(f"Shapley values of peer group {group!r} miss the forest's depth by {gap:.2g}; shap and scikit-learn disagree.")
        codes = X.index.to_numpy()[rows]
        for place, code in enumerate(codes):
            frames.append(
                pl.DataFrame({"feature": model.features_, "shap": contributions[place]}).select(
                    pl.lit(str(code)).alias("fixmedins_code"),
                    "feature",
                    pl.col("shap").round(8),
                    pl.lit(base).alias("base"),
                    pl.lit(float(total[place])).alias("total"),
                )
            )
    schema = {"fixmedins_code": pl.String, "feature": pl.String, "shap": pl.Float64, "base": pl.Float64, "total": pl.Float64}
    return pl.concat(frames).sort("fixmedins_code", "feature") if frames else pl.DataFrame(schema=schema)


def _contributions(ensemble: list[IsolationForest], values: np.ndarray) -> tuple[np.ndarray, float]:
    """Contributions (rows, features) and base of the mean of all the ensemble's trees, with the sign turned.

    The trees are handed over as plain arrays: shap's own reader of isolation forests spends nearly all its time in scikit-learn's checks,
    and compares in double precision what scikit-learn compares in single.
    """
    import shap  # noqa: PLC0415 - loads slowly

    trees = [tree.tree_ for forest in ensemble for tree in forest.estimators_]
    explainer = shap.TreeExplainer({"trees": [_as_arrays(tree, len(trees)) for tree in trees], "input_dtype": np.float32, "tree_output": "raw_value"})
    return -np.asarray(explainer.shap_values(values)), -float(np.ravel(explainer.expected_value)[0])


def _as_arrays(tree: Any, n_trees: int) -> dict[str, np.ndarray]:
    """One tree for shap. A leaf's value is the depth at which a row ends there, and what splitting its rows on would add."""
    rows = tree.n_node_samples.astype(np.float64)
    depth = tree.compute_node_depths() - 1.0 + np.array([_mean_depth(n) for n in rows])
    return {
        "children_left": tree.children_left,
        "children_right": tree.children_right,
        "children_default": tree.children_right,
        "features": tree.feature,
        "thresholds": tree.threshold,
        "values": (depth / n_trees).reshape(-1, 1),
        "node_sample_weight": rows,
    }


def _minus_depth(forest: IsolationForest, values: np.ndarray) -> np.ndarray:
    """Minus the mean depth of each row, as scikit-learn gives it: its score is a power of two of the depth over its normalisation."""
    depth: np.ndarray = np.log2(-forest.score_samples(values)) * _mean_depth(forest._max_samples)
    return depth


def _mean_depth(n: float) -> float:
    """Depth at which a search among n values ends without success (scikit-learn's normalisation)."""
    if n <= 2:
        return float(max(n - 1, 0))
    return float(2.0 * (np.log(n - 1.0) + GAMMA) - 2.0 * (n - 1.0) / n)
