from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule
from models.rules.national._shares import unusual_share


def _extract(t: Tables, p: Params) -> pl.LazyFrame:
    stays = t.standing_visits.select("mdtrt_id", "begn_date", "end_date")
    acquired = (pl.col("adm_cond_type") == "4") & pl.col("diag_code").str.contains(p["infection_codes"])
    lists = t.diagnoses.group_by("fixmedins_code", "mdtrt_id").agg(hit=acquired.fill_null(value=False).any()).join(stays, on="mdtrt_id")
    return lists.group_by("fixmedins_code").agg(
        part_n=pl.col("hit").sum().cast(pl.Int64),
        whole_n=pl.len().cast(pl.Int64),
        cases=pl.len(),
        first=pl.col("begn_date").min(),
        last=pl.coalesce("end_date", "begn_date").max(),
    )


@rule(
    title_zh="院内感染发生率统计",
    title_en="Rate of hospital infections",
    kind=Kind.OVER_TREATMENT,
    certainty="suspected",
    scope="city",
    gz_code="ZB10000205007000",
    legal_basis=("reg.16", "reg.24"),
    needs=("mdcs_fund_setl_list_d", "mdcs_fund_setl_list_diag_d", "fixmedins_b"),
    params=("cases_min", "peers_min", "share_max", "z_min", "spread_min", "infection_codes"),
    exceptions=("refund",),
    extract=_extract,
)
def hospital_infection_rate(t: Tables, p: Params) -> pl.LazyFrame:
    """The share of stays whose settlement list marks an infection as not present on admission (``adm_cond_type`` 4), far above peers.

    A monitoring figure of the national framework: it points an inspection somewhere and accuses nobody of a line, so it carries no amount.
    """
    return unusual_share(t, p, "住院期间新发感染病例占比")
