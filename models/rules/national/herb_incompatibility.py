from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule
from models.rules.national._points import limited_lines, per_visit


@rule(
    title_zh="中药饮片配伍禁忌",
    title_en="Incompatible herbal pieces",
    kind=Kind.OVER_TREATMENT,
    certainty="suspected",
    scope="person",
    gz_code="GZ10000301012000",
    legal_basis=("reg.15", "reg.38.2"),
    needs=("fee_list_d",),
    exceptions=("refund", "self_paid"),
)
def herb_incompatibility(t: Tables, p: Params) -> pl.LazyFrame:
    """Two herbal pieces of one day's prescription that the pharmacopoeia forbids together (the eighteen and nineteen incompatibilities).

    The scanned list of 552 pairs is broken inside the names, so its groups were set by hand and pieces are matched by words of their names.
    A physician may sign for such a pair twice; the hospital is heard.
    """
    first = limited_lines(t, "中药饮片配伍禁忌").filter((pl.col("list_type") == "102") & ~pl.col("hilist_name").str.contains("叶|苗"))
    partners = first.select("mdtrt_id", "date", "point_id", "item_name", "partner", "by_stem", first_sn="bkkp_sn", first_name="hilist_name").explode(
        "partner"
    )
    second = t.lines.filter(pl.col("list_type") == "102")
    met = (
        second.join(partners, on=["mdtrt_id", "date"], how="inner")
        .filter(pl.col("hilist_name").str.contains(pl.col("partner"), literal=True) & (pl.col("bkkp_sn") != pl.col("first_sn")))
        .group_by("bkkp_sn", "point_id")
        .agg(pl.all().exclude("first_sn", "partner").first(), pl.col("first_sn").unique().alias("related"))
    )
    return per_visit(
        met,
        filled("{}同时使用{}与{}，属配伍禁忌（{}），{}条，金额{}元。", "days", "first_name", "items", "item_name", "n_lines", "amount"),
        "first_name",
        "item_name",
        sure=False,
        safety=True,
        related=True,
    )
