"""Shapes in which institution features return their numbers."""

from __future__ import annotations

import polars as pl
import pytest

from features.shared.measures import observed_over_expected
from tests.features.support import drawn


def test_the_scatter_of_a_quotient_is_that_of_its_cases_around_it_and_unknown_of_a_single_case() -> None:
    cases = drawn(
        """
        fixmedins_code | observed | expected
        H1             | 110.0    | 100.0
        H1             | 190.0    | 200.0
        H2             | 150.0    | 100.0
        H3             | 50.0     | 100.0
        H3             | 100.0    | 200.0
        """
    )
    rows = {row["fixmedins_code"]: row for row in observed_over_expected(cases.lazy()).collect().to_dicts()}
    assert {code: (row["numerator"], row["denominator"]) for code, row in rows.items()} == {"H1": (300, 300), "H2": (150, 100), "H3": (150, 300)}
    assert rows["H1"]["scatter"] == pytest.approx((10**2 + 10**2) * 2)
    assert rows["H2"]["scatter"] is None
    assert rows["H3"]["scatter"] == pytest.approx(0.0), "every case at half of what is expected: the quotient itself is sure"


def test_without_an_expectation_there_is_no_scatter() -> None:
    nothing = pl.DataFrame({"fixmedins_code": ["H1", "H1"], "observed": [1.0, 2.0], "expected": [0.0, 0.0]})
    assert observed_over_expected(nothing.lazy()).collect()["scatter"].to_list() in ([None], [0.0])


def test_cases_that_lie_alike_have_no_scatter_at_all_whatever_decimals_leave_of_each_other() -> None:
    alike = pl.DataFrame({"fixmedins_code": ["H1"] * 3, "observed": [0.1, 0.2, 0.7], "expected": [0.3, 0.6, 2.1]})
    assert observed_over_expected(alike.lazy()).collect()["scatter"].to_list() == [0.0]
