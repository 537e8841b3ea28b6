"""The forest of each peer group."""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.ensemble import IsolationForest

from models.detectors.grouped_forest import WIDEST, GroupedForest, isolation


def peers(n: int = 60, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(rng.normal(size=(n, 4)), columns=["a", "b", "c", "d"])
    frame.insert(0, "peer_group", np.repeat(["x", "y"], n // 2))
    return frame


def test_the_odd_one_out_scores_highest() -> None:
    X = peers()  # noqa: N806
    X.loc[7, ["a", "b", "c", "d"]] = 6.0
    scores = GroupedForest(n_estimators=50, n_seeds=2, seed=1).fit(X).score_samples(X)
    assert scores.argmax() == 7
    assert ((scores >= 0) & (scores <= 1)).all()


def test_the_same_seed_gives_the_same_scores() -> None:
    X = peers()  # noqa: N806
    first, second = (GroupedForest(n_estimators=30, seed=3).fit(X).score_samples(X) for _ in range(2))
    assert (first == second).all()


def test_a_group_too_small_for_its_own_forest_is_scored_by_the_widest() -> None:
    X = peers()  # noqa: N806
    X.loc[59, "peer_group"] = "lonely"
    model = GroupedForest(n_estimators=30, min_group=20, seed=3).fit(X)
    assert "lonely" not in model.forests_
    assert np.isfinite(model.score_samples(X)).all()


def test_a_missing_feature_counts_as_like_the_peers() -> None:
    X = peers()  # noqa: N806
    X.loc[3, "a"] = np.nan
    assert np.isfinite(GroupedForest(n_estimators=30, seed=3).fit(X).score_samples(X)).all()


def test_the_constructor_only_stores_its_arguments() -> None:
    model = GroupedForest(n_estimators=7, clip=2.0)
    assert model.get_params()["n_estimators"] == 7
    assert model.get_params()["clip"] == 2.0


def test_the_forests_and_their_scores_are_scikit_learns_to_the_last_bit() -> None:
    X = peers()  # noqa: N806
    values = X.drop(columns="peer_group").to_numpy()
    ours = GroupedForest(n_estimators=40, n_seeds=2, seed=5).fit(X).forests_[WIDEST]
    for offset, forest in enumerate(ours):
        theirs = IsolationForest(n_estimators=40, max_samples=len(values), random_state=5 + offset).fit(values)
        assert (isolation(forest, values) == -theirs.score_samples(values)).all()
        assert (isolation(forest, values[:1]) == -theirs.score_samples(values[:1])).all()
