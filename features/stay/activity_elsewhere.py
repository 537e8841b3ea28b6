from __future__ import annotations

import polars as pl

from features.feature import feature
from features.parameters import Params
from features.reference.items import PHARMACY_TYPE
from features.shared.dialysis_sessions import dialysis_sessions
from features.shared.stay_spans import stay_spans
from features.tables import Tables


@feature(
    grain="stay",
    title_zh="住院期间外出就医购药",
    title_en="Activity elsewhere during the stay",
    unit="count",
    why="A patient who lies in bed does not visit other clinics or buy drugs in town.",
    numerator="visits, purchases and dialysis days elsewhere on days strictly inside the stay",
    denominator="the stay",
    columns={
        "visits_elsewhere": "住院期间他院门诊次数",
        "purchases_elsewhere": "住院期间药店购药次数",
        "dialysis_elsewhere": "住院期间他院透析天数",
        "overlap_days": "与另一次住院重叠天数",
    },
    points_to=("bed_hanging", "fake_inpatient", "impersonation"),
)
def activity_elsewhere(t: Tables, p: Params) -> pl.LazyFrame:  # noqa: ARG001
    """What the card did elsewhere after the day of admission and before the day of discharge.

    A relative may fetch a chronic patient's drugs, and a hospital without machines sends its patients to dialysis: purchases and
    dialysis are counted apart from visits. ``overlap_days`` are inner days on which the person also lay in another bed.
    """
    spans = stay_spans(t).select(
        "mdtrt_id", "psn_no", pl.col("fixmedins_code").alias("own"), "first_day", after=pl.coalesce("end_date", pl.col("last_day"))
    )
    inside = (pl.col("date") > pl.col("first_day")) & (pl.col("date") < pl.col("after")) & (pl.col("fixmedins_code") != pl.col("own"))
    dialysis = dialysis_sessions(t).filter((pl.col("sessions") > 0) & ~pl.col("inpatient")).select("psn_no", "fixmedins_code", "date")
    pharmacy = pl.col("med_type").str.starts_with(PHARMACY_TYPE)
    out = t.visits.filter(~pl.col("inpatient")).select("psn_no", "fixmedins_code", pl.col("begn_date").alias("date"), pharmacy=pharmacy)
    other = out.join(dialysis, on=["psn_no", "fixmedins_code", "date"], how="anti")
    visits = (
        spans.join(other, on="psn_no", how="inner")
        .filter(inside)
        .group_by("mdtrt_id")
        .agg(
            (~pl.col("pharmacy")).sum().cast(pl.Int64).alias("visits_elsewhere"),
            pl.col("pharmacy").sum().cast(pl.Int64).alias("purchases_elsewhere"),
        )
    )
    sessions = (
        spans.join(dialysis, on="psn_no", how="inner").filter(inside).group_by("mdtrt_id").agg(pl.len().cast(pl.Int64).alias("dialysis_elsewhere"))
    )
    begin = pl.max_horizontal("first_day", "first_day_right")
    end = pl.min_horizontal("after", "after_right")
    overlaps = (
        spans.join(spans, on="psn_no", how="inner")
        .filter(pl.col("mdtrt_id") != pl.col("mdtrt_id_right"))
        .with_columns(overlap=((end - begin).dt.total_days() - 1).clip(lower_bound=0))
        .group_by("mdtrt_id")
        .agg(pl.col("overlap").sum().alias("overlap_days"))
    )
    frame = spans.select("mdtrt_id")
    for part in (visits, sessions, overlaps):
        frame = frame.join(part, on="mdtrt_id", how="left")
    return frame.with_columns(pl.exclude("mdtrt_id").fill_null(0))
