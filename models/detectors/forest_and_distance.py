"""The isolation forests together with a plain distance: how far above the peers a house lies in all features at once."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.detectors.grouped_forest import GroupedForest

Floats = npt.NDArray[np.float64]


class ForestAndDistance(GroupedForest):
    """``GroupedForest`` and the squared distance above the peers, both as percentiles, with equal say.

    The distance takes of every feature only what lies above the peers (0 below them), standardises it over the city, so that a feature in
    which many houses lie far out counts less, and adds the squares. On these figures it is what PyOD's PCA gives with all components kept.
    Forests find odd combinations, the distance the plainly far out; together they rank better than either (docs/scoring.md).
    Input, output and parameters as ``GroupedForest``.
    """

    def fit(self, X: pd.DataFrame, y: Any = None) -> Self:  # noqa: N803 - scikit-learn's signature
        """Fits the forests, then the distance and the reference of both together."""
        super().fit(X, y)
        above = self._above(X)
        self.mean_, self.spread_ = above.mean(axis=0), above.std(axis=0)
        self.distances_ = np.sort(self._distance(X))
        self.together_ = np.sort(self._together(X))
        return self

    def score_samples(self, X: pd.DataFrame) -> Floats:  # noqa: N803 - scikit-learn's name
        """Suspicion 0–1 of each row: the share of the fitted houses that lie lower in both together; shape (institutions,)."""
        return _percentile(self.together_, self._together(X))

    def _together(self, X: pd.DataFrame) -> Floats:  # noqa: N803
        together: Floats = np.round(_log_odds(super().score_samples(X)) + _log_odds(_percentile(self.distances_, self._distance(X))), 9)
        return together

    def _above(self, X: pd.DataFrame) -> Floats:  # noqa: N803
        return np.maximum(self._values(X), 0.0)

    def _distance(self, X: pd.DataFrame) -> Floats:  # noqa: N803
        spread = np.where(self.spread_ > 0, self.spread_, np.inf)
        distance: Floats = np.round((((self._above(X) - self.mean_) / spread) ** 2).sum(axis=1), 9)
        return distance


def _percentile(reference: Floats, values: Floats) -> Floats:
    """Share of the reference that lies below each value."""
    share: Floats = np.searchsorted(reference, values, side="left") / len(reference)
    return share


def _log_odds(share: Floats) -> Floats:
    inside = np.clip(share, 0.005, 0.995)
    odds: Floats = np.log(inside / (1 - inside))
    return odds
