from __future__ import annotations

import polars as pl

from features.feature import feature
from features.parameters import Params
from features.shared.category import DRUGS, category_code, month_of
from features.shared.dialysis_sessions import dialysis_sessions
from features.tables import Tables


@feature(
    grain="person_month",
    title_zh="门诊药品供应天数",
    title_en="Days' supply of drugs",
    unit="day",
    why="More days of a drug than the calendar has are not swallowed but sold.",
    numerator="days' supply of the most supplied drug, and of all drugs together",
    denominator="the person's month at the institution",
    needs=("fee_list_d",),
    columns={"drugs": "药品种数", "drug_fen": "药品费(分)", "supply_days": "供应天数合计", "max_supply_days": "单一药品最多供应天数"},
    points_to=("drug_hoarding",),
)
def drug_supply(t: Tables, p: Params) -> pl.LazyFrame:  # noqa: ARG001
    """Stated days of supply (``prd_days``) of outpatient and pharmacy lines; a drug is the first ten characters of its code.

    Drugs given at a dialysis session are used on the spot, whatever supply is stated, and do not count. Herbal pieces are prescribed
    together as one decoction and count as one drug. Long prescriptions of chronic patients (up to twelve weeks) are lawful: look at
    several months.
    """
    keys = ["psn_no", "fixmedins_code", "month"]
    drug = pl.when(category_code() == "10").then(pl.lit("herbs")).otherwise(pl.col("hilist_code").str.slice(0, 10))
    at_dialysis = dialysis_sessions(t).select("psn_no", "fixmedins_code", "date")
    lines = (
        t.lines.filter(~pl.col("inpatient") & category_code().is_in(DRUGS))
        .select("psn_no", "fixmedins_code", "date", month_of("date").alias("month"), drug.alias("drug"), "fee_fen", "prd_days")
        .join(at_dialysis, on=["psn_no", "fixmedins_code", "date"], how="anti")
        # several lines of one drug on one day (two packs, two strengths, the pieces of one decoction) last as long as the longest
        .group_by(*keys, "date", "drug")
        .agg(pl.col("fee_fen").sum(), pl.col("prd_days").max().fill_null(0))
        .group_by(*keys, "drug")
        .agg(pl.col("fee_fen").sum(), pl.col("prd_days").sum())
    )
    return lines.group_by(keys).agg(
        pl.len().cast(pl.Int64).alias("drugs"),
        pl.col("fee_fen").sum().alias("drug_fen"),
        pl.col("prd_days").sum().alias("supply_days"),
        pl.col("prd_days").max().alias("max_supply_days"),
    )
