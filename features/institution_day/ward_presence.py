from __future__ import annotations

import polars as pl

from features.feature import feature
from features.parameters import Params
from features.shared.stay_spans import stay_days
from features.stay.days_seen import WARD
from features.tables import Tables


@feature(
    grain="institution_day",
    title_zh="病区识别人数",
    title_en="Persons seen in the wards",
    unit="person",
    why="On days when the terminals work, the patients in bed should be among the faces they saw.",
    numerator="persons in bed that the ward terminals recognised that day; all persons recognised in the wards",
    denominator="persons in bed that day (census), on days with any ward record of the institution",
    needs=("scene_rcd_d",),
    columns={"in_bed_seen": "在床且被识别人数", "ward_seen": "病区识别人数"},
    direction=-1,
    points_to=("bed_hanging", "fake_inpatient"),
)
def ward_presence(t: Tables, p: Params) -> pl.LazyFrame:  # noqa: ARG001
    """Distinct persons a day. ``ward_seen`` > 0 over all buckets tells a day on which the institution's terminals worked."""
    keys = ["fixmedins_code", "date"]
    seen = t.raw("scene_rcd_d").filter(pl.col("scene_type") == WARD).select("fixmedins_code", "psn_no", date=pl.col("begntime").dt.date()).unique()
    present = stay_days(t).select("fixmedins_code", "psn_no", "date").unique().join(seen, on=["fixmedins_code", "psn_no", "date"], how="semi")
    parts = [
        present.group_by(keys).agg(pl.len().cast(pl.Int64).alias("in_bed_seen")),
        seen.group_by(keys).agg(pl.len().cast(pl.Int64).alias("ward_seen")),
    ]
    return pl.concat(parts, how="diagonal").group_by(keys).agg(pl.exclude(keys).sum())
