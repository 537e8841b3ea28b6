"""Features that point to a kind of violation."""

from __future__ import annotations

import polars as pl
import pytest

from features.parameters import City, Params
from models.scoring.behaviour import feature_evidence, total_behaviour
from models.scoring.evidence import rule_evidence, total_evidence
from models.scoring.suspects import mix
from tests.models.test_scoring import findings, houses

POINTS_TO = {"idle": ("bed_hanging",), "size": ()}


@pytest.fixture
def p() -> Params:
    return City.load()["scoring"]


def figures(feature: str, *values: float | None) -> pl.DataFrame:
    """z of one feature at h0, h1 …"""
    codes = [f"h{n}" for n in range(len(values))]
    rows = {"fixmedins_code": codes, "feature": [feature] * len(codes), "z": list(values)}
    return pl.DataFrame(rows, schema={"fixmedins_code": pl.String, "feature": pl.String, "z": pl.Float64})


def test_a_figure_far_out_speaks_and_a_usual_one_is_silent(p: Params) -> None:
    found = feature_evidence(figures("idle", 9.0, p["feature_z_min"] - 0.1, *[0.0] * 100), POINTS_TO, p)
    assert found["fixmedins_code"].to_list() == ["h0"]
    assert found["kinds"].to_list() == [["bed_hanging"]]
    assert 1.0 < found["llr"][0] <= p["feature_llr_cap"]


def test_no_comparable_peers_is_no_evidence(p: Params) -> None:
    assert feature_evidence(figures("idle", None, float("nan"), 1.0), POINTS_TO, p).is_empty()


def test_a_feature_that_points_nowhere_is_silent(p: Params) -> None:
    assert feature_evidence(figures("size", 10.0, 0.0), POINTS_TO, p).is_empty()


def test_a_figure_that_many_houses_have_says_less(p: Params) -> None:
    rare = feature_evidence(figures("idle", 10.0, *[0.0] * 199), POINTS_TO, p)["llr"][0]
    common = feature_evidence(figures("idle", *[10.0] * 30, *[0.0] * 170), POINTS_TO, p)["llr"][0]
    assert common < rare / 2


def test_several_features_never_say_more_than_the_cap(p: Params) -> None:
    z = pl.concat([figures(name, 10.0, *[0.0] * 199) for name in ("idle", "gone", "away")])
    points_to = dict.fromkeys(("idle", "gone", "away"), ("bed_hanging",))
    total = total_behaviour(feature_evidence(z, points_to, p), p)
    assert total["feature_llr"].to_list() == [p["feature_llr_cap"]]


def test_features_lift_a_house_but_never_make_it_red_alone(p: Params) -> None:
    institutions = houses(**{f"h{n}": 1000 for n in range(200)})
    total = total_behaviour(feature_evidence(figures("idle", 10.0, *[0.0] * 199), POINTS_TO, p), p)
    none = total_evidence(rule_evidence(findings(), institutions, p, {}), p)
    anomaly = institutions.select("fixmedins_code", anomaly=pl.lit(0.5))
    mixed = mix(institutions, none, anomaly, p, total).sort("log_odds", descending=True)
    assert mixed["fixmedins_code"][0] == "h0"
    assert mixed["probability"][0] < p["yellow_probability_min"]
    assert not mixed["corroborated"].any()


def test_the_forest_and_the_features_are_not_counted_twice(p: Params) -> None:
    institutions = houses(**{f"h{n}": 1000 for n in range(200)})
    total = total_behaviour(feature_evidence(figures("idle", 10.0, *[0.0] * 199), POINTS_TO, p), p)
    none = total_evidence(rule_evidence(findings(), institutions, p, {}), p)
    mixed = mix(institutions, none, pl.DataFrame({"fixmedins_code": ["h0"], "anomaly": [0.99]}), p, total)
    h0 = mixed.row(by_predicate=pl.col("fixmedins_code") == "h0", named=True)
    assert h0["anomaly_llr"] + h0["feature_llr"] == pytest.approx(max(h0["anomaly_llr"], total["feature_llr"][0]))
