from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule
from models.rules.national._points import limited_lines, per_visit


@rule(
    title_zh="医疗服务项目分解收费",
    title_en="Panel billed with its own parts",
    kind=Kind.SPLIT_BILLING,
    certainty="suspected",
    scope="person",
    gz_code="GZ10000102013000",
    legal_basis=("reg.15", "reg.38.3"),
    needs=("fee_list_d",),
    params=("same_sample_minutes",),
    exceptions=("refund", "self_paid"),
)
def panel_and_parts(t: Tables, p: Params) -> pl.LazyFrame:
    """A laboratory panel billed together with two or more of the single tests it consists of, from the same sample.

    Same visit, same day and at most ``same_sample_minutes`` apart: a single test repeated later in the day is a check of the course and lawful.
    """
    panels = limited_lines(t, "医疗服务项目分解收费").select(
        "mdtrt_id", "date", "time", "point_id", "partner", "count_max", panel_sn="bkkp_sn", panel="hilist_name"
    )
    parts = panels.explode("partner")
    # which items are parts is settled on the few names, not on every line
    named = t.items.filter(pl.col("med_chrgitm_type") == "04").select("hilist_name").unique().join(parts.select("partner").unique(), how="cross")
    named = named.filter(pl.col("hilist_name").str.contains(pl.col("partner"), literal=True))
    labs = t.lines.filter((pl.col("med_chrgitm_type") == "04") & (pl.col("inscp_fen") > 0)).join(named, on="hilist_name", how="inner")
    met = (
        labs.join(parts, on=["mdtrt_id", "date", "partner"], how="inner")
        .filter(pl.col("hilist_name") != pl.col("panel"))
        .filter((pl.col("time") - pl.col("time_right")).dt.total_minutes().abs() <= p["same_sample_minutes"])
        .sort("bkkp_sn", "panel_sn")
        .unique("bkkp_sn", keep="first", maintain_order=True)
        .with_columns(
            n_parts=pl.col("hilist_code").n_unique().over("mdtrt_id", "date", "point_id"),
            related=pl.concat_list("panel_sn"),
            by_stem=pl.lit(value=False),
        )
    )
    odd = met.filter(pl.col("n_parts") >= pl.col("count_max"))
    return per_visit(
        odd,
        filled("{}已收取{}，同一时段又分项收取其中的{}{}条，金额{}元。", "days", "panel", "items", "n_lines", "amount"),
        "date",
        "panel",
        sure=False,
        related=True,
    )
