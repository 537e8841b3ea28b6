from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule
from models.rules.national._points import limited_lines, one_point, per_visit


@rule(
    title_zh="重复开药",
    title_en="Two drugs of one kind",
    kind=Kind.OVER_TREATMENT,
    certainty="suspected",
    scope="person",
    gz_code="GZ10000301006000",
    legal_basis=("reg.15", "reg.38.2"),
    needs=("fee_list_d",),
    params=("days_min",),
    exceptions=("refund", "self_paid"),
)
def duplicate_drugs(t: Tables, p: Params) -> pl.LazyFrame:
    """Two different oral drugs of one narrow class on one outpatient visit day, of which one would do (two statins, two proton-pump inhibitors …).

    Only classes in which no accepted treatment combines two members are used (``count_max`` 1 in the knowledge table); classes commonly
    combined (antiepileptics, antiplatelets, antibiotics) are not. One day may be the change from one drug to the
    other; ``days_min`` days are a habit. The cheaper drug is at fault, the dearer makes it so.
    """
    oral = pl.col("hilist_code").str.slice(10, 1).is_in(["A", "E", "F", "X"])
    groups = one_point(
        limited_lines(t, "重复开药").filter((pl.col("count_max") == 1) & ~pl.col("inpatient") & oral & pl.col("hilist_code").str.starts_with("X"))
    )
    named = groups.with_columns(generic=pl.col("hilist_code").str.slice(0, 10))
    met = named.with_columns(
        kinds=pl.col("generic").n_unique().over("mdtrt_id", "date", "item_name"),
        main=pl.col("generic").sort_by("fee_fen", descending=True).first().over("mdtrt_id", "date", "item_name"),
    ).filter(pl.col("kinds") > 1)
    # a patient changed from one drug to the other has both once; a habit shows on several days
    met = met.filter(pl.col("date").n_unique().over("psn_no", "fixmedins_code", "item_name") >= p["days_min"])
    others = (
        met.filter(pl.col("generic") == pl.col("main"))
        .group_by("mdtrt_id", "date", "item_name")
        .agg(pl.col("bkkp_sn").alias("related"), pl.col("hilist_name").first().alias("main_name"))
    )
    odd = met.filter(pl.col("generic") != pl.col("main")).join(others, on=["mdtrt_id", "date", "item_name"], how="inner")
    return per_visit(
        odd,
        filled("{}同一次就诊已开{}，又开同类（{}）药品{}{}条，金额{}元。", "days", "main_name", "item_name", "items", "n_lines", "amount"),
        "date",
        "main_name",
        "item_name",
        sure=False,
        related=True,
    )
