"""Shares of an institution's in-patient revenue, and how they stand against institutions of the same kind.

An institution is compared with those of its tier and kind of house (the word before any dash of ``medins_type_name``). The centre is the
median of the peers, the spread their median absolute deviation (scaled to a standard deviation), never below ``spread_min``; a share
counts as unusual only when it is also above the city's own ceiling. A statistic accuses nobody of a line: it carries no amount.
"""

from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.wording import percent

MAD_TO_SIGMA = 1.4826


def revenue(t: Tables, part: pl.Expr) -> pl.LazyFrame:
    """Per institution: ``part_n`` and ``whole_n`` (fen of in-patient lines), first and last day. ``part`` is a condition on a line."""
    return (
        t.lines.filter(pl.col("inpatient"))
        .group_by("fixmedins_code")
        .agg(
            part_n=pl.col("fee_fen").filter(part).sum(),
            whole_n=pl.col("fee_fen").sum(),
            cases=pl.col("mdtrt_id").n_unique(),
            first=pl.col("date").min(),
            last=pl.col("date").max(),
        )
    )


def unusual_share(t: Tables, p: Params, what: str) -> pl.LazyFrame:
    """Hits for institutions whose share of extracted ``part_n`` in ``whole_n`` is far above their peers' (see the module)."""
    kinds = t.institutions.filter(~pl.col("is_pharmacy")).select(
        "fixmedins_code", "tier", house=pl.col("medins_type_name").fill_null("").str.split("-").list.first()
    )
    summed = (
        t.extracted.group_by("fixmedins_code")
        .agg(pl.col("part_n").sum(), pl.col("whole_n").sum(), pl.col("cases").sum(), pl.col("first").min(), pl.col("last").max())
        .filter((pl.col("cases") >= p["cases_min"]) & (pl.col("whole_n") > 0))
        .with_columns(share=pl.col("part_n") / pl.col("whole_n"))
        .join(kinds, on="fixmedins_code", how="inner")
    )
    group = ["tier", "house"]
    centred = summed.with_columns(peers=pl.len().over(group), centre=pl.col("share").median().over(group)).with_columns(
        spread=(pl.col("share") - pl.col("centre")).abs().median().over(group) * MAD_TO_SIGMA
    )
    far = centred.with_columns(z=(pl.col("share") - pl.col("centre")) / pl.max_horizontal("spread", pl.lit(p["spread_min"]))).filter(
        (pl.col("peers") >= p["peers_min"]) & (pl.col("share") > p["share_max"]) & (pl.col("z") >= p["z_min"])
    )
    return far.select(
        "fixmedins_code",
        occurred_from="first",
        occurred_to="last",
        amount_fen=pl.lit(0, pl.Int64),
        loss_fen=pl.lit(0, pl.Int64),
        strength=(pl.col("z") / 20).clip(0.1, 0.6),
        evidence=filled(
            "{}至{}" + what + "为{}，同级同类机构（{}家）中位数{}，高出{}个标准差。",
            "first",
            "last",
            percent(pl.col("share")),
            pl.col("peers"),
            percent(pl.col("centre")),
            pl.col("z").round(1),
        ),
    )
