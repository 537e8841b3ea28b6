from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule
from models.wording import percent


def _extract(t: Tables, p: Params) -> pl.LazyFrame:
    direct = t.settlements.filter(pl.col("manl_reim_rea").is_null()).select("mdtrt_id", "fixmedins_code", "setl_time", "enddate")
    visits = t.visits.filter(~pl.col("inpatient")).select("mdtrt_id", "begn_date", "end_date")
    waited = direct.join(visits, on="mdtrt_id").with_columns(
        days=(pl.col("setl_time").dt.date() - pl.coalesce("end_date", "begn_date")).dt.total_days()
    )
    return waited.group_by("fixmedins_code").agg(
        n=pl.len(), late=(pl.col("days") > p["late_days"]).sum(), first=pl.col("begn_date").min(), last=pl.col("begn_date").max()
    )


@rule(
    title_zh="就诊数据非实时上传监管",
    title_en="Visits not uploaded in time",
    kind=Kind.DATA_QUALITY,
    certainty="suspected",
    scope="city",
    gz_code="GZ10000201007000",
    legal_basis=("reg.16", "reg.39.3"),
    needs=("setl_d", "mdtrt_d"),
    params=("late_days", "late_share_max", "settlements_min"),
    exceptions=("refund",),
    extract=_extract,
)
def late_upload(t: Tables, p: Params) -> pl.LazyFrame:
    """An institution that settles many of its outpatient or pharmacy visits long after they ended, so that nobody can watch them.

    A visit is late when its settlement comes more than ``late_days`` days after its end; single late settlements (a broken line, a manual
    reimbursement) are normal and only their share counts.
    """
    summed = t.extracted.group_by("fixmedins_code").agg(pl.col("n").sum(), pl.col("late").sum(), pl.col("first").min(), pl.col("last").max())
    share = pl.col("late") / pl.col("n")
    odd = summed.filter((pl.col("n") >= p["settlements_min"]) & (share > p["late_share_max"]))
    return odd.select(
        "fixmedins_code",
        occurred_from="first",
        occurred_to="last",
        amount_fen=pl.lit(0, pl.Int64),
        loss_fen=pl.lit(0, pl.Int64),
        evidence=filled(
            "{}至{}门诊和购药结算{}笔，其中{}笔（{}）在就诊结束{}天后才结算上传。",
            "first",
            "last",
            "n",
            "late",
            percent(share),
            pl.lit(p["late_days"]),
        ),
    )
