from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule


@rule(
    title_zh="结算明细信息异常",
    title_en="Fee line contradicts itself",
    kind=Kind.DATA_QUALITY,
    certainty="suspected",
    scope="person",
    gz_code="GZ10000201002000",
    legal_basis=("reg.16", "reg.39.3"),
    needs=("fee_list_d",),
    params=("gap_yuan", "gap_share", "rounding_fen"),
    exceptions=("refund",),
)
def line_contradiction(t: Tables, p: Params) -> pl.LazyFrame:
    """Fee lines that contradict themselves: the code's first letter against the kind of list, the sum against quantity times price, the
    covered part above the whole.

    Rounding of prices (``rounding_fen`` a unit) and small differences are allowed. What is wrong is the record, so it carries no amount.
    """
    first = pl.col("hilist_code").str.slice(0, 1)
    drug = pl.col("list_type").is_in(["101", "102", "103"])
    mixed = (
        (first.is_in(["X", "Z"]) & pl.col("list_type").is_in(["201", "301"]))
        | (first.is_in(["0"]) & (drug | (pl.col("list_type") == "301")))
        | ((first == "C") & (drug | (pl.col("list_type") == "201")))
    )
    product = pl.col("cnt") * pl.col("pric") * 100
    gap = (pl.col("fee_fen") - product).abs()
    sum_wrong = (gap > p["gap_yuan"] * 100) & (gap > product * p["gap_share"]) & (gap > pl.col("cnt") * p["rounding_fen"])
    scope_wrong = pl.col("inscp_fen") > pl.col("fee_fen") + p["gap_yuan"] * 100
    checks = {"目录编码与目录类别不一致": t.of_item(mixed), "金额不等于数量乘单价": sum_wrong, "医保范围内金额大于费用总额": scope_wrong}
    wrong = pl.concat_list(pl.when(test.fill_null(value=False)).then(pl.lit(text)) for text, test in checks.items()).list.drop_nulls()
    odd = t.lines.filter(pl.any_horizontal(test.fill_null(value=False) for test in checks.values())).with_columns(wrong=wrong)
    return (
        odd.group_by("fixmedins_code", "psn_no", "mdtrt_id")
        .agg(
            pl.col("setl_id").drop_nulls().first(),
            pl.col("bkkp_sn").sort().alias("bkkp_sns"),
            pl.col("date").min().alias("occurred_from"),
            pl.col("date").max().alias("occurred_to"),
            pl.col("wrong").list.explode(keep_nulls=False, empty_as_null=False).unique().sort().alias("wrong"),
        )
        .select(
            "fixmedins_code",
            "psn_no",
            "mdtrt_id",
            "setl_id",
            "bkkp_sns",
            "occurred_from",
            "occurred_to",
            amount_fen=pl.lit(0, pl.Int64),
            loss_fen=pl.lit(0, pl.Int64),
            evidence=filled("{}条费用明细{}。", pl.col("bkkp_sns").list.len(), pl.col("wrong").list.join("；")),
        )
    )
