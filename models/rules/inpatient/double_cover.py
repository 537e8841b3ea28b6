from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule
from models.wording import span, yuan


@rule(
    title_zh="异地参保期间手工报销",
    title_en="Reimbursed here while enrolled elsewhere",
    kind=Kind.POLICY_LIMIT,
    certainty="suspected",
    scope="person",
    gz_code=None,
    legal_basis=("reg.17", "reg.41.2", "impl.41"),
    needs=("out_insu_d", "setl_d", "fee_list_d"),
    params=("overlap_days",),
    exceptions=("refund",),
)
def double_cover(t: Tables, p: Params) -> pl.LazyFrame:
    """Bills reimbursed by hand here to a person who was enrolled elsewhere when the service was given.

    Being enrolled in two places for a while is common (work, study, moving) and no offence; a service settled at once by card cannot be
    settled a second time. A receipt brought in by hand can: such settlements (``setl_type`` 1, or a reason of manual reimbursement) for
    services more than ``overlap_days`` after the other enrolment began are to be checked with the other place. The kind is a limit of
    payment, not impersonation: it is the person himself.
    """
    elsewhere = t.raw("out_insu_d").select("psn_no", out_begn="begndate", out_end="enddate", out_place="insu_admdvs")
    by_hand = t.settlements.filter((pl.col("setl_type") == "1") | pl.col("manl_reim_rea").is_not_null())
    claims = (
        by_hand.select("setl_id", "mdtrt_id", "psn_no", "fixmedins_code", "begndate", "enddate", "fund_fen", "inscp_fen")
        .join(elsewhere, on="psn_no", how="inner")
        .filter(
            (pl.col("begndate") > pl.col("out_begn").dt.offset_by(f"{p['overlap_days']}d"))
            & (pl.col("out_end").is_null() | (pl.col("begndate") <= pl.col("out_end")))
        )
        .sort("setl_id", "out_begn")
        .unique("setl_id", keep="first", maintain_order=True)
    )
    lines = t.lines.filter(pl.col("setl_id").is_not_null()).group_by("setl_id").agg(bkkp_sns=pl.col("bkkp_sn"))
    return claims.join(lines, on="setl_id", how="left").select(
        "fixmedins_code",
        "psn_no",
        "mdtrt_id",
        "setl_id",
        "bkkp_sns",
        amount_fen=pl.col("inscp_fen"),
        loss_fen=pl.col("fund_fen"),
        occurred_from="begndate",
        occurred_to="enddate",
        evidence=filled(
            "参保人自{}起在外地（{}）参保，{}的费用仍在本市手工报销，基金支付{}元，需与参保地核对是否重复享受待遇。",
            "out_begn",
            "out_place",
            span(pl.col("begndate"), pl.col("enddate")),
            yuan(pl.col("fund_fen")),
        ),
    )
