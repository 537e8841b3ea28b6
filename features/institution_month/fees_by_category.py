from __future__ import annotations

import polars as pl

from features.feature import feature
from features.parameters import Params
from features.shared.category import CATEGORIES_ZH, category, month_of
from features.tables import Tables


@feature(
    grain="institution_month",
    title_zh="各类费用",
    title_en="Fees by charge category",
    unit="fen",
    why="The mix of drugs, tests and treatments is a house's fingerprint; swaps and padding change it.",
    numerator="fees of the lines by charge category",
    denominator="the institution's month of charging",
    needs=("fee_list_d",),
    columns={**{f"{name}_fen": f"{zh}(分)" for name, zh in CATEGORIES_ZH.items()}, "line_inscp_fen": "明细范围内费用(分)", "lines": "明细条数"},
    direction=0,
)
def fees_by_category(t: Tables, p: Params) -> pl.LazyFrame:  # noqa: ARG001
    """Lines net of refunds, inpatient and outpatient together; unknown categories count as other."""
    lines = t.lines.select("fixmedins_code", "fee_fen", "inscp_fen", month=month_of("date"), category=category())
    return lines.group_by("fixmedins_code", "month").agg(
        *(pl.col("fee_fen").filter(pl.col("category") == name).sum().alias(f"{name}_fen") for name in CATEGORIES_ZH),
        pl.col("inscp_fen").sum().alias("line_inscp_fen"),
        pl.len().cast(pl.Int64).alias("lines"),
    )
