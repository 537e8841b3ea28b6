"""Shapley values of the forest."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from models.detectors import shapley as unit
from models.detectors.grouped_forest import GroupedForest
from models.detectors.shapley import NotAdditiveError, shapley


@pytest.fixture(scope="module")
def city() -> pd.DataFrame:
    rng = np.random.default_rng(2)
    frame = pd.DataFrame(rng.normal(size=(60, 4)), columns=["idle", "price", "size", "age"], index=[f"h{n}" for n in range(60)])
    frame.loc["h0", "idle"] = 6.0
    return frame.assign(peer_group=["a"] * 40 + ["b"] * 20)


@pytest.fixture(scope="module")
def forest(city: pd.DataFrame) -> GroupedForest:
    return GroupedForest(n_estimators=40, n_seeds=2, min_group=30).fit(city)


def test_the_feature_that_stands_out_explains_the_most(city: pd.DataFrame, forest: GroupedForest) -> None:
    told = shapley(forest, city.loc[["h0"]]).sort("shap", descending=True)
    assert told["feature"][0] == "idle"
    assert told["shap"][0] > 0


def test_values_and_base_add_up_in_every_group(city: pd.DataFrame, forest: GroupedForest) -> None:
    told = shapley(forest, city.loc[["h0", "h5", "h50"]])
    assert told["fixmedins_code"].n_unique() == 3
    for _, rows in told.group_by("fixmedins_code"):
        assert rows["shap"].sum() + rows["base"][0] == pytest.approx(rows["total"][0], abs=1e-5)


def test_values_that_do_not_add_up_are_refused(city: pd.DataFrame, forest: GroupedForest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unit, "_mean_depth", lambda _n: 1.0)
    with pytest.raises(NotAdditiveError, match="miss the forest's depth"):
        shapley(forest, city.loc[["h0"]])


def test_no_suspects_give_an_empty_frame(city: pd.DataFrame, forest: GroupedForest) -> None:
    assert shapley(forest, city.head(0)).is_empty()
