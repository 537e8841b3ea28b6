"""Since when a figure stands out."""

from __future__ import annotations

import polars as pl
import pytest

from models.scoring.onset import began


def months(*values: float, cases: tuple[float, ...] | None = None) -> pl.DataFrame:
    """Shares of January, February …, each of so many cases (ten when left out)."""
    counted = cases or (10.0,) * len(values)
    rows = [("h0", "f", value, value * n, n, f"2024-{month:02d}") for month, (value, n) in enumerate(zip(values, counted, strict=True), start=1)]
    return pl.DataFrame(rows, schema=["fixmedins_code", "feature", "value", "numerator", "denominator", "month"], orient="row")


def since(monthly: pl.DataFrame, own: float, peers: float) -> tuple[str, bool] | None:
    figures = pl.DataFrame({"fixmedins_code": ["h0"], "feature": ["f"], "value": [own], "peer_median": [peers]})
    found = began(monthly, figures)
    return found.row(0)[2:] if found.height else None


@pytest.mark.parametrize(
    ("values", "own", "peers", "month"),
    [
        ((0.1, 0.1, 0.1, 0.6, 0.6, 0.6), 0.35, 0.1, ("2024-04", False)),
        ((0.6, 0.6, 0.6), 0.6, 0.1, ("2024-01", True)),
        # one odd month long before does not count
        ((0.1, 0.5, 0.1, 0.1, 0.1, 0.6, 0.6, 0.6), 0.33, 0.1, ("2024-06", False)),
        # one good month since does not undo it
        ((0.1, 0.1, 0.6, 0.6, 0.1, 0.6, 0.6), 0.4, 0.1, ("2024-03", False)),
        # figures whose smallness is suspicious
        ((9.0, 9.0, 2.0, 2.0), 5.5, 9.0, ("2024-03", False)),
        # what was over long ago is still named by its month
        ((0.1, 0.9, 0.9, 0.9, 0.9, 0.35), 0.7, 0.1, ("2024-02", False)),
    ],
)
def test_the_month_after_which_the_figure_lay_beyond_the_middle(values: tuple[float, ...], own: float, peers: float, month: tuple[str, bool]) -> None:
    assert since(months(*values), own, peers) == month


def test_a_months_weight_is_what_it_is_a_share_of() -> None:
    assert since(months(0.9, 0.1, 0.6, 0.6, cases=(1, 40, 40, 40)), 0.4, 0.1) == ("2024-03", False)
    # counted by months alone, the first month and its one case would be the beginning
    assert since(months(0.9, 0.3, 0.6, 0.6, cases=(1, 1, 1, 1)), 0.6, 0.1) == ("2024-01", True)


def test_a_figure_that_lies_beyond_in_no_month_has_none() -> None:
    assert since(months(0.1, 0.1), 0.4, 0.1) is None
