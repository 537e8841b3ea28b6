"""Forests and distance together."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from features.parameters import City
from flows.scoring import DETECTORS, new_forest
from models.detectors.forest_and_distance import ForestAndDistance
from tests.models.test_grouped_forest import peers


def fitted(X: pd.DataFrame) -> ForestAndDistance:  # noqa: N803 - scikit-learn's name
    return ForestAndDistance(n_estimators=30, n_seeds=2, seed=1).fit(X)


def test_who_lies_far_above_the_peers_scores_highest_and_all_scores_are_shares() -> None:
    X = peers()  # noqa: N806
    X.loc[7, ["a", "b", "c", "d"]] = 5.0
    scores = fitted(X).score_samples(X)
    assert scores.argmax() == 7
    assert ((scores >= 0) & (scores <= 1)).all()


def test_lying_below_the_peers_adds_no_distance() -> None:
    X = peers()  # noqa: N806
    X.loc[7, ["a", "b", "c", "d"]] = -5.0
    model = fitted(X)
    below = X.copy()
    below.loc[7, ["a", "b", "c", "d"]] = 0.0
    assert model._distance(X)[7] == model._distance(below)[7]


def test_a_feature_in_which_many_lie_far_out_counts_less() -> None:
    X = peers()  # noqa: N806
    X.loc[:, ["c", "d"]] = 0.0
    X.loc[::3, "a"] = 6.0
    X.loc[7, "b"] = 6.0
    X.loc[8, "a"] = 6.0
    distance = fitted(X)._distance(X)
    assert distance[7] > distance[8]


def test_a_feature_that_is_the_same_everywhere_is_no_distance_and_a_missing_one_is_like_the_peers() -> None:
    X = peers()  # noqa: N806
    X["d"] = 0.0
    X.loc[3, "a"] = np.nan
    assert np.isfinite(fitted(X).score_samples(X)).all()


def test_a_new_house_is_held_against_the_fitted_ones() -> None:
    X = peers()  # noqa: N806
    new = X.iloc[:1].assign(a=6.0, b=6.0, c=6.0, d=6.0)
    assert fitted(X).score_samples(new)[0] > 0.95


def test_the_city_chooses_the_detector_and_an_unknown_one_is_refused() -> None:
    city = City.load()
    assert type(new_forest(city)) is ForestAndDistance
    assert type(new_forest(city.replaced("forest", {"detector": "forest"}))) is DETECTORS["forest"]
    with pytest.raises(ValueError, match="forest_and_distance, forest"):
        new_forest(city.replaced("forest", {"detector": "trees"}))
