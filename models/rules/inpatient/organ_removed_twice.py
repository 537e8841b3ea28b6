from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule
from models.wording import span


@rule(
    title_zh="同一器官两次切除（冒名或虚记手术）",
    title_en="An organ removed twice",
    kind=Kind.IMPERSONATION,
    certainty="suspected",
    scope="person",
    gz_code=None,
    legal_basis=("reg.15", "reg.17", "reg.40.1"),
    needs=("mdtrt_d", "fee_list_d"),
    params=("organs", "not_whole", "days_apart_min"),
    exceptions=("refund",),
    loss="stay",
)
def organ_removed_twice(t: Tables, p: Params) -> pl.LazyFrame:
    """One person has an organ that exists once (``organs``) removed in two stays: in one of them somebody else lay on the table, or nobody.

    What counts is the operation in the fee lines of both stays, after refunds. Partial removals, explorations and removals of a remnant
    (``not_whole``) can follow each other and are cleared, and so are two operations less than ``days_apart_min`` days apart: who is handed on in
    the middle of one illness has one operation, billed by both. Told of the later stay, because by then the organ was gone; the sentence names
    the earlier one, for either may be the false one. An honest answer would be the pathology report and a wrong item at the other hospital.
    """
    organ = pl.coalesce(pl.when(pl.col("hilist_name").str.contains(words)).then(pl.lit(name)) for name, words in sorted(p["organs"].items()))
    removed = (
        t.lines.filter(pl.col("inpatient") & t.of_item((pl.col("list_type") == "201") & ~pl.col("hilist_name").str.contains(p["not_whole"])))
        .with_columns(organ=t.of_item(organ))
        .filter(pl.col("organ").is_not_null() & (pl.col("cnt") > 0))
        .group_by("psn_no", "organ", "mdtrt_id", "fixmedins_code")
        .agg(
            pl.col("date").min(),
            pl.col("hilist_name").sort().first(),
            pl.col("bkkp_sn").sort().alias("lines"),
        )
    )
    stays = t.stays.select("mdtrt_id", "begn_date", "end_date")
    order = ["date", "mdtrt_id"]
    before = {
        name: pl.col(name).shift(1).over("psn_no", "organ", order_by=order) for name in ("mdtrt_id", "fixmedins_code", "date", "lines", "hilist_name")
    }
    return (
        removed.with_columns(**{f"first_{name}": value for name, value in before.items()})
        .filter(pl.col("first_mdtrt_id").is_not_null() & (pl.col("date") >= pl.col("first_date").dt.offset_by(f"{p['days_apart_min']}d")))
        .join(stays, on="mdtrt_id", how="inner")
        .select(
            "fixmedins_code",
            "psn_no",
            "mdtrt_id",
            related_bkkp_sns=pl.concat_list("first_lines", "lines"),
            occurred_from="begn_date",
            occurred_to=pl.coalesce("end_date", "begn_date"),
            strength=pl.lit(0.8),
            evidence=filled(
                "参保人本次住院（{}）于{}收取“{}”，而其{}已于{}在{}切除（“{}”）；同一器官不能切除两次，两次中至少一次为他人冒用凭证或虚记手术。",
                span(pl.col("begn_date"), pl.coalesce("end_date", "begn_date")),
                "date",
                "hilist_name",
                "organ",
                "first_date",
                pl.when(pl.col("first_fixmedins_code") == pl.col("fixmedins_code")).then(pl.lit("本院")).otherwise("first_fixmedins_code"),
                "first_hilist_name",
            ),
        )
    )
