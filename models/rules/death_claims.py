from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.tables import Tables
from models.exceptions.recognised_alive import recognised_alive
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
    legal_basis=("reg.15", "reg.17", "reg.40.1"),
    needs=("die_reg_d", "fee_list_d"),
    params=("grace_days", "match_score_min"),
    exceptions=("late_posting", "recognised_alive", "refund"),
)
def death_claims(t: Tables, p: Params) -> pl.LazyFrame:
    """Services dated after the person's registered death.

    A line counts when it occurred more than ``grace_days`` after the death, and the visit itself began after the death: lines posted late
    for a stay that ended with the death are bookkeeping, not fraud. Registries that contradict each other are read in the house's favour
    (the latest date), and a person whom a face terminal recognised there on that day is alive: then the registry errs.
    """
    deaths = t.raw("die_reg_d").group_by("psn_no").agg(pl.col("die_date").max())
    late = t.lines.join(deaths, on="psn_no", how="inner").filter(
        (pl.col("date") > pl.col("die_date").dt.offset_by(f"{p['grace_days']}d")) & (pl.col("begn_date") > pl.col("die_date"))
    )
    late = recognised_alive.clear(late, t, p)
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
