from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule
from models.rules.conduct._dialysis import PERFUSION_STEM, sessions
from models.wording import yuan


@rule(
    title_zh="血液灌流与血液透析重复收费",
    title_en="Haemoperfusion with dialysis",
    kind=Kind.DUPLICATE_CHARGE,
    certainty="definite",
    scope="person",
    gz_code="GZ10000102012000",
    legal_basis=("reg.15", "reg.38.3"),
    needs=("fee_list_d",),
    params=("hours_apart_max",),
    exceptions=("refund",),
)
def haemoperfusion_with_dialysis(t: Tables, p: Params) -> pl.LazyFrame:
    """Dialysis billed beside haemoperfusion of the same session, although the price of perfusion contains dialysis and dialysate.

    Same person, same institution, same day, begun at most ``hours_apart_max`` hours apart. At fault are the dialysis lines;
    the perfusion makes them so. As many dialysis sessions fall as there were perfusions. One finding a visit day.
    """
    perfusion = t.lines.filter(t.of_item(pl.col("hilist_code").str.starts_with(PERFUSION_STEM))).select(
        "psn_no", "fixmedins_code", "date", pl.col("time").alias("at"), pl.col("bkkp_sn").alias("perfusion")
    )
    pairs = (
        sessions(t)
        .join(perfusion, on=["psn_no", "fixmedins_code", "date"], how="inner")
        .with_columns(apart=(pl.col("time") - pl.col("at")).dt.total_minutes().abs() / 60)
        .filter(pl.col("apart") <= p["hours_apart_max"])
        .sort("apart", "bkkp_sn")
        # the session nearest to a perfusion is the one it contains; a second session of the day is another rule's matter
        .unique("perfusion", keep="first", maintain_order=True)
        .unique("bkkp_sn", keep="first", maintain_order=True)
    )
    return (
        pairs.group_by("psn_no", "fixmedins_code", "date")
        .agg(
            pl.col("mdtrt_id").first(),
            pl.col("setl_id").first(),
            pl.col("bkkp_sn").alias("bkkp_sns"),
            pl.col("perfusion").alias("related_bkkp_sns"),
            pl.col("inscp_fen").sum().alias("worth"),
        )
        .select(
            "fixmedins_code",
            "psn_no",
            "mdtrt_id",
            "setl_id",
            "bkkp_sns",
            "related_bkkp_sns",
            pl.col("date").alias("occurred_from"),
            pl.col("date").alias("occurred_to"),
            evidence=filled(
                "{}同次治疗同时收取血液灌流{}次与血液透析{}次；血液灌流项目内涵已含透析、透析液，重复收取透析费{}元。",
                "date",
                pl.col("related_bkkp_sns").list.len(),
                pl.col("bkkp_sns").list.len(),
                yuan(pl.col("worth")),
            ),
        )
    )
