from __future__ import annotations

import polars as pl

from features.feature import feature
from features.parameters import Params
from features.shared.category import month_of
from features.tables import Tables


@feature(
    grain="institution_month",
    title_zh="单价与限价",
    title_en="Prices against the ceiling",
    unit="fen",
    why="Prices over the ceiling are overcharging; prices exactly at it in everything are worth a look.",
    numerator="fees charged; what they exceed the ceiling by; lines over it",
    denominator="fees and lines that carry a ceiling",
    needs=("fee_list_d",),
    params=("tolerance_share",),
    columns={
        "capped_lines": "有限价明细条数",
        "over_ceiling_lines": "超限价明细条数",
        "capped_fen": "有限价明细费用(分)",
        "at_ceiling_fen": "按限价应计费用(分)",
        "over_ceiling_fen": "超限价金额(分)",
    },
    points_to=("overpricing",),
)
def against_ceiling(t: Tables, p: Params) -> pl.LazyFrame:
    """Price × count against the line's own ceiling (``pric_uplmt_amt``); lines without a positive ceiling are left out.

    ``over_ceiling_fen`` counts lines more than ``tolerance_share`` over it, so that rounding is none.
    """
    over = pl.col("pric") > pl.col("pric_uplmt_amt") * (1 + p["tolerance_share"])
    excess = ((pl.col("pric") - pl.col("pric_uplmt_amt")) * pl.col("cnt") * 100).round().cast(pl.Int64)
    return (
        t.lines.filter(pl.col("pric_uplmt_amt") > 0)
        .with_columns(month=month_of("date"))
        .group_by("fixmedins_code", "month")
        .agg(
            pl.len().cast(pl.Int64).alias("capped_lines"),
            over.sum().cast(pl.Int64).alias("over_ceiling_lines"),
            pl.col("fee_fen").sum().alias("capped_fen"),
            (pl.col("pric_uplmt_amt") * pl.col("cnt") * 100).round().cast(pl.Int64).sum().alias("at_ceiling_fen"),
            excess.filter(over).sum().alias("over_ceiling_fen"),
        )
    )
