"""Dialysis sessions, as the fee lines tell them; shared by the dialysis rules."""

from __future__ import annotations

import polars as pl

from features.reference.items import HAEMOPERFUSION, is_dialysis
from features.shared.once import once
from features.tables import Tables

PERFUSION_STEM = HAEMOPERFUSION[:11]


@once
def sessions(t: Tables) -> pl.LazyFrame:
    """One row a billed session: haemodialysis, filtration or diafiltration. A line of ``cnt`` 2 is one row with ``units`` 2.

    A base item billed with its child item or surcharge (…0100, …0001) on the same minute is one session: the dearest line stands for it.
    """
    return (
        t.lines.filter(t.of_item(is_dialysis(pl.col("hilist_code"))))
        .with_columns(stem=pl.col("hilist_code").str.slice(0, 11), units=pl.col("cnt").floor().clip(lower_bound=1).cast(pl.Int64))
        .sort("psn_no", "time", "inscp_fen", "bkkp_sn", descending=[False, False, True, False])
        .unique(["psn_no", "fixmedins_code", "mdtrt_id", "time", "stem"], keep="first", maintain_order=True)
        .select(
            "bkkp_sn",
            "mdtrt_id",
            "setl_id",
            "psn_no",
            "fixmedins_code",
            "stem",
            "time",
            "date",
            "units",
            "inpatient",
            "inscp_fen",
            "fund_fen",
        )
    )


def with_weekday(frame: pl.LazyFrame) -> pl.LazyFrame:
    """The sessions with ``seldom``: they fall on a weekday on which the person comes less than half as often as on the one he comes most. Who comes
    Monday, Wednesday and Friday had what was added on a Sunday."""
    counted = frame.with_columns(_here=pl.len().over("psn_no", pl.col("date").dt.weekday()))
    return counted.with_columns(seldom=2 * pl.col("_here") < pl.col("_here").max().over("psn_no")).drop("_here")


def with_their_lines(t: Tables, faulty: pl.LazyFrame) -> pl.LazyFrame:
    """For the sessions ``faulty`` (bkkp_sn, mdtrt_id, date): rows ``session``, ``bkkp_sn``, ``inscp_fen`` of all that was billed for them.

    Where a visit holds a single session that day, everything billed in it that day falls with it (dialyser, tubing, needles,
    drugs given); where it holds several, nobody can tell which belongs to which, and only the session's own line is taken.
    """
    alone = sessions(t).group_by("mdtrt_id", "date").agg(pl.len().alias("n")).filter(pl.col("n") == 1).select("mdtrt_id", "date")
    together = (
        faulty.select(pl.col("bkkp_sn").alias("session"), "mdtrt_id", "date")
        .join(alone, on=["mdtrt_id", "date"], how="inner")
        .join(t.lines.select("mdtrt_id", "date", "bkkp_sn", "inscp_fen"), on=["mdtrt_id", "date"], how="inner")
        .select("session", "bkkp_sn", "inscp_fen")
    )
    own = faulty.select(pl.col("bkkp_sn").alias("session"), "bkkp_sn", "inscp_fen")
    return pl.concat([together, own]).unique(["session", "bkkp_sn"])
