from __future__ import annotations

import polars as pl

from features.feature import feature
from features.parameters import Params
from features.shared.category import month_of
from features.tables import Tables


@feature(
    grain="institution_month",
    title_zh="结算金额",
    title_en="Settled amounts",
    unit="fen",
    why="What the fund pays and to whom is the base of every comparison; refunds show what was corrected, or hidden.",
    numerator="amounts of standing settlements; refunds as they were made",
    denominator="the institution's month of settlement",
    columns={
        "settlements": "结算笔数",
        "fee_fen": "总费用(分)",
        "inscp_fen": "范围内费用(分)",
        "fund_fen": "基金支付(分)",
        "selfpay_fen": "全自费(分)",
        "inpatient_fee_fen": "住院费用(分)",
        "refunds": "退费笔数",
        "refund_fen": "退费金额(分)",
    },
    direction=0,
)
def settled_amounts(t: Tables, p: Params) -> pl.LazyFrame:  # noqa: ARG001
    """Standing settlements net of refunds, and the refunds themselves (amounts positive)."""
    keys = ["fixmedins_code", "month"]
    stays = t.visits.select("mdtrt_id", "inpatient")
    standing = (
        t.settlements.join(stays, on="mdtrt_id", how="left")
        .with_columns(month=month_of("setl_time"))
        .group_by(keys)
        .agg(
            pl.len().cast(pl.Int64).alias("settlements"),
            pl.col("fee_fen", "inscp_fen", "fund_fen", "selfpay_fen").sum(),
            pl.col("fee_fen").filter(pl.col("inpatient")).sum().alias("inpatient_fee_fen"),
        )
    )
    back = (
        t.raw("setl_d")
        .filter(pl.col("refd_setl_flag") == "1")
        .with_columns(month=month_of("setl_time"), fen=(pl.col("medfee_sumamt").cast(pl.Decimal(18, 2)) * -100).cast(pl.Int64).fill_null(0))
        .group_by(keys)
        .agg(pl.len().cast(pl.Int64).alias("refunds"), pl.col("fen").sum().alias("refund_fen"))
    )
    return standing.join(back, on=keys, how="full", coalesce=True).with_columns(pl.exclude(keys).fill_null(0))
