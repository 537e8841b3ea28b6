from __future__ import annotations

import polars as pl

from features.feature import feature
from features.parameters import Params
from features.shared.dialysis_sessions import dialysis_sessions
from features.tables import Tables


@feature(
    grain="institution_day",
    title_zh="每日透析量",
    title_en="Dialysis sessions a day",
    unit="session",
    why="A machine serves two or three patients a day; sessions beyond that were not given.",
    numerator="sessions by mode, and patients",
    denominator="the institution's day; compare with machines × shifts",
    needs=("fee_list_d",),
    columns={"dialysis_sessions": "透析次数", "dialysis_hdf": "血液透析滤过次数", "dialysis_hp": "血液灌流次数", "dialysis_patients": "透析人数"},
    points_to=("dialysis_excess", "phantom_service"),
)
def dialysis_load(t: Tables, p: Params) -> pl.LazyFrame:  # noqa: ARG001
    """Sessions (HD, HF, HDF) that stand after refunds; continuous purification and peritoneal dialysis need no such machine."""
    return (
        dialysis_sessions(t)
        .group_by("fixmedins_code", "date")
        .agg(
            pl.col("sessions").sum().alias("dialysis_sessions"),
            pl.col("hdf").sum().alias("dialysis_hdf"),
            pl.col("hp").sum().alias("dialysis_hp"),
            (pl.col("sessions") > 0).sum().cast(pl.Int64).alias("dialysis_patients"),
        )
    )
