from __future__ import annotations

import polars as pl

from features.feature import feature
from features.parameters import Params
from features.shared.measures import ratio
from features.tables import Tables


@feature(
    grain="institution",
    title_zh="外检占比",
    title_en="Tests sent outside",
    unit="share",
    why="Tests that leave the house are where samples, results and kickbacks are made up.",
    numerator="lines sent to an outside laboratory",
    denominator="all lines",
    needs=("fee_list_d",),
    facts=("institution_month",),
    points_to=("gene_test_abuse", "phantom_service"),
)
def outside_lab_share(t: Tables, p: Params) -> pl.LazyFrame:  # noqa: ARG001
    """Lines flagged as external examination. Small houses send out by right; peers do too."""
    return ratio(t.facts("institution_month"), pl.col("outside_lab_lines"), pl.col("lines"))
