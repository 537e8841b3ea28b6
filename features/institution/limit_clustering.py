from __future__ import annotations

import polars as pl

from features.feature import feature
from features.parameters import Params
from features.shared.measures import count_where, ratio
from features.tables import Tables


@feature(
    grain="institution",
    title_zh="住院天数卡限",
    title_en="Lengths of stay just below a limit",
    unit="share",
    why="Stays that end as the settlement limit nears, and begin again, are cut to it.",
    numerator="stays that end within margin days before a limit",
    denominator="stays of a length within window days around a limit",
    facts=("stay",),
    params=("limits", "margin", "window"),
    points_to=("split_stay",),
)
def limit_clustering(t: Tables, p: Params) -> pl.LazyFrame:
    """Around each limit the lengths of honest stays fall smoothly: about margin of 2 × window days lie just below.

    Houses without long stays have no value.
    """
    los = pl.col("los")
    near = pl.any_horizontal(*(los.is_between(limit - p["window"], limit + p["window"] - 1) for limit in p["limits"]))
    below = pl.any_horizontal(*(los.is_between(limit - p["margin"], limit) for limit in p["limits"]))
    finished = t.facts("stay").filter(~pl.col("in_hospital") & los.is_not_null())
    return ratio(finished.filter(near), count_where(below), pl.lit(1))
