from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.exceptions.late_posting import late_posting
from models.exceptions.late_results import late_results
from models.exceptions.misdated_stay import misdated_stay
from models.exceptions.pre_admission_tests import pre_admission_tests
from models.exceptions.take_home_drugs import take_home_drugs
from models.kinds import Kind
from models.rule import rule
from models.rules.inpatient._stays import stay_lines
from models.wording import span, yuan


@rule(
    title_zh="计费日期与住院时间不符",
    title_en="Charges outside the stay",
    kind=Kind.PHANTOM_SERVICE,
    certainty="suspected",
    scope="person",
    gz_code="GZ10000201008000",
    legal_basis=("reg.15", "reg.20", "reg.40.3"),
    needs=("mdtrt_d", "fee_list_d"),
    params=("grace_days", "misdated_share", "pre_admission_days", "result_days"),
    exceptions=("take_home_drugs", "late_posting", "late_results", "pre_admission_tests", "misdated_stay", "refund"),
)
def charges_outside_stay(t: Tables, p: Params) -> pl.LazyFrame:
    """Services dated before the admission or after the discharge of the stay they are charged to.

    A patient who has gone home cannot be nursed. Late bookkeeping, drugs to take home, results that take days, and tests before a planned
    admission are cleared; so are stays whose registered dates contradict all of their lines. Stays still going on have no end to exceed.
    """
    outside = (pl.col("date") < pl.col("stay_begn")) | (pl.col("date") > pl.col("stay_end"))
    lines = stay_lines(t).filter(outside.fill_null(value=False))
    for unit in (take_home_drugs, late_posting, late_results, pre_admission_tests, misdated_stay):
        lines = unit.clear(lines, t, p)
    return (
        lines.group_by("fixmedins_code", "psn_no", "mdtrt_id", "stay_begn", "stay_end")
        .agg(
            bkkp_sns=pl.col("bkkp_sn"),
            occurred_from=pl.col("date").min(),
            occurred_to=pl.col("date").max(),
            items=pl.col("hilist_name").unique().sort(),
            amount=pl.col("inscp_fen").sum(),
        )
        .select(
            "fixmedins_code",
            "psn_no",
            "mdtrt_id",
            "bkkp_sns",
            "occurred_from",
            "occurred_to",
            evidence=filled(
                "患者住院时间为{}，另有{}条明细的发生日期（{}）不在住院期间，涉及{}等{}个项目，医保范围内金额{}元；已排除出院带药、补记账、检验迟报和院前检查。",
                span(pl.col("stay_begn"), pl.col("stay_end")),
                pl.col("bkkp_sns").list.len(),
                span(pl.col("occurred_from"), pl.col("occurred_to")),
                pl.col("items").list.head(3).list.join("、"),
                pl.col("items").list.len(),
                yuan(pl.col("amount")),
            ),
        )
    )
