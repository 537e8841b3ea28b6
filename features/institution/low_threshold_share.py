from __future__ import annotations

import polars as pl

from features.feature import feature
from features.parameters import Params
from features.shared.category import CATEGORIES_ZH
from features.shared.measures import count_where, ratio
from features.tables import Tables


@feature(
    grain="institution",
    title_zh="疑似低标准入院占比",
    title_en="Stays that look like outpatient care",
    unit="share",
    why="Short stays without an operation, in which tests dominate, could have been visits.",
    numerator="stays of at most los_max days, without operation, not emergency transfer or death, tests at least tests_share_min of fees",
    denominator="finished stays",
    needs=("fee_list_d",),
    facts=("stay",),
    params=("los_max", "tests_share_min"),
    points_to=("low_threshold_admission",),
)
def low_threshold_share(t: Tables, p: Params) -> pl.LazyFrame:
    """A share, not a judgement of a single stay: the rule low_threshold_admission judges those.

    Day surgery has operations and is not counted.
    """
    total = pl.sum_horizontal(f"{name}_fen" for name in CATEGORIES_ZH)
    tests = pl.col("exam_fen") + pl.col("lab_fen")
    finished = t.facts("stay").filter(~pl.col("in_hospital") & pl.col("end_date").is_not_null())
    slight = (
        (pl.col("los") <= p["los_max"])
        & ~pl.col("operated")
        & ~pl.col("dscg_way").is_in(["2", "5"]).fill_null(value=False)
        & (total > 0)
        & (tests >= p["tests_share_min"] * total)
    )
    return ratio(finished, count_where(slight), pl.lit(1))
