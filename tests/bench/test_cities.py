"""The benchmark over many cities: its tables say what they should."""

from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl

from bench.cities import CITIES, as_markdown, differences, summary
from bench.detectors import detector_scores, plain_aggregates


def test_the_cities_differ_and_some_are_clean() -> None:
    assert len({spec.seed for spec in CITIES}) == len(CITIES) >= 10
    assert sum(spec.guilty_share == 0 for spec in CITIES) >= 2


def test_the_worst_is_the_lowest_auc_and_the_largest_error_and_clean_cities_do_not_count_for_ranking() -> None:
    rows = pl.DataFrame(
        {
            "city": ["a", "b", "clean"],
            "method": ["huoyan"] * 3,
            "auc_within_house": [0.9, 1.0, None],
            "precision_at_k": [0.5, 1.0, None],
            "yuan_at_k": [0.9, 1.0, None],
            "calibration_error": [0.01, 0.03, 0.05],
            "red_share_of_honest": [0.0, 0.0, 0.01],
        }
    )
    row = summary(rows).row(0, named=True)
    assert (row["auc_within_house_mean"], row["auc_within_house_worst"]) == (0.95, 0.9)
    assert row["calibration_error_worst"] == 0.05
    assert row["red_share_of_honest_worst"] == 0.01
    assert "| huoyan | 0.950 | 0.900 |" in as_markdown(summary(rows))


def test_a_method_better_in_every_city_lies_above_the_reference_with_its_whole_interval_and_a_mixed_one_does_not() -> None:
    cities = [f"c{n}" for n in range(10)]
    rows = pl.DataFrame(
        [
            (city, method, value)
            for n, city in enumerate(cities)
            for method, value in (("ref", 0.8 + n / 100), ("up", 0.85 + n / 100), ("mixed", 0.8 + (-1) ** n / 50 + n / 100))
        ]
        + [("clean", "ref", None)],
        schema=["city", "method", "auc"],
        orient="row",
    )
    table = {row["method"]: row for row in differences(rows, "ref", "auc").to_dicts()}
    assert table["up"]["difference_low"] > 0.04
    assert table["mixed"]["difference_low"] < 0 < table["mixed"]["difference_high"]
    assert table["ref"]["difference"] == 0
    assert table["ref"]["low"] < table["ref"]["mean"] < table["ref"]["high"]


def test_every_detector_scores_a_plain_outlier_highest() -> None:
    rng = np.random.default_rng(1)
    frame = pd.DataFrame(rng.normal(size=(80, 3)), columns=["a", "b", "c"])
    frame.loc[7] = [6.0, 6.0, 6.0]
    frame.loc[9, "a"] = np.nan
    for name, scores in detector_scores(frame).items():
        assert int(np.argmax(scores)) == 7, name
        assert np.isfinite(scores).all(), name


def test_plain_aggregates_are_standardised_sums_by_institution() -> None:
    month = pd.DataFrame(
        {
            "fixmedins_code": ["x", "x", "y"],
            "visits": [10, 20, 30],
            "purchases": [0, 0, 5],
            "admissions": [1, 1, 0],
            "lines": [50, 60, 70],
            "fee_fen": [1000, 2000, 9000],
            "fund_fen": [500, 1000, 4000],
        }
    )
    table = plain_aggregates(month)
    assert list(table.index) == ["x", "y"]
    assert np.allclose(table.mean(), 0.0)
    assert table.loc["y", "fee_fen"] > table.loc["x", "fee_fen"]


def test_clean_cities_alone_have_no_ranking_to_compare() -> None:
    rows = pl.DataFrame({"city": ["a"], "method": ["huoyan"], "auc": [None]}, schema_overrides={"auc": pl.Float64})
    assert differences(rows, "ref", "auc").is_empty()
