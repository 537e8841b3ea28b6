"""The inner days of stays on which a bed was charged, and which of them were idle."""

from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.tables import Tables
from models.exceptions.misdated_stay import misdated_stay
from models.rules.inpatient._stays import stay_lines

#: A test or an operation is never a token, however cheap.
REAL = ("exam", "lab", "operation")


def bed_days(t: Tables, p: Params) -> pl.LazyFrame:
    """One row a day strictly inside a finished stay: ``mdtrt_id date idle sns fen``.

    ``idle`` where bed and nursing were charged, drugs and treatments cost at most ``token_share`` of them, and nothing was tested or operated
    on; ``sns`` and ``fen`` are the idle day's lines of bed and nursing and their sum within scope. Stays whose beds are charged in bulk, of
    which single days cannot be read, and misdated ones are left out, as are days without any line of bed or nursing.
    """
    inside = (pl.col("date") > pl.col("stay_begn")) & (pl.col("date") < pl.col("stay_end"))
    lines = misdated_stay.clear(stay_lines(t).filter(inside.fill_null(value=False) & ~pl.col("take_home")), t, p)
    hotel = pl.col("role") == "hotel"
    days = lines.group_by("mdtrt_id", "date").agg(
        hotel_fen=pl.col("fee_fen").filter(hotel).sum(),
        care_fen=pl.col("fee_fen").filter(~hotel & (pl.col("role") != "material")).sum(),
        real=pl.col("role").is_in(REAL).any(),
        bulk=(hotel & (pl.col("cnt") > 1)).any(),
        sns=pl.col("bkkp_sn").filter(hotel),
        fen=pl.col("inscp_fen").filter(hotel).sum(),
    )
    idle = ~pl.col("real") & (pl.col("care_fen") <= p["token_share"] * pl.col("hotel_fen"))
    return (
        days.filter(~pl.col("bulk").any().over("mdtrt_id") & (pl.col("hotel_fen") > 0))
        .with_columns(idle=idle)
        .select("mdtrt_id", "date", "idle", pl.when("idle").then("sns").alias("sns"), pl.when("idle").then("fen").otherwise(0).alias("fen"))
    )
