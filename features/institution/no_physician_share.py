from __future__ import annotations

import polars as pl

from features.feature import feature
from features.parameters import Params
from features.shared.measures import ratio
from features.tables import Tables


@feature(
    grain="institution",
    title_zh="无医师明细占比",
    title_en="Lines without physician",
    unit="share",
    why="What nobody ordered nobody answers for.",
    numerator="lines that need a physician and name none",
    denominator="lines that need a physician",
    needs=("fee_list_d",),
    facts=("institution_month",),
    points_to=("phantom_service", "licence_rental", "data_quality"),
    universal=True,
)
def no_physician_share(t: Tables, p: Params) -> pl.LazyFrame:  # noqa: ARG001
    """Bed, nursing, general visit and registration lines need none; pharmacies have none."""
    return ratio(t.facts("institution_month"), pl.col("lines_without_physician"), pl.col("ordered_lines"))
