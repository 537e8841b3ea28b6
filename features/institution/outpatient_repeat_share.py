from __future__ import annotations

import polars as pl

from features.feature import feature
from features.parameters import Params
from features.shared.measures import family
from features.tables import Tables


@feature(
    grain="institution",
    title_zh="门诊短期重复影像占比",
    title_en="Outpatient imaging repeated within days",
    unit="share",
    why="Pictures repeated within days are sold, not needed.",
    numerator="outpatient imaging within the window after the same item: here, and just done elsewhere",
    denominator="outpatient imaging item-days",
    needs=("fee_list_d",),
    facts=("institution_month",),
    columns={"here": "本院", "elsewhere": "他院刚做"},
    points_to=("over_treatment",),
)
def outpatient_repeat_share(t: Tables, p: Params) -> pl.LazyFrame:  # noqa: ARG001
    """Outpatient imaging item-days and those within imaging_days of the person's same item."""
    items = pl.col("imaging_item_days")
    return family(
        t.facts("institution_month"), {"here": (pl.col("imaging_again_here"), items), "elsewhere": (pl.col("imaging_again_elsewhere"), items)}
    )
