from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule
from models.rules.national._points import limited_lines
from models.wording import percent, yuan


@rule(
    title_zh="手术项目未按规定折价收费",
    title_en="Second operation at full price",
    kind=Kind.OVERPRICING,
    certainty="suspected",
    scope="person",
    gz_code="GZ10000102002000",
    legal_basis=("reg.15", "reg.38.3"),
    needs=("fee_list_d",),
    params=("own_lines_min", "full_price_share", "second_share"),
    exceptions=("refund", "self_paid"),
    version="2",
)
def operation_discount(t: Tables, p: Params) -> pl.LazyFrame:
    """A second operation of the same official group on the same day billed at the institution's own full price.

    Operations of one group go through one incision, and the second is paid at a share (``second_share``). The full price is what the same
    institution charges for the operation when it stands alone; where it hardly ever does (``own_lines_min``), the price list's
    ceiling (the lowest tier's at least, and that which the line names).
    Suspected: two incisions are lawful and stand in the operation record. The amount is the part that the discount would have saved.
    """
    # an operation of several groups (adhesions are freed in every part of the belly) meets the others of each
    lines = limited_lines(t, "手术项目未按规定折价收费").select(
        "bkkp_sn",
        "mdtrt_id",
        "setl_id",
        "psn_no",
        "fixmedins_code",
        "hilist_code",
        "hilist_name",
        "date",
        "pric",
        "cnt",
        "inscp_fen",
        "fund_fen",
        "case_paid",
        "unit",
        "pric_uplmt_amt",
    )
    keys = ["mdtrt_id", "date", "unit"]
    lines = t.computed(
        lines.sort("bkkp_sn", "unit")
        .unique(["bkkp_sn", "unit"], keep="first", maintain_order=True)
        .with_columns(n_items=pl.col("hilist_code").n_unique().over(keys))
    )
    single = lines.filter(pl.col("n_items").max().over("bkkp_sn") == 1).unique("bkkp_sn", keep="first", maintain_order=True)
    usual = single.group_by("fixmedins_code", "hilist_code").agg(pl.col("pric").median().alias("own_price"), pl.len().alias("own_n"))
    ranked = (
        lines.filter(pl.col("n_items") > 1)
        .sort("pric", "bkkp_sn", descending=[True, False])
        .with_columns(
            order=pl.int_range(1, pl.len() + 1).over(keys),
            main=pl.col("bkkp_sn").first().over(keys),
            main_name=pl.col("hilist_name").first().over(keys),
        )
    )
    second = (
        ranked.filter((pl.col("order") > 1) & (pl.col("hilist_name") != pl.col("main_name")))
        .sort("bkkp_sn", "unit")
        .unique("bkkp_sn", keep="first", maintain_order=True)
        .join(usual, on=["fixmedins_code", "hilist_code"], how="left")
    )
    shown = pl.col("own_n").fill_null(0) >= p["own_lines_min"]
    # no house's full price lies below that of the lowest tier; a ceiling that only repeats the price charged would prove nothing
    ceiling = pl.max_horizontal("lowest", pl.when(pl.col("lowest") > 0).then(pl.col("pric_uplmt_amt").cast(pl.Float64)))
    second = second.join(_lowest_ceilings(t), on="hilist_code", how="left").with_columns(whole=pl.when(shown).then("own_price").otherwise(ceiling))
    full = second.filter(pl.col("pric") >= pl.col("whole").cast(pl.Float64) * p["full_price_share"])
    over = (pl.col("inscp_fen") * (1 - p["second_share"])).round().cast(pl.Int64)
    return full.select(
        "fixmedins_code",
        "psn_no",
        "mdtrt_id",
        "setl_id",
        bkkp_sns=pl.concat_list("bkkp_sn"),
        related_bkkp_sns=pl.concat_list("main"),
        occurred_from="date",
        occurred_to="date",
        amount_fen=over,
        loss_fen=pl.when("case_paid").then(0).otherwise((pl.col("fund_fen") * (1 - p["second_share"])).round().cast(pl.Int64)),
        evidence=filled(
            "{}同日同一手术组（{}）内，{}之外的第二手术{}按全价{}元收取，未折价；按折价{}计多收{}元。",
            "date",
            "unit",
            "main_name",
            "hilist_name",
            "pric",
            percent(pl.lit(p["second_share"])),
            yuan(over),
        ),
    )


def _lowest_ceilings(t: Tables) -> pl.LazyFrame:
    """hilist_code, lowest: the lowest ceiling the price list ever had for an item, over all tiers; none without a list."""
    if not t.has("hilist_lmtpric_d"):
        return pl.LazyFrame(schema={"hilist_code": pl.String, "lowest": pl.Float64})
    price = pl.col("hilist_pric_uplmt_amt").cast(pl.Float64)
    return t.raw("hilist_lmtpric_d").filter(price > 0).group_by("hilist_code").agg(lowest=price.min())
