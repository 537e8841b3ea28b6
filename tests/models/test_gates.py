"""The gates between a challenger and the champion's place."""

from __future__ import annotations

import numpy as np
import pytest

from features.parameters import City, Params
from models.gates import all_passed, known_cases, rank_stability, top_churn


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
