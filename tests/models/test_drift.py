"""Drift: a changed city is told, a small city's chance is not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from features.parameters import City, Params
from models.drift import SCORE, Drift, drift, psi, reference_of, thin_months


@pytest.fixture
def p() -> Params:
    return City.load()["drift"]


def figures(seed: int, houses: int = 400, shift: float = 0.0, columns: int = 20) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame(rng.normal(shift, 1.0, size=(houses, columns)), columns=[f"f{n:02d}" for n in range(columns)])


def rows(a_month: int = 10_000) -> dict[str, dict[str, int]]:
    return {"fee_list_d": {f"2024-{month:02d}": a_month for month in range(1, 13)}, "die_reg_d": {"all": 300}}


def held(X: pd.DataFrame, now: pd.DataFrame, p: Params, monthly: dict[str, dict[str, int]] | None = None) -> Drift:  # noqa: N803
    reference = reference_of(X, X["f01"].to_numpy(), rows(), p)
    return drift(reference, now, now["f01"].to_numpy(), rows() if monthly is None else monthly, {"f00": "平床日"}, p)


def test_the_same_law_in_another_sample_is_no_drift_however_small_the_city(p: Params) -> None:
    for seed in range(5):
        found = held(figures(seed, houses=60), figures(seed + 100, houses=60), p)
        assert not any(shift.shifted for shift in found.shifts), found.warnings
        assert found.warnings == ()


def test_a_delivery_whose_figures_all_moved_is_told_with_the_figures_names(p: Params) -> None:
    found = held(figures(1), figures(2, shift=1.5), p)
    assert all(shift.shifted for shift in found.shifts)
    assert any("20项指标中有20项" in warning for warning in found.warnings)
    assert any("重新训练" in warning for warning in found.warnings)
    assert found.score_psi is not None
    assert found.score_psi > p["psi_max"]


def test_one_figure_that_moved_is_listed_but_raises_no_alarm(p: Params) -> None:
    now = figures(2)
    now["f00"] += 3
    found = held(figures(1), now, p)
    assert [shift.name for shift in found.shifts if shift.shifted] == ["f00"]
    assert not any("指标" in warning for warning in found.warnings)


def test_a_figure_that_is_suddenly_missing_everywhere_has_drifted(p: Params) -> None:
    now = figures(2)
    now["f03"] = np.nan
    assert "f03" in [shift.name for shift in held(figures(1), now, p).shifts if shift.shifted]


def test_a_missing_table_and_a_halved_volume_are_told(p: Params) -> None:
    found = held(figures(1), figures(2), p, {"fee_list_d": rows(5_000)["fee_list_d"]})
    assert any("die_reg_d" in warning for warning in found.warnings)
    assert any("fee_list_d" in warning and "50%" in warning for warning in found.warnings)


def test_a_month_in_the_middle_that_is_nearly_empty_or_absent_is_told_without_any_reference(p: Params) -> None:
    monthly = {"fee_list_d": rows()["fee_list_d"] | {"2024-06": 900, "2024-01": 500}}
    del monthly["fee_list_d"]["2024-09"]
    found = thin_months(monthly, ["fee_list_d", "setl_d"], p)
    assert len(found) == 2, "the first month may be cut by the delivery"
    assert "2024-06" in found[0]
    assert "2024-09" in found[1]


def test_the_index_of_equal_counts_is_zero_and_grows_with_the_shift() -> None:
    then = np.array([100.0, 100.0, 100.0])
    assert psi(then, then) == 0
    assert 0 < psi(then, np.array([120.0, 100.0, 80.0])) < psi(then, np.array([200.0, 90.0, 10.0]))


def test_the_reference_is_plain_enough_to_be_stored(p: Params) -> None:
    X = figures(1)  # noqa: N806 - scikit-learn's name
    X["empty"] = np.nan
    reference = reference_of(X, X["f00"].to_numpy(), rows(), p)
    assert set(reference["columns"]) == {*X.columns, SCORE}
    assert reference["usual_rows"] == {"fee_list_d": 10_000.0, "die_reg_d": 300.0}
    assert reference["columns"]["empty"]["counts"] == [0, 400]
