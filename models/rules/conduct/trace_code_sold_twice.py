from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.exceptions.split_pack import split_pack
from models.kinds import Kind
from models.rule import rule
from models.rules.conduct._trace import SALE, rows_of_repeated_codes
from models.wording import yuan


def _standing_sales(t: Tables, p: Params) -> pl.LazyFrame:
    """The sales of repeatedly sold codes whose fee lines stand (refunded and void ones are gone), with their persons."""
    sales = rows_of_repeated_codes(t).filter(pl.col("sel_retn_type") == SALE)
    sold = split_pack.clear(t.lines.join(sales, on="bkkp_sn", how="semi"), t, p)
    lines = sold.select("bkkp_sn", "psn_no", "mdtrt_id", "setl_id", "inpatient", "inscp_fen", "hilist_name", "time")
    return sales.join(lines, on="bkkp_sn", how="inner").select(
        "drug_trac_codg",
        "fixmedins_code",
        pl.coalesce("sel_retn_time", "time").alias("sold"),
        "bkkp_sn",
        "psn_no",
        "mdtrt_id",
        "setl_id",
        "inpatient",
        "inscp_fen",
        "hilist_name",
    )


@rule(
    title_zh="药品追溯码重复结算",
    title_en="Trace code sold twice",
    kind=Kind.TRACE_CODE_REUSE,
    certainty="suspected",
    scope="city",
    gz_code=None,
    legal_basis=("reg.15", "reg.40.1", "reg.40.3"),
    needs=("drug_trac_d", "fee_list_d"),
    params=("codes_min", "codes_definite", "same_person_days", "part_price_share"),
    exceptions=("split_pack", "refund"),
    extract=_standing_sales,
)
def trace_code_sold_twice(t: Tables, p: Params) -> pl.LazyFrame:
    """One box settled more than once: the same trace code sold again although it was never brought back.

    A code is one box. At fault is every sale after the first whose predecessor stands: refunded, re-billed and returned sales
    are gone before. Cleared are repeats within one settlement, a re-posting for the same person at the same place within
    ``same_person_days`` days, and packs opened on a ward (in-patient unit doses, or a part of the usual price). A mistyped code
    is human, and a victim's code may have been used up by another: an institution answers from ``codes_min`` codes on, and
    the findings are definite from ``codes_definite``. One finding a visit.
    """
    order = ["drug_trac_codg"]
    sales = t.extracted.sort("drug_trac_codg", "sold", "bkkp_sn").unique(["drug_trac_codg", "setl_id", "bkkp_sn"], keep="first", maintain_order=True)
    before = {name: pl.col(name).shift(1).over(order) for name in ("fixmedins_code", "psn_no", "setl_id", "sold", "bkkp_sn", "inpatient")}
    again = sales.with_columns(
        last_at=before["fixmedins_code"],
        last_sold=before["sold"],
        last_line=before["bkkp_sn"],
        reposted=(pl.col("psn_no") == before["psn_no"])
        & (pl.col("fixmedins_code") == before["fixmedins_code"])
        & ((pl.col("sold") - before["sold"]).dt.total_days() <= p["same_person_days"]),
        same_settlement=pl.col("setl_id") == before["setl_id"],
        on_the_ward=pl.col("inpatient") & (pl.col("fixmedins_code") == before["fixmedins_code"]),
    ).filter(
        pl.col("last_line").is_not_null()
        & ~pl.col("reposted").fill_null(value=False)
        & ~pl.col("same_settlement").fill_null(value=False)
        & ~pl.col("on_the_ward").fill_null(value=False)
    )
    habit = again.group_by("fixmedins_code").agg(pl.col("drug_trac_codg").n_unique().alias("codes")).filter(pl.col("codes") >= p["codes_min"])
    names = t.institutions.select(last_at="fixmedins_code", sold_by="fixmedins_name")
    own = pl.col("last_at") == pl.col("fixmedins_code")
    return (
        again.join(habit, on="fixmedins_code", how="inner")
        .group_by("fixmedins_code", "psn_no", "mdtrt_id", "codes")
        .agg(
            pl.col("setl_id").first(),
            pl.col("bkkp_sn").unique().alias("bkkp_sns"),
            pl.col("last_line").unique().alias("related_bkkp_sns"),
            pl.col("sold").min().dt.date().alias("occurred_from"),
            pl.col("sold").max().dt.date().alias("occurred_to"),
            pl.col("drug_trac_codg").n_unique().alias("n"),
            pl.col("hilist_name").sort_by("inscp_fen", "bkkp_sn").last().alias("drug"),
            pl.col("last_at").sort_by("inscp_fen", "bkkp_sn").last(),
            pl.col("last_sold").sort_by("inscp_fen", "bkkp_sn").last(),
            pl.col("inscp_fen").sum().alias("worth"),
        )
        .join(names, on="last_at", how="left")
        .select(
            "fixmedins_code",
            "psn_no",
            "mdtrt_id",
            "setl_id",
            "bkkp_sns",
            "related_bkkp_sns",
            "occurred_from",
            "occurred_to",
            certainty=pl.when(pl.col("codes") >= p["codes_definite"]).then(pl.lit("definite")).otherwise(pl.lit("suspected")),
            evidence=filled(
                "本次结算的{}个追溯码此前已售出且无退货记录，如“{}”已于{}在{}结算；涉及医保范围内金额{}元。本机构共有{}个追溯码重复结算。",
                "n",
                "drug",
                pl.col("last_sold").dt.strftime("%Y-%m-%d"),
                pl.when(own).then(pl.lit("本机构")).otherwise(pl.coalesce("sold_by", "last_at")),
                yuan(pl.col("worth")),
                "codes",
            ),
        )
    )
