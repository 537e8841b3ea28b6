from __future__ import annotations

import polars as pl

from features.feature import feature
from features.parameters import Params
from features.shared.category import category
from features.tables import Tables


@feature(
    grain="institution_item",
    title_zh="项目用量",
    title_en="Sales by item",
    unit="count",
    why="Price against other houses, and concentration on few items, are read from what each item brought.",
    numerator="lines, count, fees and persons of the item",
    denominator="the institution in the whole period",
    needs=("fee_list_d",),
    columns={
        "item_lines": "明细条数",
        "item_cnt": "数量",
        "item_fee_fen": "费用(分)",
        "item_inscp_fen": "范围内费用(分)",
        "item_persons": "使用人数",
        "item_drug_fen": "其中药品费(分)",
    },
    direction=0,
    points_to=("overpricing", "item_swap"),
)
def item_sales(t: Tables, p: Params) -> pl.LazyFrame:  # noqa: ARG001
    """Lines net of refunds. A person lies in one bucket, so that distinct persons of the buckets add up."""
    drug = category().is_in(["drug", "herb", "patent_drug"])
    return t.lines.group_by("fixmedins_code", "hilist_code").agg(
        pl.len().cast(pl.Int64).alias("item_lines"),
        pl.col("cnt").sum().alias("item_cnt"),
        pl.col("fee_fen").sum().alias("item_fee_fen"),
        pl.col("inscp_fen").sum().alias("item_inscp_fen"),
        pl.col("psn_no").n_unique().cast(pl.Int64).alias("item_persons"),
        pl.col("fee_fen").filter(drug).sum().alias("item_drug_fen"),
    )
