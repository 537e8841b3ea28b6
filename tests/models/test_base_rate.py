"""The share of cheats as the city's own evidence tells it."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from features.parameters import City, Params
from models.scoring.base_rate import base_rate
from models.scoring.evidence import rule_evidence, total_evidence
from models.scoring.suspects import mix
from tests.models.test_scoring import findings, houses


@pytest.fixture
def p() -> Params:
    return City.load()["scoring"]


def city_of(guilty: int, honest: int) -> np.ndarray:
    """Clear cases: guilty ones with strong evidence, honest ones with none."""
    return np.r_[np.full(guilty, 4.0), np.full(honest, -2.0)]


def test_without_houses_and_with_evidence_that_says_nothing_the_stated_share_stands(p: Params) -> None:
    assert base_rate(np.zeros(0), p) == p["prior_guilty_share"]
    assert base_rate(np.zeros(200), p) == pytest.approx(p["prior_guilty_share"], abs=1e-3)


@pytest.mark.parametrize(("guilty", "above"), [(0, False), (60, True)])
def test_many_clear_cases_raise_the_share_and_none_lower_it(p: Params, guilty: int, above: bool) -> None:
    share = base_rate(city_of(guilty, 300 - guilty), p)
    assert (share > p["prior_guilty_share"]) is above
    assert abs(share - guilty / 300) < abs(p["prior_guilty_share"] - guilty / 300)


def test_a_small_city_moves_the_stated_share_less_than_a_large_one(p: Params) -> None:
    small, large = base_rate(city_of(5, 20), p), base_rate(city_of(500, 2000), p)
    assert p["prior_guilty_share"] < small < large == pytest.approx(0.2, abs=0.02)


def test_rules_that_strike_nearly_everybody_cannot_push_it_beyond_the_limit(p: Params) -> None:
    assert base_rate(np.full(500, 5.0), p) == p["base_rate_max"]


def test_the_order_of_houses_changes_nothing(p: Params) -> None:
    llr = np.random.default_rng(1).normal(-1, 2, 400)
    assert base_rate(llr, p) == base_rate(llr[::-1], p)


def test_the_terms_of_every_house_add_up_to_its_log_odds_and_a_house_without_traces_is_likelier_guilty_where_many_are(p: Params) -> None:
    institutions = houses(**{f"h{n}": 1000 for n in range(120)})
    anomaly = institutions.select("fixmedins_code", anomaly=pl.lit(0.5))

    def listed(cheats: int) -> pl.DataFrame:
        found = findings(*[(f"h{n}", f"r{n % 8}", "split_stay", "suspected", 60) for n in range(cheats)])
        return mix(institutions, total_evidence(rule_evidence(found, institutions, p, {}), p), anomaly, p)

    many, few = listed(24), listed(1)
    terms = ("prior_log_odds", "evidence_llr", "missing_llr", "anomaly_llr", "feature_llr")
    assert many.select((pl.sum_horizontal(terms) - pl.col("log_odds")).abs().max()).item() < 1e-5
    last = pl.col("fixmedins_code") == "h119"
    assert many.filter(last)["probability"].item() > few.filter(last)["probability"].item()
