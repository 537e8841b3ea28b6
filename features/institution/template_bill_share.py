from __future__ import annotations

import polars as pl

from features.feature import feature
from features.parameters import Params
from features.shared.measures import ratio
from features.tables import Tables


@feature(
    grain="institution",
    title_zh="费用套餐雷同",
    title_en="Bills from a template",
    unit="share",
    why="Care follows the patient; a bill repeated from day to day and from patient to patient follows a template.",
    numerator="days with the stay's most frequent bundle; stays whose bundle is also another patient's",
    denominator="days with care, in stays of at least four such days; such stays",
    needs=("fee_list_d",),
    facts=("stay",),
    columns={"days": "逐日雷同", "stays": "患者间雷同"},
    points_to=("phantom_service", "fake_inpatient", "bed_hanging"),
)
def template_bill_share(t: Tables, p: Params) -> pl.LazyFrame:  # noqa: ARG001
    """Items and counts of a day are compared as a whole.

    Rehabilitation and psychiatry repeat much by right and are compared with their like.
    """
    long_enough = t.facts("stay").filter((pl.col("bundle_days") >= 4) & (pl.col("modal_bundle_days") >= 2))
    all_long = t.facts("stay").filter(pl.col("bundle_days") >= 4)
    days = ratio(all_long, pl.when(pl.col("modal_bundle_days") >= 2).then(pl.col("modal_bundle_days")).otherwise(0), pl.col("bundle_days"))
    shared = (
        long_enough.with_columns(patients=pl.col("psn_no").n_unique().over("fixmedins_code", "modal_bundle"))
        .group_by("fixmedins_code")
        .agg((pl.col("patients") > 1).sum().cast(pl.Float64).alias("numerator"))
    )
    stays = all_long.group_by("fixmedins_code").agg(pl.len().cast(pl.Float64).alias("denominator")).join(shared, on="fixmedins_code", how="left")
    return pl.concat(
        [
            days.with_columns(member=pl.lit("days")),
            stays.select("fixmedins_code", pl.col("numerator").fill_null(0.0), "denominator", member=pl.lit("stays")),
        ]
    )
