"""One row a stay with what its fees are made of; shared by rules that compare stays."""

from __future__ import annotations

import polars as pl

from features.shared.once import once
from features.tables import Tables
from models.rules.inpatient._stays import dated_stays, stay_lines

#: a single one costs more than a stay's other tests together
GENE_TEST = "基因"
ROLES = ("hotel", "drug", "exam", "lab", "operation", "therapy", "material")


@once
def stay_profiles(t: Tables) -> pl.LazyFrame:
    """Discharged and running stays with ``fee_total`` and ``<role>_fen`` per role, ``gene_fen`` (of the tests), ``therapy_items``,
    ``drug_items`` (take-home apart)."""
    fee, role = pl.col("fee_fen"), pl.col("role")
    inside = ~pl.col("take_home")
    sums = (
        stay_lines(t)
        .with_columns(gene_test=t.of_item(pl.col("hilist_name").str.contains(GENE_TEST)))
        .group_by("mdtrt_id")
        .agg(
            *(fee.filter((role == name) & inside).sum().alias(f"{name}_fen") for name in ROLES),
            fee.sum().alias("fee_total"),
            fee.filter(pl.col("gene_test") & inside).sum().alias("gene_fen"),
            pl.col("item").filter((role == "therapy") & inside).n_unique().alias("therapy_items"),
            pl.col("item").filter((role == "drug") & inside).n_unique().alias("drug_items"),
            pl.col("date").filter(role.is_in(["drug", "therapy", "operation"]) & inside).n_unique().alias("treated_days"),
        )
    )
    wanted = [
        "mdtrt_id",
        "psn_no",
        "fixmedins_code",
        "med_type",
        "begn_date",
        "last_day",
        "los",
        "main_dx",
        "dscg_maindiag_name",
        "dscg_way",
        "adm_way_code",
        "adm_dept_name",
        "hi_paymtd",
        "age",
        "gend",
        "emp_name",
        "fund_fen",
        "drg_fund_fen",
        "settled",
        "case_paid",
    ]
    return dated_stays(t).select(wanted).join(sums, on="mdtrt_id", how="inner")
