from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule
from models.wording import yuan

#: setl_type of a settlement made by hand from paper receipts
BY_HAND = "1"


def _by_hand(t: Tables, p: Params) -> pl.LazyFrame:
    """Standing settlements made by hand in this bucket, with their lines."""
    del p
    by_hand = t.settlements.filter(pl.col("setl_type") == BY_HAND)
    lines = t.lines.join(by_hand, on="setl_id", how="semi").group_by("setl_id").agg(pl.col("bkkp_sn").sort())
    return by_hand.join(lines, on="setl_id", how="left").select(
        "setl_id",
        "mdtrt_id",
        "psn_no",
        "fixmedins_code",
        "begndate",
        "enddate",
        pl.col("setl_time").dt.date().alias("day"),
        "inscp_fen",
        "fund_fen",
        pl.col("invono").str.strip_chars().str.to_uppercase(),
        "bkkp_sn",
    )


@rule(
    title_zh="手工报销票据重复或可疑",
    title_en="False receipts in manual reimbursement",
    kind=Kind.PHANTOM_SERVICE,
    certainty="suspected",
    scope="city",
    gz_code=None,
    legal_basis=("reg.15", "reg.40.1", "reg.41.2", "reg.41.last"),
    needs=("setl_d",),
    params=("invoice_length_min", "claims_a_year_max", "claim_fen_min"),
    exceptions=("refund",),
    extract=_by_hand,
)
def false_receipts(t: Tables, p: Params) -> pl.LazyFrame:
    """Paper receipts reimbursed twice, or a person who comes with paper receipts again and again.

    (1) One invoice number of one institution stands in two settlements made by hand, of one person or several: every later one is
    at fault, definitely when the amounts agree too. Numbers shorter than ``invoice_length_min`` are serials of the counter and
    prove nothing, nor do the parts of one stay. (2) A person with more than ``claims_a_year_max`` claims by hand of at least
    ``claim_fen_min`` each within a year, where others bring one or two, is suspected. One finding a settlement, or a person
    and institution.
    """
    claims = t.extracted
    again = (
        claims.filter(pl.col("invono").str.len_chars() >= p["invoice_length_min"])
        .sort("invono", "fixmedins_code", "day", "setl_id")
        .with_columns(
            earlier=pl.col("setl_id").shift(1).over("invono", "fixmedins_code"),
            earlier_visit=pl.col("mdtrt_id").shift(1).over("invono", "fixmedins_code"),
            earlier_day=pl.col("day").shift(1).over("invono", "fixmedins_code"),
            earlier_sum=pl.col("inscp_fen").shift(1).over("invono", "fixmedins_code"),
        )
        .filter(pl.col("earlier").is_not_null() & (pl.col("mdtrt_id") != pl.col("earlier_visit")))
        .select(
            "fixmedins_code",
            "psn_no",
            "mdtrt_id",
            "setl_id",
            pl.col("bkkp_sn").alias("bkkp_sns"),
            pl.col("day").alias("occurred_from"),
            pl.col("day").alias("occurred_to"),
            pl.col("inscp_fen").alias("amount_fen"),
            pl.col("fund_fen").alias("loss_fen"),
            certainty=pl.when(pl.col("inscp_fen") == pl.col("earlier_sum")).then(pl.lit("definite")).otherwise(pl.lit("suspected")),
            evidence=filled(
                "手工报销票据号{}已于{}报销（结算{}），{}再次报销，医保范围内金额{}元。",
                "invono",
                "earlier_day",
                "earlier",
                "day",
                yuan(pl.col("inscp_fen")),
            ),
        )
    )
    often = (
        claims.filter(pl.col("inscp_fen") >= p["claim_fen_min"])
        .with_columns(year=pl.col("day").dt.year())
        .with_columns(n=pl.col("mdtrt_id").n_unique().over("psn_no", "year"))
        .filter(pl.col("n") > p["claims_a_year_max"])
        .group_by("psn_no", "fixmedins_code", "year", "n")
        .agg(
            pl.col("bkkp_sn").list.explode(keep_nulls=False, empty_as_null=False).alias("bkkp_sns"),
            pl.col("day").min().alias("occurred_from"),
            pl.col("day").max().alias("occurred_to"),
            pl.col("inscp_fen").sum().alias("amount_fen"),
            pl.col("fund_fen").sum().alias("loss_fen"),
        )
        .select(
            "fixmedins_code",
            "psn_no",
            "bkkp_sns",
            "occurred_from",
            "occurred_to",
            "amount_fen",
            "loss_fen",
            certainty=pl.lit("suspected"),
            evidence=filled(
                "该参保人{}年以手工票据报销{}次，其中本机构票据医保范围内金额{}元；应向出票机构核验票据真伪。",
                "year",
                "n",
                yuan(pl.col("amount_fen")),
            ),
        )
    )
    return pl.concat([again, often], how="diagonal")
