from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.exceptions.bed_day_paid import bed_day_paid
from models.exceptions.day_procedure import day_procedure
from models.exceptions.maternity import maternity
from models.exceptions.planned_readmission import planned_readmission
from models.exceptions.therapy_cycle import therapy_cycle
from models.exceptions.transfer import transfer
from models.exceptions.urgent_or_fatal import urgent_or_fatal
from models.kinds import Kind
from models.rule import rule
from models.rules.inpatient._stays import dated_stays
from models.wording import span, yuan

CLEARED = (therapy_cycle, urgent_or_fatal, day_procedure, maternity, planned_readmission, transfer, bed_day_paid)


@rule(
    title_zh="频繁住院",
    title_en="Frequent admissions",
    kind=Kind.LOW_THRESHOLD_ADMISSION,
    certainty="suspected",
    scope="person",
    gz_code="GZ10000204004000",
    legal_basis=("reg.15", "reg.38.2", "base.rules2025"),
    needs=("mdtrt_d", "setl_d"),
    params=("houses_min", "stays_min", "window_days"),
    exceptions=tuple(unit.name for unit in CLEARED),
)
def frequent_admissions(t: Tables, p: Params) -> pl.LazyFrame:
    """A person admitted again and again without urgency, operation, cycle, plan or transfer.

    From ``stays_min`` unexplained stays within ``window_days`` on; the finding goes to the house that took most of them (the first by code
    when equal). What is at issue are all unexplained stays of the window at that house. Chronic patients do come often: that is
    why emergencies and everything planned are cleared before counting.
    """
    stays = dated_stays(t).filter(pl.col("last_day").is_not_null() & pl.col("settled"))
    stays = stays.select(
        "mdtrt_id", "psn_no", "fixmedins_code", "begn_date", "last_day", "los", "inscp_fen", pl.coalesce("drg_fund_fen", "fund_fen").alias("paid")
    )
    for unit in CLEARED:
        stays = unit.clear(stays, t, p)
    window = stays.sort("begn_date").rolling("begn_date", period=f"{p['window_days']}d", group_by="psn_no", closed="right").agg(n=pl.len())
    peak = (
        window.filter(pl.col("n") >= p["stays_min"])
        .sort("psn_no", "n", "begn_date", descending=[False, True, False])
        .unique("psn_no", keep="first", maintain_order=True)
        .select("psn_no", window_end="begn_date", in_window="n")
    )
    chosen = (
        stays.join(peak, on="psn_no", how="inner")
        .filter((pl.col("begn_date") <= pl.col("window_end")) & (pl.col("begn_date") > pl.col("window_end").dt.offset_by(f"-{p['window_days']}d")))
        .with_columns(houses=pl.col("fixmedins_code").n_unique().over("psn_no"))
        .group_by("psn_no", "fixmedins_code", "in_window", "houses")
        .agg(
            here=pl.len(),
            days=pl.col("los").sum(),
            amount_fen=pl.col("inscp_fen").sum(),
            loss_fen=pl.col("paid").sum(),
            occurred_from=pl.col("begn_date").min(),
            occurred_to=pl.col("last_day").max(),
        )
        .filter((pl.col("houses") >= p["houses_min"]) & (pl.col("here") >= 2))
        .sort("psn_no", "here", "fixmedins_code", descending=[False, True, False])
        .unique("psn_no", keep="first", maintain_order=True)
    )
    return chosen.select(
        "fixmedins_code",
        "psn_no",
        "occurred_from",
        "occurred_to",
        "amount_fen",
        "loss_fen",
        strength=(0.05 * pl.col("in_window")).clip(0.3, 0.8),
        evidence=filled(
            "参保人{}天内择期住院{}次（涉及{}家机构），其中在该院{}次、共{}天（{}），均非急诊、非手术、非周期或计划内治疗；该院基金支付{}元。",
            pl.lit(p["window_days"]),
            "in_window",
            "houses",
            "here",
            "days",
            span(pl.col("occurred_from"), pl.col("occurred_to")),
            yuan(pl.col("loss_fen")),
        ),
    )
