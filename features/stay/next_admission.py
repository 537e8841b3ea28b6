from __future__ import annotations

import polars as pl

from features.feature import feature
from features.parameters import Params
from features.tables import Tables


@feature(
    grain="stay",
    title_zh="再入院间隔",
    title_en="Interval to the next admission",
    unit="day",
    why="A stay cut in two pays twice, and keeps each half under the limits.",
    numerator="days from discharge to the person's next admission",
    denominator="the stay",
    params=("cycle_diagnoses",),
    columns={
        "next_days": "至下次入院天数",
        "next_same_institution": "下次同院",
        "next_same_dx3": "下次同主诊断类目",
        "cycle_care": "周期性治疗",
    },
    direction=-1,
    points_to=("split_stay",),
    absent_is_zero=False,
)
def next_admission(t: Tables, p: Params) -> pl.LazyFrame:
    """Days to the person's next stay anywhere in the city (0 = the same day, negative = overlapping), null when there is none.

    ``cycle_care`` marks stays, or next stays, for treatment that comes in cycles by plan (chemotherapy, radiotherapy, dialysis).
    """
    cycle = pl.any_horizontal(*(pl.col("main_dx").str.starts_with(prefix) for prefix in p["cycle_diagnoses"])).fill_null(value=False)
    ordered = t.stays.select("mdtrt_id", "psn_no", "fixmedins_code", "begn_date", "end_date", "dx3", cycle=cycle).sort(
        "psn_no", "begn_date", "end_date", "mdtrt_id", nulls_last=True
    )
    following = {name: pl.col(name).shift(-1).over("psn_no") for name in ("begn_date", "fixmedins_code", "dx3", "cycle")}
    return ordered.select(
        "mdtrt_id",
        (following["begn_date"] - pl.col("end_date")).dt.total_days().alias("next_days"),
        (following["fixmedins_code"] == pl.col("fixmedins_code")).alias("next_same_institution"),
        (following["dx3"] == pl.col("dx3")).alias("next_same_dx3"),
        (pl.col("cycle") | following["cycle"].fill_null(value=False)).alias("cycle_care"),
    )
