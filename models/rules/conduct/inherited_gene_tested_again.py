from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule
from models.wording import yuan


@rule(
    title_zh="遗传基因型重复检测",
    title_en="An inherited gene tested again",
    kind=Kind.GENE_TEST_ABUSE,
    certainty="suspected",
    scope="person",
    gz_code=None,
    legal_basis=("reg.15", "reg.38.2", "base.problems2025"),
    needs=("fee_list_d",),
    params=("inherited", "acquired", "days_apart_min"),
    exceptions=("refund",),
)
def inherited_gene_tested_again(t: Tables, p: Params) -> pl.LazyFrame:
    """The same test of inherited genes done again for the same person at the same house: what a man is born with does not change.

    Tests of how a person breaks down drugs and of inherited diseases (``inherited``, words of the name) give one result for life; those of
    tumours, germs and what a disease changes (``acquired``) are followed and left out. A failed sample is drawn again within
    ``days_apart_min`` days; another house may not know the result. At fault is every test after the first. One finding a person, house and test.
    """
    name = pl.col("hilist_name")
    tests = (
        t.lines.filter(
            (pl.col("list_type") == "201") & (pl.col("inscp_fen") > 0) & name.str.contains(p["inherited"]) & ~name.str.contains(p["acquired"])
        )
        .select("psn_no", "fixmedins_code", "hilist_code", "hilist_name", "date", "bkkp_sn", "mdtrt_id", "inscp_fen")
        .with_columns(first=pl.col("date").min().over("psn_no", "fixmedins_code", "hilist_code"))
        .with_columns(later=(pl.col("date") - pl.col("first")).dt.total_days() >= p["days_apart_min"])
    )
    return (
        tests.group_by("psn_no", "fixmedins_code", "hilist_code", "first")
        .agg(
            pl.col("hilist_name").min(),
            bkkp_sns=pl.col("bkkp_sn").filter("later"),
            related_bkkp_sns=pl.col("bkkp_sn").filter(~pl.col("later")),
            occurred_from=pl.col("date").filter("later").min(),
            occurred_to=pl.col("date").max(),
            worth=pl.col("inscp_fen").filter("later").sum(),
        )
        .filter(pl.col("bkkp_sns").list.len() > 0)
        .select(
            "fixmedins_code",
            "psn_no",
            "bkkp_sns",
            "related_bkkp_sns",
            "occurred_from",
            "occurred_to",
            evidence=filled(
                "该参保人{}已在本机构检测“{}”，此后又检测{}次，涉及医保范围内金额{}元；遗传基因型终身不变，无须重复检测。",
                "first",
                "hilist_name",
                pl.col("bkkp_sns").list.len(),
                yuan(pl.col("worth")),
            ),
        )
    )
