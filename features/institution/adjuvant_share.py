from __future__ import annotations

import polars as pl

from features.feature import feature
from features.parameters import Params
from features.shared.measures import ratio
from features.tables import Tables


@feature(
    grain="institution",
    title_zh="重点监控药品占药费比",
    title_en="Drugs under key monitoring",
    unit="share",
    why="Adjuvant drugs of doubtful use fill bills.",
    numerator="fees of listed drugs",
    denominator="drug fees of stays",
    needs=("fee_list_d",),
    facts=("stay",),
    points_to=("over_treatment",),
    statistic="mean",
)
def adjuvant_share(t: Tables, p: Params) -> pl.LazyFrame:  # noqa: ARG001
    """Share of inpatient drug fees that goes to drugs on the national list."""
    return ratio(t.facts("stay"), pl.col("adjuvant_fen"), pl.col("all_drugs_fen"))
