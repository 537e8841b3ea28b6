from __future__ import annotations

import polars as pl

from features.feature import feature
from features.parameters import Params
from features.shared.measures import family
from features.tables import Tables


@feature(
    grain="institution",
    title_zh="短期重复检查检验占比",
    title_en="Imaging and laboratory repeated within days",
    unit="share",
    why="The same picture or panel again within days is rarely needed and easily sold.",
    numerator="items repeated within the window: imaging here or anywhere, imaging just done elsewhere, laboratory",
    denominator="imaging and laboratory item-days of stays",
    needs=("fee_list_d",),
    facts=("stay",),
    columns={"imaging": "影像", "elsewhere": "他院刚做的影像", "lab": "检验"},
    points_to=("over_treatment",),
)
def repeated_imaging_share(t: Tables, p: Params) -> pl.LazyFrame:  # noqa: ARG001
    """Inpatient items.

    Recognition of other hospitals' results is a duty, so that imaging just done elsewhere is counted apart; after a transfer it
    may be needed.
    """
    imaging = pl.col("imaging_days")
    members = {
        "imaging": (pl.col("imaging_repeated"), imaging),
        "elsewhere": (pl.col("imaging_repeated_elsewhere"), imaging),
        "lab": (pl.col("lab_repeated"), pl.col("lab_days")),
    }
    return family(t.facts("stay"), members)
