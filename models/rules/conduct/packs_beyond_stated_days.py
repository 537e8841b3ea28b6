from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule
from models.rules.conduct._peers import habitual
from models.wording import count, yuan


def _packs(t: Tables, p: Params) -> pl.LazyFrame:
    """Outpatient and pharmacy lines of ``packs_min`` packs and more, one row a product with its lines and usual packs a day, and each
    house's visits with such drugs (``visits``)."""
    drugs = t.lines.filter(
        t.of_item(pl.col("hilist_code").str.contains("^[XZ]"))
        & ~pl.col("inpatient")
        & (pl.col("prd_days") >= 1)
        & (pl.col("cnt") >= 1)
        & (pl.col("inscp_fen") > 0)
    ).with_columns(daily=pl.col("cnt") / pl.col("prd_days"))
    usual = drugs.group_by("hilist_code").agg(n=pl.len(), usual=pl.col("daily").median())
    sizes = drugs.group_by("fixmedins_code").agg(pl.col("mdtrt_id").n_unique().alias("sales"))
    many = drugs.filter(pl.col("cnt") >= pl.min_horizontal(pl.lit(p["packs_min"]), pl.lit(p["packs_habit_min"]))).select(
        "hilist_code", "hilist_name", "bkkp_sn", "psn_no", "mdtrt_id", "setl_id", "fixmedins_code", "date", "cnt", "prd_days", "inscp_fen"
    )
    return pl.concat([many, usual, sizes], how="diagonal")


@rule(
    title_zh="开药数量远超所记天数",
    title_en="Packs beyond the stated days",
    kind=Kind.DRUG_HOARDING,
    certainty="suspected",
    scope="city",
    gz_code="GZ10000204003000",
    legal_basis=("reg.15", "reg.38.2", "reg.38.5", "reg.41.3"),
    needs=("fee_list_d",),
    params=(
        "packs_min",
        "lines_min",
        "times_usual_min",
        "surplus_days_min",
        "visits_min",
        "packs_habit_min",
        "times_usual_habit_min",
        "surplus_days_habit_min",
        "visits_habit_min",
        "times_city_min",
        "usual_floor",
        "chance_max",
        "trim_share",
    ),
    exceptions=("refund",),
    extract=_packs,
    version="2",
)
def packs_beyond_stated_days(t: Tables, p: Params) -> pl.LazyFrame:
    """Drugs by the dozen under a harmless number of days: the limit on days of supply is kept on paper only.

    How many packs of a product make a day is the city's own median over at least ``lines_min`` lines. A line counts when it has
    ``packs_min`` packs or more, ``times_usual_min`` times what its stated days need, and ``surplus_days_min`` days' supply too much. One
    such line is a slip or a strong dose; a house answers from ``visits_min`` visits on. Less is enough where it is the house's habit: lines
    of ``packs_habit_min`` packs, ``times_usual_habit_min`` times the need and ``surplus_days_habit_min`` days too much, at ``visits_habit_min``
    visits, ``times_city_min`` times the share at the other houses (the highest ``trim_share`` left out, at least ``usual_floor``) and more
    than chance allows (``chance_max``): strong doses are taken everywhere alike. At fault are these lines. One finding a visit.
    """
    usual = (
        t.extracted.filter(pl.col("usual").is_not_null())
        .group_by("hilist_code")
        .agg((pl.col("usual") * pl.col("n")).sum() / pl.col("n").sum(), pl.col("n").sum())
        .filter(pl.col("n") >= p["lines_min"])
    )
    flagrant = (
        (pl.col("cnt") >= p["packs_min"])
        & (pl.col("lasts") >= pl.col("prd_days") * p["times_usual_min"])
        & (pl.col("lasts") - pl.col("prd_days") >= p["surplus_days_min"])
    )
    ample = (
        (pl.col("cnt") >= p["packs_habit_min"])
        & (pl.col("lasts") >= pl.col("prd_days") * p["times_usual_habit_min"])
        & (pl.col("lasts") - pl.col("prd_days") >= p["surplus_days_habit_min"])
    )
    lines = (
        t.extracted.filter(pl.col("bkkp_sn").is_not_null())
        .drop("usual", "n", "sales")
        .join(usual, on="hilist_code")
        .with_columns(lasts=pl.col("cnt") / pl.col("usual"))
        .with_columns(flagrant=flagrant, ample=ample)
        .filter(pl.col("flagrant") | pl.col("ample"))
        .with_columns(flagrant=pl.col("flagrant") & (pl.col("mdtrt_id").filter("flagrant").n_unique().over("fixmedins_code") >= p["visits_min"]))
    )
    sold = (
        t.extracted.filter(pl.col("sales").is_not_null())
        .group_by("fixmedins_code")
        .agg(pl.col("sales").sum())
        .join(lines.filter("ample").group_by("fixmedins_code").agg(ample_visits=pl.col("mdtrt_id").n_unique()), on="fixmedins_code", how="left")
        .with_columns(pl.col("ample_visits").fill_null(0))
    )
    habit = habitual(sold, "ample_visits", "sales", p, least="visits_habit_min").select("fixmedins_code", habit=pl.lit(value=True))
    return (
        lines.join(habit, on="fixmedins_code", how="left")
        .filter(pl.col("flagrant") | (pl.col("ample") & pl.col("habit").fill_null(value=False)))
        .with_columns(visits=pl.col("mdtrt_id").n_unique().over("fixmedins_code"), persons=pl.col("psn_no").n_unique().over("fixmedins_code"))
        .sort("bkkp_sn")
        .group_by("fixmedins_code", "psn_no", "mdtrt_id", "setl_id", "visits", "persons")
        .agg(
            pl.col("bkkp_sn").alias("bkkp_sns"),
            pl.col("date").min().alias("occurred_from"),
            pl.col("date").max().alias("occurred_to"),
            pl.col("hilist_name").first(),
            pl.col("cnt").first(),
            pl.col("prd_days").first(),
            pl.col("lasts").first().round(),
            pl.col("inscp_fen").sum().alias("worth"),
        )
        .select(
            "fixmedins_code",
            "psn_no",
            "mdtrt_id",
            "setl_id",
            "bkkp_sns",
            "occurred_from",
            "occurred_to",
            strength=(0.4 + 0.02 * pl.col("visits")).clip(upper_bound=0.9),
            evidence=filled(
                "{}一次开出{}{}盒（瓶、支），记为{}天用量，按全市同一药品通常用量可用{}天，医保范围内金额{}元。本机构{}名参保人{}人次如此。",
                "occurred_from",
                "hilist_name",
                count(pl.col("cnt")),
                count(pl.col("prd_days")),
                count(pl.col("lasts")),
                yuan(pl.col("worth")),
                "persons",
                "visits",
            ),
        )
    )
