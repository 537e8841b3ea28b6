"""How far is far: the funnel allows for chance, outliers and honest differences."""

from __future__ import annotations

import numpy as np
import pytest

from features.funnel import Funnel

PRIOR = {"prior_events": 1.0, "prior_share": 0.05}


def funnel_of_shares(seed: int = 1, houses: int = 60) -> tuple[Funnel, np.ndarray, np.ndarray]:
    """Honest houses of very different size with the same true share of 10 %."""
    random = np.random.default_rng(seed)
    n = random.integers(5, 3000, houses).astype(float)
    values = random.binomial(n.astype(int), 0.1) / n
    return Funnel.fit(values, n, "share", log=False, **PRIOR), values, n


def test_honest_houses_of_any_size_stay_within_the_funnel() -> None:
    funnel, values, n = funnel_of_shares()
    z = funnel.z(values, n)
    assert np.abs(z).max() < 4
    assert abs(float(np.mean(z))) < 0.4


def test_the_same_share_is_nothing_in_nine_visits_and_much_in_nine_hundred() -> None:
    funnel, _, _ = funnel_of_shares()
    small, large = funnel.z(np.array([1 / 3, 1 / 3]), np.array([9.0, 900.0]))
    assert small < 3 < large


def test_a_single_event_in_a_house_of_a_rare_kind_is_no_pattern() -> None:
    values, n = np.zeros(50), np.full(50, 20.0)
    values[0] = 1 / 20
    funnel = Funnel.fit(values, n, "share", log=False, **PRIOR).widened(0.01)
    assert funnel.z(values, n)[0] < 3


def test_a_third_of_culprits_does_not_hide_itself() -> None:
    values = np.array([0.02, 0.03, 0.025, 0.02, 0.03, 0.4, 0.5, 0.45])
    z = Funnel.fit(values, np.full(8, 1000.0), "share", log=False, **PRIOR).widened(0.01).z(values, np.full(8, 1000.0))
    assert z[5:].min() > 5
    assert z[:5].max() < 2


def test_shrinkage_draws_a_small_house_to_its_peers_and_leaves_a_large_one() -> None:
    funnel, _, _ = funnel_of_shares()
    small, large = funnel.shrunk(np.array([0.5, 0.5]), np.array([4.0, 4000.0]))
    assert small < 0.45
    assert large == pytest.approx(0.5, abs=0.02)


def test_shrinkage_never_goes_farther_than_one_chance_deviation() -> None:
    values, n = np.array([0.5]), np.array([400.0])
    funnel = Funnel(0.1, 0.0, 0.09, 0.1, 0.0, "share", log=False)
    assert funnel.shrunk(values, n)[0] == pytest.approx(0.5 - np.sqrt(0.09 / 400))


def test_intervals_of_shares_rates_and_means_hold_the_value() -> None:
    share = Funnel(0.1, 0.01, 0.09, 0.1, 0.0, "share", log=False)
    low, high = share.interval(np.array([0.0, 0.5, 1.0]), np.array([10.0, 10.0, 10.0]))
    assert (low >= 0).all()
    assert (high <= 1).all()
    assert (low[1], high[1]) == (pytest.approx(0.2366, abs=1e-3), pytest.approx(0.7634, abs=1e-3)), "Wilson's limits of 5 in 10"
    rate = Funnel(1.0, 0.1, 1.0, 1.0, 1.0, "rate", log=False)
    low, high = rate.interval(np.array([0.0, 1.0]), np.array([10.0, 10.0]))
    assert low[0] == 0
    assert (low[1], high[1]) == (pytest.approx(0.4790, abs=5e-3), pytest.approx(1.8390, abs=5e-3)), "Poisson's limits of 10 events"
    mean = Funnel(0.0, 0.1, 1.0, 1.0, 0.0, "mean", log=True)
    low, high = mean.interval(np.array([2.0]), np.array([100.0]))
    assert low[0] < 2 < high[0]


def test_nothing_at_all_has_a_place_on_the_logarithmic_scale() -> None:
    values, n = np.array([0.0, 1.0, 1.1, 0.9, 1.2, 0.95, 1.05, 1.0]), np.array([1.0, *[100.0] * 7])
    z = Funnel.fit(values, n, "mean", log=True, **PRIOR).widened(0.05).z(values, n)
    assert np.isfinite(z).all()
    assert z[0] < 0


def test_houses_all_alike_lie_at_zero() -> None:
    values, n = np.full(9, 0.3), np.full(9, 50.0)
    assert np.abs(Funnel.fit(values, n, "mean", log=False, **PRIOR).z(values, n)).max() == 0


def test_means_of_small_houses_are_allowed_to_scatter_more() -> None:
    random = np.random.default_rng(3)
    n = np.array([4.0] * 40 + [400.0] * 40)
    values = 10 + random.normal(0, 1, 80) * 3 / np.sqrt(n)
    funnel = Funnel.fit(values, n, "mean", log=False, **PRIOR)
    small, large = funnel.z(np.array([13.0, 13.0]), np.array([4.0, 400.0]))
    assert small < 3 < large


def test_chance_in_a_quotient_is_read_from_its_cases_where_they_are_known() -> None:
    random = np.random.default_rng(5)
    cases = random.integers(3, 60, 200)
    true = np.exp(random.normal(0, 0.1, 200))
    expected = [random.uniform(500, 1500, n) for n in cases]
    observed = [r * e * random.gamma(4, 1 / 4, len(e)) for r, e in zip(true, expected, strict=True)]
    n = np.array([e.sum() for e in expected])
    values = np.array([o.sum() for o in observed]) / n
    scatter = np.array([((o - r * e) ** 2).sum() * len(e) / (len(e) - 1) for o, r, e in zip(observed, values, expected, strict=True)])
    funnel = Funnel.fit(values, n, "mean", scatter, log=True, prior_events=1.0, prior_share=0.0)
    low, high = funnel.interval(values, n)
    assert 0.9 < np.mean((low <= true) & (true <= high)) < 0.99
    assert funnel.between == pytest.approx(0.1, abs=0.06)
    two = np.argsort(n)[[0, -1]]
    assert (high / low)[two[0]] > 2 * (high / low)[two[1]], "a house of few cases may lie farther off by chance"
    unknown = Funnel.fit(values, n, "mean", np.full(200, np.nan), log=True, prior_events=1.0, prior_share=0.0)
    assert unknown == Funnel.fit(values, n, "mean", log=True, prior_events=1.0, prior_share=0.0)
