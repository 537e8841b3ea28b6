from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule
from models.wording import yuan

LAMINAR_BED = "00110900002"


@rule(
    title_zh="普通床位串换为层流洁净床位",
    title_en="Ordinary bed billed as laminar-flow bed",
    kind=Kind.ITEM_SWAP,
    certainty="suspected",
    scope="person",
    gz_code=None,
    legal_basis=("reg.15", "reg.38.4"),
    needs=("fee_list_d", "mdtrt_d"),
    params=("diagnoses", "departments", "days_min"),
    exceptions=("refund",),
)
def laminar_bed_swapped(t: Tables, p: Params) -> pl.LazyFrame:
    """Laminar-flow beds for patients who need no sterile air: an ordinary bed swapped for the dearer item (problem list 2025, no. 178).

    Such wards are for blood disease and its treatment, transplants, severe burns and lacking immunity: stays with one of the
    ``diagnoses`` (main or secondary) or of the ``departments`` are cleared. From ``days_min`` days on. One finding a stay. An honest
    answer would be the ward's approval and the order for protective isolation.
    """
    needed = pl.concat(
        [
            t.stays.filter(
                pl.col("main_dx").fill_null("").str.contains(p["diagnoses"]) | pl.col("adm_dept_name").fill_null("").str.contains(p["departments"])
            ).select("mdtrt_id"),
            t.diagnoses.filter(pl.col("diag_code").str.contains(p["diagnoses"])).select("mdtrt_id"),
        ]
    ).unique()
    return (
        t.lines.filter(
            pl.col("inpatient")
            & t.of_item(pl.col("hilist_code").str.starts_with(LAMINAR_BED))
            & ~pl.col("bilg_dept_name").fill_null("").str.contains(p["departments"])
            & pl.col("main_dx").is_not_null()
        )
        .join(needed, on="mdtrt_id", how="anti")
        .group_by("fixmedins_code", "psn_no", "mdtrt_id", "main_dx")
        .agg(
            pl.col("setl_id").first(),
            pl.col("bkkp_sn").alias("bkkp_sns"),
            pl.col("date").n_unique().alias("days"),
            pl.col("date").min().alias("occurred_from"),
            pl.col("date").max().alias("occurred_to"),
            pl.col("inscp_fen").sum().alias("worth"),
        )
        .filter(pl.col("days") >= p["days_min"])
        .select(
            "fixmedins_code",
            "psn_no",
            "mdtrt_id",
            "setl_id",
            "bkkp_sns",
            "occurred_from",
            "occurred_to",
            evidence=filled(
                "主要诊断{}，无血液病、移植、重度烧伤等保护性隔离指征，却按层流洁净病房收取床位费{}天，涉及医保范围内金额{}元。",
                "main_dx",
                "days",
                yuan(pl.col("worth")),
            ),
        )
    )
