from __future__ import annotations

import polars as pl

from features.feature import feature
from features.parameters import Params
from features.shared.category import month_of
from features.shared.dialysis_sessions import dialysis_sessions
from features.shared.stay_spans import stay_spans
from features.tables import Tables


@feature(
    grain="person_month",
    title_zh="透析频次与间隔",
    title_en="Dialysis frequency and spacing",
    unit="session",
    why="A dialysis patient has two or three sessions a week, a day apart at least; more was not given, or not needed.",
    numerator="sessions by mode, same-day extras, the fullest seven days, the shortest gap, sessions while in bed elsewhere",
    denominator="the patient's month at the institution",
    needs=("fee_list_d",),
    source="two to three sessions a week (血液净化标准操作规程 2021); monthly limits are the city's",
    columns={
        "hd": "血液透析次数",
        "hdf": "血液透析滤过次数",
        "hf": "血液滤过次数",
        "hp": "血液灌流次数",
        "dialysis_days": "透析天数",
        "same_day_extra": "同日多次透析",
        "max_in_7_days": "任意7天最多透析天数",
        "next_day_sessions": "连日透析次数",
        "dialysis_in_stay_elsewhere": "他院住院期间透析次数",
    },
    points_to=("dialysis_excess", "phantom_service"),
)
def dialysis_pattern(t: Tables, p: Params) -> pl.LazyFrame:  # noqa: ARG001
    """Sessions net of refunds, counted over all institutions where spacing is concerned.

    ``max_in_7_days`` looks back from each session day over all institutions. Emergency and intensive-care sessions of inpatients are
    often daily by right; such sessions count as the inpatient stay's and are compared there.
    """
    keys = ["psn_no", "fixmedins_code", "month"]
    sessions = dialysis_sessions(t)
    days = sessions.filter(pl.col("sessions") > 0)
    person_days = days.group_by("psn_no", "date").agg(pl.col("sessions").sum().alias("that_day")).sort("psn_no", "date")
    spaced = person_days.with_columns(
        gap=(pl.col("date") - pl.col("date").shift(1).over("psn_no")).dt.total_days(),
    ).join(
        person_days.rolling("date", period="7d", group_by="psn_no").agg(pl.len().cast(pl.Int64).alias("in_7_days")),
        on=["psn_no", "date"],
        how="left",
    )
    spans = stay_spans(t).select("psn_no", pl.col("fixmedins_code").alias("bed"), "first_day", after=pl.coalesce("end_date", pl.col("last_day")))
    elsewhere = (
        days.filter(~pl.col("inpatient"))
        .join(spans, on="psn_no", how="inner")
        .filter((pl.col("date") > pl.col("first_day")) & (pl.col("date") < pl.col("after")) & (pl.col("bed") != pl.col("fixmedins_code")))
        .unique(["psn_no", "fixmedins_code", "date"])
        .select("psn_no", "fixmedins_code", "date", in_stay=pl.lit(value=True))
    )
    return (
        sessions.join(spaced, on=["psn_no", "date"], how="left")
        .join(elsewhere, on=["psn_no", "fixmedins_code", "date"], how="left")
        .with_columns(month=month_of("date"))
        .group_by(keys)
        .agg(
            *(pl.col(mode).sum() for mode in ("hd", "hdf", "hf", "hp")),
            (pl.col("sessions") > 0).sum().cast(pl.Int64).alias("dialysis_days"),
            (pl.col("sessions") - 1).clip(lower_bound=0).sum().alias("same_day_extra"),
            pl.col("in_7_days").max().fill_null(0).alias("max_in_7_days"),
            (pl.col("gap") == 1).sum().cast(pl.Int64).alias("next_day_sessions"),
            pl.col("in_stay").sum().cast(pl.Int64).alias("dialysis_in_stay_elsewhere"),
        )
    )
