from __future__ import annotations

import polars as pl

from features.feature import feature
from features.parameters import Params
from features.shared.measures import ratio
from features.tables import Tables


@feature(
    grain="institution",
    title_zh="超限价金额占比",
    title_en="Amounts above the ceiling",
    unit="share",
    why="What lies above the ceiling was overcharged.",
    numerator="amounts above the ceiling",
    denominator="fees of lines with a ceiling",
    needs=("fee_list_d",),
    facts=("institution_month",),
    points_to=("overpricing",),
    statistic="mean",
    universal=True,
)
def over_ceiling_share(t: Tables, p: Params) -> pl.LazyFrame:  # noqa: ARG001
    """Lines more than the tolerance above their own ceiling; see against_ceiling."""
    return ratio(t.facts("institution_month"), pl.col("over_ceiling_fen"), pl.col("capped_fen"))
