from __future__ import annotations

import polars as pl

from features.feature import feature
from features.parameters import Params
from features.shared.measures import count_where, ratio
from features.tables import Tables


@feature(
    grain="institution",
    title_zh="透析超机时日占比",
    title_en="Days above the machines' capacity",
    unit="share",
    why="Sessions beyond machines and shifts were not given.",
    numerator="days with more sessions than machines × shifts",
    denominator="days with dialysis",
    needs=("dial_mach_b", "fee_list_d"),
    facts=("institution_day",),
    params=("shifts_default",),
    points_to=("dialysis_excess", "phantom_service"),
    universal=True,
)
def dialysis_days_over(t: Tables, p: Params) -> pl.LazyFrame:
    """Machines × registered shifts (shifts_default where none is registered), day by day."""
    machines = (
        t.raw("dial_mach_b")
        .group_by("fixmedins_code")
        .agg(capacity=(pl.col("mach_cnt").cast(pl.Float64) * pl.col("day_shift_cnt").cast(pl.Float64).fill_null(p["shifts_default"])).sum())
    )
    days = t.facts("institution_day").filter(pl.col("dialysis_sessions") > 0).join(machines, on="fixmedins_code").filter(pl.col("capacity") > 0)
    return ratio(days, count_where(pl.col("dialysis_sessions") > pl.col("capacity")), pl.lit(1))
