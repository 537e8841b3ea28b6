from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule
from models.rules.conduct._trace import with_scanned_boxes
from models.wording import yuan

#: A drug code that names its generic in its first ten characters.
WELL_FORMED = r"^[XZ][A-Z0-9]{12,}$"


def _mismatches(t: Tables, p: Params) -> pl.LazyFrame:
    """Standing drug lines whose scanned box is of another generic drug than the one billed."""
    del p
    lines = t.lines.filter(t.of_item(pl.col("hilist_code").str.contains(WELL_FORMED))).select(
        "bkkp_sn", "fixmedins_code", "psn_no", "mdtrt_id", "setl_id", "date", "hilist_code", "hilist_name", "inscp_fen"
    )
    return (
        with_scanned_boxes(t, lines)
        .filter(pl.col("box").str.contains(WELL_FORMED))
        # a line with several boxes agrees when one of them does
        .with_columns(agrees=(pl.col("box").str.slice(0, 10) == pl.col("hilist_code").str.slice(0, 10)).any().over("bkkp_sn"))
        .filter(~pl.col("agrees"))
        .unique("bkkp_sn", keep="first", maintain_order=True)
        .drop("agrees")
    )


@rule(
    title_zh="所结算药品与追溯码不符（串换）",
    title_en="Trace code of another drug",
    kind=Kind.ITEM_SWAP,
    certainty="suspected",
    scope="city",
    gz_code=None,
    legal_basis=("reg.15", "reg.38.4"),
    needs=("drug_trac_d", "fee_list_d"),
    params=("lines_min",),
    exceptions=("refund",),
    extract=_mismatches,
)
def trace_code_of_other_drug(t: Tables, p: Params) -> pl.LazyFrame:
    """The box that was scanned is another drug than the one billed.

    Compared is the generic drug (first ten characters of the code): another maker or pack of the same drug is stock-keeping.
    Unreadable codes do not count. A wrong click happens; an institution answers from ``lines_min`` lines on. One finding a visit.
    """
    several = pl.len().over("fixmedins_code")
    wrong = t.extracted.with_columns(total=several).filter(pl.col("total") >= p["lines_min"])
    return (
        wrong.group_by("fixmedins_code", "psn_no", "mdtrt_id", "total")
        .agg(
            pl.col("setl_id").first(),
            pl.col("bkkp_sn").alias("bkkp_sns"),
            pl.col("date").min().alias("occurred_from"),
            pl.col("date").max().alias("occurred_to"),
            pl.col("hilist_name").unique().sort().head(4).alias("names"),
            pl.col("box").first(),
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
            evidence=filled(
                "结算药品{}，而所扫追溯码属于另一药品（{}等），涉及医保范围内金额{}元；本机构共有{}条明细如此。",
                pl.col("names").list.join("、"),
                "box",
                yuan(pl.col("worth")),
                "total",
            ),
        )
    )
