"""Which features make an institution easy to isolate: Shapley values of the forest, checked to add up.

A forest isolates an unusual row in few steps. What is explained is the mean number of steps, turned so that higher is more suspicious:
for each institution, ``base`` plus the values of all features is minus its own mean depth, to rounding.
"""

from __future__ import annotations

from typing import Final

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
    import shap  # noqa: PLC0415 - loads slowly

    groups = X[model.group_column].to_numpy()
    values = model._values(X)
    frames = []
    for group in sorted(set(groups)):
        rows = np.flatnonzero(groups == group)
        ensemble = model.forests_[group if group in model.forests_ else WIDEST]
        parts = [_of_forest(shap.TreeExplainer(forest), forest, values[rows]) for forest in ensemble]
        contributions, base, total = (np.mean([part[k] for part in parts], axis=0) for k in range(3))
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
                    pl.lit(float(base)).alias("base"),
                    pl.lit(float(total[place])).alias("total"),
                )
            )
    schema = {"fixmedins_code": pl.String, "feature": pl.String, "shap": pl.Float64, "base": pl.Float64, "total": pl.Float64}
    return pl.concat(frames).sort("fixmedins_code", "feature") if frames else pl.DataFrame(schema=schema)


def _of_forest(explainer: object, forest: IsolationForest, values: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Contributions (rows, features), base (scalar) and minus mean depth (rows,) of one forest."""
    contributions = -np.asarray(explainer.shap_values(values))  # type: ignore[attr-defined]
    base = -float(np.ravel(explainer.expected_value)[0])  # type: ignore[attr-defined]
    # scikit-learn states a power of two of the mean depth over its normalisation; this takes it back
    total = np.log2(-forest.score_samples(values)) * _mean_depth(forest._max_samples)
    return contributions, np.asarray(base), total


def _mean_depth(n: int) -> float:
    """Depth at which a search among n values ends without success (scikit-learn's normalisation)."""
    if n <= 2:
        return float(max(n - 1, 0))
    return float(2.0 * (np.log(n - 1.0) + GAMMA) - 2.0 * (n - 1.0) / n)
