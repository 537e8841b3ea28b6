"""Isolation forests over peer-standardised institution features, one ensemble a peer group."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn import config_context
from sklearn.base import BaseEstimator, OutlierMixin
from sklearn.ensemble import IsolationForest
from sklearn.ensemble._iforest import _average_path_length
from sklearn.tree import ExtraTreeRegressor
from sklearn.tree._criterion import MSE
from sklearn.tree._splitter import RandomSplitter
from sklearn.tree._tree import DepthFirstTreeBuilder, Tree
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

WIDEST = "all"


class _Tree(ExtraTreeRegressor):  # type: ignore[misc]
    """The tree of an isolation forest: one feature drawn a split, one threshold drawn between its least and its largest value."""

    def fit(self, X: Any, y: Any, sample_weight: Any = None, check_input: bool = True) -> Self:  # noqa: ARG002, N803 - scikit-learn's signature
        """Grows the tree as scikit-learn would, on rows the forest has checked: its checks for every tree take ten times as long."""
        self.n_features_in_, self.n_outputs_, self.max_features_ = X.shape[1], 1, 1
        drawn = RandomSplitter(MSE(1, len(X)), 1, 1, 0.0, check_random_state(self.random_state), None)
        self.tree_ = Tree(X.shape[1], np.ones(1, dtype=np.intp), 1)
        weight = np.asarray(sample_weight, dtype=np.float64)
        DepthFirstTreeBuilder(drawn, 2, 1, 0.0, self.max_depth, 0.0).build(self.tree_, X, y.reshape(-1, 1), weight, None)
        return self


class _Forest(IsolationForest):  # type: ignore[misc]
    """scikit-learn's isolation forest, tree by tree the same, without what it spends on each beside growing it."""

    def _make_estimator(self, append: bool = True, random_state: Any = None) -> _Tree:  # noqa: ARG002 - scikit-learn's signature
        return _Tree(max_depth=self.estimator_.max_depth, random_state=check_random_state(random_state).randint(np.iinfo(np.int32).max))


class GroupedForest(BaseEstimator, OutlierMixin):  # type: ignore[misc]
    """An ensemble of isolation forests (several seeds) for every peer group that is large enough, and one for all the others.

    ``X`` is a pandas frame of shape (institutions, 1 + features): the column ``group_column`` names the peer group, the rest are
    standardised features (0 = like the peers; missing counts as 0). ``score_samples`` gives the share of the group's own fitted
    scores that lie below, averaged over the seeds: 0–1, higher = more suspicious.
    """

    def __init__(
        self, group_column: str = "peer_group", n_estimators: int = 200, n_seeds: int = 3, min_group: int = 20, clip: float = 6.0, seed: int = 0
    ) -> None:
        self.group_column = group_column
        self.n_estimators = n_estimators
        self.n_seeds = n_seeds
        self.min_group = min_group
        self.clip = clip
        self.seed = seed

    def fit(self, X: pd.DataFrame, y: Any = None) -> Self:  # noqa: N803, ARG002 - scikit-learn's signature
        """Fits one ensemble a group with at least ``min_group`` rows, and the widest on all rows."""
        self.features_ = [name for name in X.columns if name != self.group_column]
        values = self._values(X)
        groups = X[self.group_column].to_numpy()
        self.forests_: dict[str, list[IsolationForest]] = {WIDEST: self._ensemble(values)}
        self.reference_: dict[str, npt.NDArray[np.float64]] = {}
        for group in sorted(set(groups)):
            rows = values[groups == group]
            if len(rows) >= self.min_group:
                self.forests_[group] = self._ensemble(rows)
        for group, ensemble in self.forests_.items():
            rows = values if group == WIDEST else values[groups == group]
            self.reference_[group] = np.sort(_raw(ensemble, rows))
        return self

    def score_samples(self, X: pd.DataFrame) -> npt.NDArray[np.float64]:  # noqa: N803 - scikit-learn's name
        """Suspicion 0–1 of each row against its group; shape (institutions,)."""
        check_is_fitted(self, "forests_")
        values = self._values(X)
        groups = X[self.group_column].to_numpy()
        scores = np.zeros(len(X))
        for group in sorted(set(groups)):
            rows = groups == group
            known = group if group in self.forests_ else WIDEST
            raw = _raw(self.forests_[known], values[rows])
            reference = self.reference_[known]
            scores[rows] = np.searchsorted(reference, raw, side="left") / len(reference)
        return scores

    def predict(self, X: pd.DataFrame) -> npt.NDArray[np.float64]:  # noqa: N803 - scikit-learn's name
        """The same as ``score_samples``, for MLflow's uniform interface."""
        return self.score_samples(X)

    def _ensemble(self, values: npt.NDArray[np.float64]) -> list[IsolationForest]:
        # every tree would have its parameters checked anew, which takes longer than growing it
        with config_context(skip_parameter_validation=True, assume_finite=True):
            return [
                _Forest(n_estimators=self.n_estimators, max_samples=min(256, len(values)), random_state=self.seed + offset, n_jobs=1).fit(values)
                for offset in range(self.n_seeds)
            ]

    def _values(self, X: pd.DataFrame) -> npt.NDArray[np.float64]:  # noqa: N803 - scikit-learn's name
        frame = X.reindex(columns=self.features_).astype(float).fillna(0.0)
        values: npt.NDArray[np.float64] = np.clip(frame.to_numpy(), -self.clip, self.clip)
        return values


def _raw(ensemble: list[IsolationForest], values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    scores: npt.NDArray[np.float64] = np.mean([isolation(forest, values) for forest in ensemble], axis=0)
    return np.round(scores, 9)


def isolation(forest: IsolationForest, values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """What ``-forest.score_samples(values)`` gives, to the last bit, without a job and its checks for every tree, which take ten times as long."""
    X = np.ascontiguousarray(values, dtype=np.float32)  # noqa: N806 - scikit-learn's name
    depth = np.zeros(len(X))
    for tree, above, below in zip(forest.estimators_, forest._decision_path_lengths, forest._average_path_length_per_tree, strict=True):
        leaf = tree.tree_.apply(X)
        depth += above[leaf] + below[leaf] - 1.0
    whole = len(forest.estimators_) * _average_path_length([forest._max_samples])
    scores: npt.NDArray[np.float64] = 2 ** -np.divide(depth, whole, out=np.ones_like(depth), where=whole != 0)
    return scores
