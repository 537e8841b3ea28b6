from __future__ import annotations

import polars as pl

from features.feature import feature
from features.parameters import Params
from features.tables import Tables


@feature(
    grain="institution",
    title_zh="透析机负荷峰值",
    title_en="Peak load of dialysis machines",
    unit="ratio",
    why="A machine serves two or three patients a day; sessions beyond were not given.",
    numerator="sessions on the ninety-fifth percentile of days",
    denominator="machines × shifts (days with dialysis as the number of observations)",
    needs=("dial_mach_b", "fee_list_d"),
    facts=("institution_day",),
    params=("shifts_default",),
    points_to=("dialysis_excess", "phantom_service"),
    universal=True,
    log=True,
)
def dialysis_peak(t: Tables, p: Params) -> pl.LazyFrame:
    """Machines × registered shifts (shifts_default where none is registered).

    Continuous bedside purification needs no such machine and is not counted.
    """
    machines = (
        t.raw("dial_mach_b")
        .group_by("fixmedins_code")
        .agg(capacity=(pl.col("mach_cnt").cast(pl.Float64) * pl.col("day_shift_cnt").cast(pl.Float64).fill_null(p["shifts_default"])).sum())
    )
    days = t.facts("institution_day").filter(pl.col("dialysis_sessions") > 0).join(machines, on="fixmedins_code").filter(pl.col("capacity") > 0)
    return (
        days.group_by("fixmedins_code")
        .agg(numerator=pl.col("dialysis_sessions").quantile(0.95, "nearest"), capacity=pl.col("capacity").first(), denominator=pl.len())
        .with_columns(value=pl.col("numerator") / pl.col("capacity"))
    )
