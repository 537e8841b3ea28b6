"""Effects of a reform: the truth is covered, wrong claims are refused, warnings are said."""

from __future__ import annotations

import dataclasses
from datetime import date

import numpy as np
import polars as pl
import pytest
import statsmodels.api as sm

from bench.effects_coverage import coverage, one_series, staggered_panel
from models.effects.panel import MEASURES, first_billed, own_panel, panel
from models.effects.savings import savings
from models.effects.staggered import placebo, staggered_did
from models.effects.time_series import interrupted_series


@pytest.mark.parametrize("effect", [0.0, -300.0, -1200.0])
def test_the_interval_covers_the_true_effect_in_at_least_93_of_100_runs(effect: float) -> None:
    covered = 0
    for run in range(200):
        frame = staggered_panel(np.random.default_rng([9, run]), effect, units=15, months=20)
        result = staggered_did(frame, leads=1, lags=4)
        covered += result.low <= effect <= result.high
    assert covered >= 186


def test_the_interval_of_a_series_covers_the_true_effect() -> None:
    share, mean, _, _ = coverage("series", -500.0, 200)
    assert share >= 0.93
    assert mean == pytest.approx(-500.0, abs=40)


def test_effects_that_differ_between_cohorts_do_not_bias_the_average() -> None:
    # the early cohort's effect grows by 100 a month: a plain two-way fixed-effects regression would take it for a counterfactual
    rows = []
    for unit, start in (("A", 6), ("B", 6), ("C", 12), ("D", 12), ("E", None), ("F", None), ("G", None)):
        for month in range(18):
            treated = start is not None and month >= start
            rows.append((unit, month, start, 1000.0 + 10 * month + (100.0 * (month - start + 1) if treated and start else 0.0), 5))
    frame = pl.DataFrame(rows, schema=["unit", "time", "start", "value", "cases"], orient="row")
    result = staggered_did(frame)
    truth = np.mean([100.0 * (month - start + 1) for start in (6, 12) for month in range(start, 18)])
    assert result.estimate == pytest.approx(truth)
    at_start = result.event.filter(pl.col("event_time") == 0)["effect"].item()
    assert at_start == pytest.approx(100.0)


def test_with_one_cohort_estimate_and_error_are_those_of_statsmodels() -> None:
    frame = staggered_panel(np.random.default_rng(6), -400.0, units=18).with_columns(start=pl.when(pl.col("start").is_not_null()).then(12))
    result = staggered_did(frame)
    after = pl.col("time") >= 12
    change = frame.group_by("unit").agg(
        y=pl.col("value").filter(after).mean() - pl.col("value").filter(~after).mean(), treated=pl.col("start").is_not_null().first().cast(pl.Float64)
    )
    fit = sm.OLS(change["y"].to_numpy(), sm.add_constant(change["treated"].to_numpy())).fit(cov_type="HC2")
    assert result.estimate == pytest.approx(fit.params[1])
    assert result.standard_error == pytest.approx(fit.bse[1])


def test_by_cases_the_effect_is_that_of_the_average_case_not_of_the_average_hospital() -> None:
    rows = []
    for unit, start, effect, cases in (("A", 6, -100.0, 90), ("B", 6, -500.0, 10), ("C", None, 0.0, 50), ("D", None, 0.0, 50), ("E", None, 0.0, 50)):
        rows += [(unit, month, start, 1000.0 + (effect if start and month >= start else 0.0), cases) for month in range(12)]
    frame = pl.DataFrame(rows, schema=["unit", "time", "start", "value", "cases"], orient="row")
    assert staggered_did(frame).estimate == pytest.approx(-300.0)
    assert staggered_did(frame, weighted=True).estimate == pytest.approx(-140.0)


def test_a_placebo_start_before_the_real_one_shows_nothing() -> None:
    frame = staggered_panel(np.random.default_rng(4), -1200.0)
    assert placebo(frame, 4).low <= 0 <= placebo(frame, 4).high
    assert staggered_did(frame).high < 0


def test_trends_that_differ_before_the_start_forbid_the_claim() -> None:
    frame = staggered_panel(np.random.default_rng(2), 0.0).with_columns(
        value=pl.col("value") - pl.when(pl.col("start").is_not_null()).then(pl.col("time") * 150.0).otherwise(0.0)
    )
    result = staggered_did(frame)
    assert result.pretrend_p < 0.05
    assert any("不平行" in line for line in result.warnings)
    claim = savings(result, 1000, MEASURES["cost_per_case"], 500)
    assert not claim.proved
    assert "不足以证明" in claim.sentence


def test_yuan_saved_come_with_the_interval_of_the_estimate() -> None:
    result = staggered_did(staggered_panel(np.random.default_rng(3), -1200.0))
    claim = savings(result, 2000, MEASURES["cost_per_case"], 1000)
    assert claim.proved
    assert claim.low < 1200 * 2000 < claim.high
    assert claim.yuan == pytest.approx(-result.estimate * 2000)
    assert claim.yuan_a_year == pytest.approx(claim.yuan / 2)
    assert "节约" in claim.sentence


def test_a_placebo_that_shows_a_change_forbids_the_claim() -> None:
    frame = staggered_panel(np.random.default_rng(3), -1200.0)
    result, measure = staggered_did(frame), MEASURES["cost_per_case"]
    assert savings(result, 2000, measure, 1000, placebo(frame)).proved
    moved = dataclasses.replace(placebo(frame), low=-900.0, high=-100.0)
    claim = savings(result, 2000, measure, 1000, moved)
    assert not claim.proved
    assert "安慰剂" in claim.sentence


def test_without_an_untreated_unit_there_is_no_estimate_but_an_error_that_says_what_it_takes() -> None:
    frame = staggered_panel(np.random.default_rng(1), 0.0).with_columns(start=pl.lit(10, pl.Int64))
    with pytest.raises(ValueError, match="not yet treated"):
        staggered_did(frame)


def test_few_hospitals_and_hospitals_treated_from_the_beginning_are_warned_of() -> None:
    frame = staggered_panel(np.random.default_rng(5), -300.0, units=9, months=20)
    first = frame["unit"].min()
    frame = frame.with_columns(start=pl.when(pl.col("unit") == first).then(pl.lit(0, pl.Int64)).otherwise("start"))
    text = "".join(staggered_did(frame).warnings)
    assert "数据起始时已实施" in text
    assert "对照机构仅" in text


def test_a_series_too_short_for_a_trend_is_refused() -> None:
    series = one_series(np.random.default_rng(1), -500.0, months=24)
    with pytest.raises(ValueError, match="at least 6 months before"):
        interrupted_series(series, 4)


def test_the_start_of_case_payment_is_read_from_the_bills_and_any_measure_makes_a_panel() -> None:
    rows = [("H1", date(2024, month, 1), "4" if month >= 7 else "1", 100_000) for month in range(1, 13)]
    rows += [("H2", date(2024, month, 1), "1", 50_000) for month in range(1, 13)]
    cases = pl.DataFrame(rows, schema=["fixmedins_code", "month", "hi_paymtd", "fee_fen"], orient="row")
    starts = first_billed(cases)
    assert starts.rows() == [("H1", date(2024, 7, 1))]
    made = panel(cases, starts, "cost_per_case")
    assert made.filter(pl.col("unit") == "H1")["value"].unique().to_list() == [1000.0]
    assert made.filter(pl.col("unit") == "H2")["start"].null_count() == 12
    with pytest.raises(KeyError, match="cost_per_case"):
        panel(cases, starts, "happiness")
    sessions = pl.DataFrame({"room": ["R1", "R1", "R1"], "day": [date(2024, 1, 3), date(2024, 1, 9), date(2024, 2, 1)], "sessions": [12, 14, 13]})
    own = own_panel(sessions, "room", "day", "sessions", pl.DataFrame({"room": ["R1"], "start": [date(2024, 2, 1)]}))
    assert own["value"].to_list() == [13.0, 13.0]
    assert own["cases"].to_list() == [2, 1]
