from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.exceptions.recognised_alive import recognised_alive
from models.kinds import Kind
from models.rule import rule
from models.rules._register_entries import rests_on_one_entry
from models.wording import span, yuan


def _in_custody(t: Tables, p: Params) -> pl.LazyFrame:
    """Lines inside a registered custody, one row a visit."""
    grace = f"{p['grace_days']}d"
    custody = (
        t.raw("cust_reg_d")
        .select("psn_no", cust_begn=pl.col("begndate").dt.offset_by(grace), cust_end=pl.col("enddate").dt.offset_by(f"-{grace}"))
        .filter(pl.col("cust_end").is_null() | (pl.col("cust_end") >= pl.col("cust_begn")))
    )
    inside = (pl.col("date") >= pl.col("cust_begn")) & (pl.col("cust_end").is_null() | (pl.col("date") <= pl.col("cust_end")))
    lines = (
        t.lines.join(custody, on="psn_no", how="inner")
        .filter(inside & (pl.col("begn_date") >= pl.col("cust_begn")))
        .sort("bkkp_sn", "cust_begn")
        .unique("bkkp_sn", keep="first", maintain_order=True)
    )
    lines = recognised_alive.clear(lines, t, p)
    return lines.group_by("fixmedins_code", "psn_no", "mdtrt_id", "inpatient").agg(
        pl.col("cust_begn").min(),
        pl.col("cust_end").max(),
        bkkp_sns=pl.col("bkkp_sn"),
        occurred_from=pl.col("date").min(),
        occurred_to=pl.col("date").max(),
        amount=pl.col("inscp_fen").sum(),
    )


@rule(
    title_zh="羁押服刑期间结算",
    title_en="Claims while in custody",
    kind=Kind.DEAD_OR_CUSTODY_CLAIMS,
    certainty="definite",
    scope="city",
    gz_code=None,
    legal_basis=("reg.15", "reg.17", "reg.40.1", "reg.41.1"),
    needs=("cust_reg_d", "fee_list_d"),
    params=("grace_days", "match_score_min", "persons_sure_min", "houses_doubt_min"),
    exceptions=("recognised_alive", "refund"),
    extract=_in_custody,
)
def custody_claims(t: Tables, p: Params) -> pl.LazyFrame:
    """Services for a person who was in custody or prison on that day.

    A line counts when it lies more than ``grace_days`` inside the registered custody and its visit began inside it too: a stay that was
    going on when the person was taken, and a visit after release, are lawful. In-patient stays are suspected only, since medical release
    may not have reached the registry, and so are claims that rest on a single entry, which may name the wrong person or a release that was
    not entered (``_register_entries``). Overlapping registrations are one custody.
    """
    return t.extracted.with_columns(doubt=pl.col("inpatient") | rests_on_one_entry(p)).select(
        "fixmedins_code",
        "psn_no",
        "mdtrt_id",
        "bkkp_sns",
        "occurred_from",
        "occurred_to",
        certainty=pl.when("doubt").then(pl.lit("suspected")).otherwise(pl.lit("definite")),
        evidence=filled(
            "参保人{}起在押或服刑，{}仍以其名义{}，上传费用明细{}条，医保范围内金额{}元。{}",
            pl.col("cust_begn").dt.offset_by(f"-{p['grace_days']}d"),
            span(pl.col("occurred_from"), pl.col("occurred_to")),
            pl.when("inpatient").then(pl.lit("住院")).otherwise(pl.lit("门诊就医或购药")),
            pl.col("bkkp_sns").list.len(),
            yuan(pl.col("amount")),
            pl.when("doubt").then(pl.lit("须先核实登记是否有误、是否已释放或保外就医。")).otherwise(pl.lit("")),
        ),
    )
