from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule
from models.wording import span, yuan


@rule(
    title_zh="死亡后结算",
    title_en="Claims after death",
    kind=Kind.DEAD_OR_CUSTODY_CLAIMS,
    certainty="definite",
    scope="person",
    gz_code=None,
    legal_basis=("reg.15", "reg.40.1"),
    needs=("die_reg_d", "fee_list_d"),
    params=("grace_days",),
    exceptions=("late_posting", "refund"),
)
def death_claims(t: Tables, p: Params) -> pl.LazyFrame:
    """Services dated after the person's registered death.

    A line counts when it occurred more than ``grace_days`` after the earliest registered date of death, and the visit itself began
    after the death: lines posted late for a stay that ended with the death are bookkeeping, not fraud.
    """
    deaths = t.raw("die_reg_d").group_by("psn_no").agg(pl.col("die_date").min())
    late = t.lines.join(deaths, on="psn_no", how="inner").filter(
        (pl.col("date") > pl.col("die_date").dt.offset_by(f"{p['grace_days']}d")) & (pl.col("begn_date") > pl.col("die_date"))
    )
    return (
        late.group_by("fixmedins_code", "psn_no", "mdtrt_id", "setl_id", "die_date")
        .agg(
            pl.col("bkkp_sn").alias("bkkp_sns"),
            pl.col("date").min().alias("occurred_from"),
            pl.col("date").max().alias("occurred_to"),
            pl.col("inscp_fen").sum().alias("amount"),
        )
        .select(
            "fixmedins_code",
            "psn_no",
            "mdtrt_id",
            "setl_id",
            "bkkp_sns",
            "occurred_from",
            "occurred_to",
            evidence=pl.format(
                "参保人于{}登记死亡，该机构仍上传其{}的费用明细{}条，涉及医保范围内金额{}元。",
                "die_date",
                span(pl.col("occurred_from"), pl.col("occurred_to")),
                pl.col("bkkp_sns").list.len(),
                yuan(pl.col("amount")),
            ),
        )
    )
