from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule
from models.rules.national._points import limited_lines, one_point, per_visit


@rule(
    title_zh="药品限二线使用",
    title_en="Second-line drug without a first line",
    kind=Kind.POLICY_LIMIT,
    certainty="suspected",
    scope="person",
    gz_code="GZ10000101005000",
    legal_basis=("reg.15", "reg.38.6"),
    needs=("fee_list_d",),
    params=("history_days", "visit_days_min"),
    exceptions=("refund", "self_paid"),
)
def drug_second_line(t: Tables, p: Params) -> pl.LazyFrame:
    """Drugs paid only as second line, dispensed to an outpatient of whom no drug of the same therapeutic group was ever seen before.

    First-line use is any other generic of the same ATC group (three characters), at any institution, up to the day of first use. Persons
    seen for less than ``history_days`` of data, on fewer than ``visit_days_min`` days, or ever settled outside the city are left out, and
    so are stays: what was tried before an admission is in the record, not in the claims. Suspected; the hospital shows the record.
    """
    drugs = t.lines.filter(t.of_item(pl.col("hilist_code").str.starts_with("X")))
    lines = one_point(limited_lines(t, "药品限二线使用").filter(pl.col("hilist_code").str.starts_with("X"))).with_columns(
        group=pl.col("hilist_code").str.slice(1, 3), generic=pl.col("hilist_code").str.slice(0, 10)
    )
    first = lines.group_by("psn_no", "generic").agg(pl.col("date").min().alias("first_use"))
    lines = lines.join(first, on=["psn_no", "generic"], how="inner")
    begin = t.visits.select(pl.col("begn_date").min().alias("data_from"))
    before = drugs.select(
        "psn_no",
        group=t.of_item(pl.col("hilist_code").str.slice(1, 3)),
        other=t.of_item(pl.col("hilist_code").str.slice(0, 10)),
        other_date="date",
    )
    tried = (
        lines.select("psn_no", "group", "generic", "first_use")
        .unique()
        .join(before.unique(), on=["psn_no", "group"], how="inner")
        .filter((pl.col("other") != pl.col("generic")) & (pl.col("other_date") <= pl.col("first_use")))
        .select("psn_no", "generic")
        .unique()
    )
    known = t.visits.filter(~pl.col("inpatient")).group_by("psn_no").agg(pl.col("begn_date").n_unique().alias("n_days"))
    elsewhere = t.raw("outmed_setl_d").select("psn_no").unique()
    odd = (
        lines.join(tried, on=["psn_no", "generic"], how="anti")
        .join(elsewhere, on="psn_no", how="anti")
        .join(begin, how="cross")
        .join(known, on="psn_no", how="inner")
        .filter(
            ((pl.col("first_use") - pl.col("data_from")).dt.total_days() >= p["history_days"])
            & (pl.col("n_days") >= p["visit_days_min"])
            & ~pl.col("inpatient")
        )
    )
    return per_visit(
        odd,
        filled(
            "{}门诊使用限二线药品{}{}条，金额{}元；此前{}天以上的就诊记录中没有同类一线药品。",
            "days",
            "items",
            "n_lines",
            "amount",
            pl.lit(p["history_days"]),
        ),
        sure=False,
    )
