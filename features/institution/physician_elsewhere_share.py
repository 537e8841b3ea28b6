from __future__ import annotations

import polars as pl

from features.feature import feature
from features.parameters import Params
from features.shared.measures import count_where, ratio
from features.tables import Tables


@feature(
    grain="institution",
    title_zh="医师同日多机构执业占比",
    title_en="Physicians at several institutions on a day",
    unit="share",
    why="Who orders at two houses on the same day was hardly at both.",
    numerator="physician-days on which the physician also ordered elsewhere",
    denominator="physician-days",
    needs=("fee_list_d",),
    facts=("physician_day",),
    points_to=("licence_rental",),
    universal=True,
)
def physician_elsewhere_share(t: Tables, p: Params) -> pl.LazyFrame:  # noqa: ARG001
    """Branches of one house and registered multi-site practice are lawful; peers and the registry show it."""
    days = t.facts("physician_day").with_columns(houses=pl.col("fixmedins_code").n_unique().over("dr_code", "date"))
    return ratio(days, count_where(pl.col("houses") > 1), pl.lit(1))
