from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule
from models.rules.national._points import limited_lines, per_visit


@rule(
    title_zh="药品限支付疗程",
    title_en="Drug beyond its paid course",
    kind=Kind.POLICY_LIMIT,
    certainty="definite",
    scope="person",
    gz_code="GZ10000101010000",
    legal_basis=("reg.15", "reg.38.6"),
    needs=("fee_list_d",),
    exceptions=("refund", "self_paid"),
)
def drug_course(t: Tables, p: Params) -> pl.LazyFrame:
    """A drug paid for so many days of one stay, billed on more days than that.

    Days with a line are counted, one stay at a time, so that two illnesses in a year are never added up. At fault are the lines of the days
    beyond the limit. Where two points give different limits the longer one counts. Drugs taken home are left out.
    """
    lines = limited_lines(t, "药品限支付疗程").filter(pl.col("days_max").is_not_null() & pl.col("inpatient") & ~pl.col("take_home"))
    lines = lines.sort("days_max", descending=True).unique("bkkp_sn", keep="first", maintain_order=True)
    by_day = lines.with_columns(day_no=pl.col("date").rank("dense").over("mdtrt_id", "point_id").cast(pl.Int64))
    odd = by_day.filter(pl.col("day_no") > pl.col("days_max")).with_columns(used=pl.col("day_no").max().over("mdtrt_id", "point_id"))
    return per_visit(
        odd,
        filled("{}住院使用{}{}天，支付限{}天，超出部分{}条，金额{}元。", "days", "items", "used", "days_max", "n_lines", "amount"),
        "point_id",
        "used",
        "days_max",
    )
