from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule
from models.rules.national._shares import unusual_share


def _extract(t: Tables, p: Params) -> pl.LazyFrame:
    keys = ["psn_no"]
    stays = t.stays.filter(pl.col("settled") & pl.col("end_date").is_not_null() & ~pl.col("in_hospital")).sort("psn_no", "begn_date", "mdtrt_id")
    following = stays.with_columns(next_begin=pl.col("begn_date").shift(-1).over(keys), next_dx=pl.col("dx3").shift(-1).over(keys)).with_columns(
        gap=(pl.col("next_begin") - pl.col("end_date")).dt.total_days()
    )
    usual = following.filter(
        ~pl.col("main_dx").fill_null("").str.contains(p["planned_codes"]) & pl.col("dscg_way").fill_null("1").is_in(["1", "3", "4", "9"])
    )
    back = pl.col("gap").is_between(0, p["days"]) & (pl.col("dx3") == pl.col("next_dx")) & pl.col("rinp_pup").is_null()
    return usual.group_by("fixmedins_code").agg(
        part_n=back.fill_null(value=False).sum().cast(pl.Int64),
        whole_n=pl.len().cast(pl.Int64),
        cases=pl.len(),
        first=pl.col("begn_date").min(),
        last=pl.col("end_date").max(),
    )


@rule(
    title_zh="非计划再入院率统计",
    title_en="Rate of unplanned readmissions",
    kind=Kind.OVER_TREATMENT,
    certainty="suspected",
    scope="city",
    gz_code="ZB10000205008000",
    legal_basis=("reg.15", "reg.24"),
    needs=("mdtrt_d", "fixmedins_b"),
    params=("cases_min", "peers_min", "share_max", "z_min", "spread_min", "days", "planned_codes"),
    exceptions=("refund",),
    extract=_extract,
)
def unplanned_readmission_rate(t: Tables, p: Params) -> pl.LazyFrame:
    """The share of discharges followed within ``days`` days by another admission for the same disease group, far above peers.

    Discharges by transfer, chemotherapy, radiotherapy and dialysis (Z51, Z49, N18), and readmissions planned in the settlement list
    (``rinp_pup``) are no unplanned readmissions. The same patient returning to another hospital counts against the first.

    A monitoring figure of the national framework: it points an inspection somewhere and accuses nobody of a line, so it carries no amount.
    """
    return unusual_share(t, p, "出院后非计划再入院率")
