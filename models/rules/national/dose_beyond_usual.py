from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule
from models.wording import span, yuan


def _extract(t: Tables, p: Params) -> pl.LazyFrame:
    """One row a product with its usual daily quantity, and the lines far beyond it."""
    drugs = t.lines.filter(
        t.of_item(pl.col("hilist_code").str.contains("^[XZ]")) & ~pl.col("inpatient") & (pl.col("prd_days") >= 1) & (pl.col("inscp_fen") > 0)
    ).with_columns(
        # packs cannot be split: a day's quantity is too much only if one pack less would still be
        daily=pl.col("cnt") / pl.col("prd_days"),
        spare=(pl.col("cnt") - 1) / pl.col("prd_days"),
    )
    told = drugs.with_columns(n=pl.len().over("hilist_code"), usual=pl.col("daily").median().over("hilist_code"))
    columns = ["hilist_code", "hilist_name", "n", "usual", "bkkp_sn", "psn_no", "mdtrt_id", "fixmedins_code", "date", "daily", "spare", "inscp_fen"]
    far = told.filter(pl.col("spare") > pl.col("usual") * p["dose_factor"] / 2).select(columns)
    rows = (
        told.unique("hilist_code", keep="any")
        .with_columns(bkkp_sn=pl.lit(None, pl.String), daily=pl.lit(None, pl.Float64), spare=pl.lit(None, pl.Float64))
        .select(columns)
    )
    return pl.concat([rows, far])


@rule(
    title_zh="超说明书用量开药",
    title_en="Quantity beyond any usual dose",
    kind=Kind.OVER_TREATMENT,
    certainty="suspected",
    scope="city",
    gz_code="GZ10000301005000",
    legal_basis=("reg.15", "reg.38.2"),
    needs=("fee_list_d",),
    params=("dose_factor", "lines_min"),
    exceptions=("refund", "self_paid"),
    extract=_extract,
)
def dose_beyond_usual(t: Tables, p: Params) -> pl.LazyFrame:
    """An outpatient or pharmacy line whose quantity a day (packs over days of supply) is many times what the same product is usually given,
    even with one pack less, since packs are not split.

    The label's dose is not in the claims; the city's own median of the same product stands for it, over at least ``lines_min`` lines.
    """
    drawn = t.extracted
    usual = drawn.group_by("hilist_code").agg(n=pl.col("n").unique().sum(), usual=(pl.col("usual") * pl.col("n")).sum() / pl.col("n").sum())
    odd = (
        drawn.filter(pl.col("bkkp_sn").is_not_null())
        .join(usual, on="hilist_code", suffix="_city")
        .filter((pl.col("n_city") >= p["lines_min"]) & (pl.col("spare") > pl.col("usual_city") * p["dose_factor"]))
    )
    return (
        odd.group_by("fixmedins_code", "psn_no", "mdtrt_id")
        .agg(
            pl.col("bkkp_sn").unique().sort().alias("bkkp_sns"),
            pl.col("date").min().alias("occurred_from"),
            pl.col("date").max().alias("occurred_to"),
            pl.col("hilist_name").first().alias("name"),
            pl.col("daily").max().alias("most"),
            pl.col("usual_city").first().alias("usual"),
            pl.col("inscp_fen").sum().alias("fen"),
        )
        .select(
            "fixmedins_code",
            "psn_no",
            "mdtrt_id",
            "bkkp_sns",
            "occurred_from",
            "occurred_to",
            evidence=filled(
                "{}开具{}每日{}个计价单位，全市同一药品每日中位用量{}，超过{}倍，金额{}元。",
                span(pl.col("occurred_from"), pl.col("occurred_to")),
                "name",
                pl.col("most").round(2),
                pl.col("usual").round(2),
                pl.lit(p["dose_factor"]),
                yuan(pl.col("fen")),
            ),
        )
    )
