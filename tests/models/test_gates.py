"""The gates between a challenger and the champion's place."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from features.parameters import City, Params
from models.gates import all_passed, known_cases, labelled_history, planted_cases, rank_stability, top_churn
from models.planted import planted


@pytest.fixture
def p() -> Params:
    return City.load()["retrain"]


def test_an_unchanged_ranking_passes_every_gate(p: Params) -> None:
    scores = np.linspace(0, 1, 100)
    assert all_passed([rank_stability(scores, scores, p), top_churn(scores, scores, p), known_cases(scores, scores, scores > 0.9, p)])


def test_a_ranking_turned_over_is_stopped(p: Params) -> None:
    scores = np.linspace(0, 1, 100)
    assert not rank_stability(scores, scores[::-1], p).passed
    assert not top_churn(scores, scores[::-1], p).passed


def test_a_challenger_that_forgets_confirmed_cheats_is_stopped(p: Params) -> None:
    old = np.linspace(0, 1, 100)
    confirmed = old > 0.95
    new = old.copy()
    new[confirmed] = 0.1
    assert not known_cases(old, new, confirmed, p).passed


def test_before_any_verdict_known_cases_ask_nothing(p: Params) -> None:
    scores = np.linspace(0, 1, 100)
    assert known_cases(scores, scores[::-1], np.zeros(100, dtype=bool), p).passed


def test_a_challenger_that_ranks_cleared_houses_above_confirmed_ones_is_stopped(p: Params) -> None:
    old = np.linspace(0, 1, 40)
    label = np.full(40, np.nan)
    label[:10], label[30:] = 0.0, 1.0
    assert labelled_history(old, old, label, p).measured == 1.0
    assert not labelled_history(old, old[::-1], label, p).passed
    # a change within the noise of a few verdicts passes
    assert labelled_history(old, np.where(np.arange(40) == 30, 0.22, old), label, p).passed


def test_too_few_verdicts_ask_nothing_of_a_challenger(p: Params) -> None:
    old = np.linspace(0, 1, 40)
    label = np.full(40, np.nan)
    label[:10], label[36:] = 0.0, 1.0
    assert labelled_history(old, old[::-1], label, p).passed


def test_cases_are_planted_only_on_ordinary_houses_and_only_in_features_of_the_kind(p: Params) -> None:
    X = pd.DataFrame({"peer_group": ["g"] * 30, "idle": np.zeros(30), "price": np.r_[np.nan, np.full(29, 0.5)]}, index=[f"h{n}" for n in range(30)])  # noqa: N806
    ordinary = np.arange(30) < 20
    made = planted(X, ordinary, {"idle": ("bed_hanging",), "price": ("overpricing", "bed_hanging")}, p)
    assert set(made["kind"]) == {"bed_hanging", "overpricing"}
    assert made.groupby("kind").size().eq(p["planted_houses"]).all()
    assert set(made.index) <= set(X.index[ordinary])
    assert (made.loc[made["kind"] == "overpricing", "idle"] == 0).all()
    assert (made.loc[made["kind"] == "overpricing", "price"] == p["planted_z"]).all(), "where the house has no peers the figure stays unknown"
    assert X["idle"].eq(0).all()


def test_a_challenger_blind_to_planted_cases_is_stopped(p: Params) -> None:
    old = np.full(50, 0.97)
    assert planted_cases(old, old, p).passed
    assert not planted_cases(old, np.r_[np.full(40, 0.97), np.full(10, 0.5)], p).passed
    assert planted_cases(np.zeros(0), np.zeros(0), p).passed
