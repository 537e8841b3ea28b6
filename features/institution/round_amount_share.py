from __future__ import annotations

import polars as pl

from features.feature import feature
from features.parameters import Params
from features.shared.measures import ratio
from features.tables import Tables


@feature(
    grain="institution",
    title_zh="整十元结算占比",
    title_en="Round amounts",
    unit="share",
    why="Amounts made up, or cards swiped for cash, are round.",
    numerator="settlements of whole ten yuan",
    denominator="settlements of at least one yuan",
    facts=("institution_month",),
    points_to=("phantom_service", "item_swap"),
    universal=True,
)
def round_amount_share(t: Tables, p: Params) -> pl.LazyFrame:  # noqa: ARG001
    """Fixed prices make some amounts round by right; peers have the same prices."""
    return ratio(t.facts("institution_month"), pl.col("round_settlements"), pl.sum_horizontal(f"digit_{digit}" for digit in range(1, 10)))
