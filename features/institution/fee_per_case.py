from __future__ import annotations

import polars as pl

from features.feature import feature
from features.parameters import Params
from features.shared.measures import ratio
from features.tables import Tables


@feature(
    grain="institution",
    title_zh="次均费用",
    title_en="Fee a case",
    unit="fen",
    why="Dearer than the peers for the same kind of business.",
    numerator="fees of outpatient and pharmacy settlements; of stays",
    denominator="outpatient visits and purchases; settled stays",
    facts=("institution_month", "stay"),
    columns={"visit": "门诊购药", "stay": "住院"},
    points_to=("over_treatment", "overpricing"),
    log=True,
)
def fee_per_case(t: Tables, p: Params) -> pl.LazyFrame:  # noqa: ARG001
    """Standing amounts per visit or purchase, and per settled stay. Case mix is allowed for in cost_against_expected."""
    months = t.facts("institution_month")
    visit = ratio(months, pl.col("fee_fen") - pl.col("inpatient_fee_fen"), pl.col("visits") + pl.col("purchases"))
    stay = ratio(t.facts("stay").filter(pl.col("fee_fen") > 0), pl.col("fee_fen"), pl.lit(1))
    return pl.concat([visit.with_columns(member=pl.lit("visit")), stay.with_columns(member=pl.lit("stay"))])
