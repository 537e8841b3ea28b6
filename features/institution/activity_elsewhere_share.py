from __future__ import annotations

import polars as pl

from features.feature import feature
from features.parameters import Params
from features.shared.measures import count_where, family
from features.tables import Tables


@feature(
    grain="institution",
    title_zh="住院期间在外活动",
    title_en="Activity elsewhere during stays",
    unit="share",
    why="Who visits, buys and is dialysed in town does not lie in the ward.",
    numerator="stays with such activity on inner days",
    denominator="stays of at least three days",
    needs=("fee_list_d",),
    facts=("stay",),
    columns={"visits": "他院门诊", "purchases": "药店购药", "dialysis": "他院透析", "overlap": "重叠住院"},
    points_to=("bed_hanging", "fake_inpatient", "impersonation"),
)
def activity_elsewhere_share(t: Tables, p: Params) -> pl.LazyFrame:  # noqa: ARG001
    """Stays with any visit, pharmacy purchase, dialysis or other bed elsewhere strictly inside them.

    Relatives fetch drugs, and machines stand elsewhere: peers show how often.
    """
    long_enough = count_where(pl.col("stay_days") >= 3)
    members = {"visits": "visits_elsewhere", "purchases": "purchases_elsewhere", "dialysis": "dialysis_elsewhere", "overlap": "overlap_days"}
    return family(t.facts("stay"), {name: (count_where(pl.col(column) > 0) * long_enough, long_enough) for name, column in members.items()})
