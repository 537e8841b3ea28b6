from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule
from models.rules.inpatient._stays import houses, is_bed, stay_lines
from models.wording import count, percent, span, yuan


def bed_days(t: Tables, p: Params) -> pl.LazyFrame:
    """House × day: patients whose bed was charged on the day, and the money of those bed lines."""
    del p
    return (
        stay_lines(t)
        .filter(is_bed(pl.col("hilist_code")) & (pl.col("cnt") <= 1) & (pl.col("stay_end").is_null() | (pl.col("date") < pl.col("stay_end"))))
        .group_by("fixmedins_code", "date")
        .agg(
            patients=pl.col("mdtrt_id").n_unique(),
            fen=pl.col("inscp_fen").sum(),
            fund=pl.when("case_paid").then(0).otherwise(pl.col("fund_fen")).sum(),
        )
    )


@rule(
    title_zh="在院人数超过批准床位",
    title_en="More patients than approved beds",
    kind=Kind.FAKE_INPATIENT,
    certainty="suspected",
    scope="city",
    gz_code=None,
    legal_basis=("reg.15", "reg.40.3"),
    needs=("mdtrt_d", "fee_list_d", "medins_info_b"),
    params=("days_min", "extra_beds_min", "over_share"),
    exceptions=(),
    extract=bed_days,
)
def beds_over_approved(t: Tables, p: Params) -> pl.LazyFrame:
    """More insured patients are charged a bed on one day than the house has approved beds.

    Extra beds in corridors are common in winter: a day counts when patients exceed the approved beds by ``over_share`` and at least
    ``extra_beds_min``; a house is found from ``days_min`` such days on. One finding a house, for the period; at issue is the bed fee of
    the patients beyond that limit. Registers lag behind new buildings, so this is a question to the house, not a verdict.
    """
    beds = houses(t).filter(pl.col("beds") > 0).select("fixmedins_code", "fixmedins_name", "beds")
    over = pl.max_horizontal(pl.col("beds") * (1 + p["over_share"]), pl.col("beds") + p["extra_beds_min"])
    daily = (
        t.extracted.group_by("fixmedins_code", "date")
        .agg(pl.col("patients").sum(), pl.col("fen").sum(), pl.col("fund").sum())
        .join(beds, on="fixmedins_code", how="inner")
        .filter(pl.col("patients") > over)
        .with_columns(part=(pl.col("patients") - pl.col("beds")) / pl.col("patients"))
    )
    return (
        daily.group_by("fixmedins_code", "fixmedins_name", "beds")
        .agg(
            days=pl.len(),
            peak=pl.col("patients").max(),
            mean=pl.col("patients").mean(),
            occurred_from=pl.col("date").min(),
            occurred_to=pl.col("date").max(),
            amount_fen=(pl.col("fen") * pl.col("part")).sum().round().cast(pl.Int64),
            loss_fen=(pl.col("fund") * pl.col("part")).sum().round().cast(pl.Int64),
        )
        .filter(pl.col("days") >= p["days_min"])
        .select(
            "fixmedins_code",
            "occurred_from",
            "occurred_to",
            "amount_fen",
            "loss_fen",
            strength=(0.3 + 0.3 * (pl.col("peak") / pl.col("beds") - 1)).clip(0.35, 0.9),
            evidence=filled(
                "该院批准床位{}张，{}有{}天当日计收床位费的参保住院人数超过批准床位较多，平均{}人、最多{}人（床位使用率{}），超出部分床位费{}元；"
                "需核对床位核定、加床和在床情况。",
                count(pl.col("beds")),
                span(pl.col("occurred_from"), pl.col("occurred_to")),
                "days",
                count(pl.col("mean")),
                "peak",
                percent(pl.col("peak") / pl.col("beds")),
                yuan(pl.col("amount_fen")),
            ),
        )
    )
