from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule
from models.wording import count, yuan

#: the ceiling's type when it holds for every level of institution
ALL_LEVELS = "9"


@rule(
    title_zh="超医保限价收费",
    title_en="Price over the ceiling",
    kind=Kind.OVERPRICING,
    certainty="definite",
    scope="person",
    gz_code="GZ10000102001000",
    legal_basis=("reg.15", "reg.38.3"),
    needs=("fee_list_d",),
    params=("tolerance_share", "tolerance_fen", "tiers_of_type"),
    exceptions=("refund",),
)
def price_over_ceiling(t: Tables, p: Params) -> pl.LazyFrame:
    """A price above the ceiling in force that day for the institution's level, with the excess claimed from the fund.

    The ceiling is the higher of the price list's (``hilist_lmtpric_d``, by level and date; ``tiers_of_type`` says which type
    binds which tier) and the one the line itself carries (``pric_uplmt_amt``): an institution may rely on either. Where the
    excess was cut from the amount within scope, the patient bore it — lawful at private houses and pharmacies, and no loss of
    the fund. How much of a line is within scope is known from lines of the same item and class at lawful prices. The loss is
    the fund's share of the excess, nothing in case-paid stays. One finding a visit.
    """
    priced = t.lines.filter((pl.col("pric") > 0) & pl.col("inscp_fen").is_not_null())
    over = pl.col("pric") > pl.col("ceiling") * (1 + p["tolerance_share"])
    # few items are ever over; of these alone the lawful prices are looked at as well
    suspects = _with_ceiling(priced, t, p, dear_only=True)
    items = suspects.filter(over).select("hilist_code").unique()
    lines = t.computed(_with_ceiling(priced.join(items, on="hilist_code", how="semi"), t, p).filter(pl.col("ceiling").is_not_null()))
    usual = (
        lines.filter(~over & (pl.col("fee_fen") > 0))
        .group_by("hilist_code", "chrgitm_lv", "insutype")
        # shares of cover are whole per cents; what single lines add by rounding to the fen differs with the bucket
        .agg((pl.col("inscp_fen") / pl.col("fee_fen")).median().round(2).alias("scope_share"))
    )
    keys = ["hilist_code", "chrgitm_lv", "insutype"]
    claimed = (
        lines.filter(over)
        .join(usual, on=keys, how="left", nulls_equal=True)
        .with_columns(lawful_fen=(pl.col("ceiling") * pl.col("cnt") * 100 * pl.col("scope_share").fill_null(1.0)).round().cast(pl.Int64))
        .with_columns(excess=pl.col("inscp_fen") - pl.col("lawful_fen"))
        .filter(pl.col("excess") > p["tolerance_fen"])
    )
    return (
        claimed.group_by("fixmedins_code", "psn_no", "mdtrt_id")
        .agg(
            pl.col("setl_id").first(),
            pl.col("bkkp_sn").alias("bkkp_sns"),
            pl.col("date").min().alias("occurred_from"),
            pl.col("date").max().alias("occurred_to"),
            pl.len().alias("n"),
            pl.col("excess").sum(),
            pl.when("case_paid").then(0).otherwise((pl.col("excess") * pl.col("fund_share")).round()).sum().cast(pl.Int64).alias("loss_fen"),
            pl.col("hilist_name").sort_by("excess", "bkkp_sn").last().alias("item"),
            pl.col("pric").sort_by("excess", "bkkp_sn").last(),
            pl.col("ceiling").sort_by("excess", "bkkp_sn").last(),
        )
        .select(
            "fixmedins_code",
            "psn_no",
            "mdtrt_id",
            "setl_id",
            "bkkp_sns",
            "occurred_from",
            "occurred_to",
            "loss_fen",
            evidence=filled(
                "{}等{}条明细单价超过当日限价，如“{}”收{}元、限价{}元；超出部分计入医保范围{}元。",
                "item",
                "n",
                "item",
                count(pl.col("pric")),
                count(pl.col("ceiling")),
                yuan(pl.col("excess")),
            ),
        )
    )


def _with_ceiling(lines: pl.LazyFrame, t: Tables, p: Params, *, dear_only: bool = False) -> pl.LazyFrame:
    """The lines with the ``ceiling`` that binds them; ``dear_only``: without those that keep the lowest their item ever had, cheaply told."""
    carried = pl.col("pric_uplmt_amt").replace(0.0, None)
    if not t.has("hilist_lmtpric_d"):
        return lines.with_columns(ceiling=carried)
    listed = _listed(t, p)
    tiered = t.institutions.select("fixmedins_code", "tier")
    if dear_only:
        lowest = listed.group_by("hilist_code", "tier").agg(pl.col("listed").min())
        anywhere = lowest.group_by("hilist_code").agg(pl.col("listed").min()).collect(engine=t.engine)
        floor = pl.col("hilist_code").replace_strict(anywhere["hilist_code"], anywhere["listed"], default=None, return_dtype=pl.Float64)
        lines = lines.filter(pl.col("pric") > pl.min_horizontal(t.of_item(floor), carried))
        lines = lines.select("bkkp_sn", "hilist_code", "fixmedins_code", "date", "pric", "pric_uplmt_amt")
        held = lines.join(tiered, on="fixmedins_code", how="left").join(lowest, on=["hilist_code", "tier"], how="left")
        lines = t.computed(held.filter(pl.col("pric") > pl.min_horizontal("listed", carried)).drop("listed", "tier"))
    priced = (
        lines.select("bkkp_sn", "hilist_code", "fixmedins_code", "date")
        .join(tiered, on="fixmedins_code", how="inner")
        .join(listed, on=["hilist_code", "tier"], how="inner")
        .filter((pl.col("date") >= pl.col("begins")) & (pl.col("ends").is_null() | (pl.col("date") < pl.col("ends"))))
        .select("bkkp_sn", "listed")
    )
    return lines.join(priced, on="bkkp_sn", how="left").with_columns(ceiling=pl.max_horizontal(pl.col("listed"), carried))


def _listed(t: Tables, p: Params) -> pl.LazyFrame:
    """The price list by item and tier as periods that do not overlap: ``hilist_code tier begins ends`` (the day after, or null) ``listed``."""
    tiers: dict[str, str] = p["tiers_of_type"]
    every = "0123"
    binding = pl.DataFrame(
        [(kind, tier) for kind, names in tiers.items() for tier in (every if names == "all" else names)],
        schema={"hilist_lmtpric_type": pl.String, "tier": pl.String},
        orient="row",
    ).lazy()
    rows = (
        t.raw("hilist_lmtpric_d")
        .join(binding, on="hilist_lmtpric_type", how="inner")
        .select(
            "hilist_code",
            "tier",
            pl.col("begndate").fill_null(pl.date(1900, 1, 1)),
            after=pl.col("enddate").dt.offset_by("1d"),
            listed=pl.col("hilist_pric_uplmt_amt").cast(pl.Float64),
        )
        .filter(pl.col("listed") > 0)
    )
    key = ["hilist_code", "tier"]
    turns = pl.concat([rows.select(*key, begins="begndate"), rows.select(*key, begins="after").drop_nulls()]).unique().sort(*key, "begins")
    return t.computed(
        turns.with_columns(ends=pl.col("begins").shift(-1).over(key))
        .join(rows, on=key, how="inner")
        .filter((pl.col("begndate") <= pl.col("begins")) & (pl.col("after").is_null() | (pl.col("begins") < pl.col("after"))))
        # on the day of a new price notice both prices stand: the higher one binds
        .group_by(*key, "begins", "ends")
        .agg(pl.col("listed").max())
    )
