"""What a stay of this case mix is expected to cost, last or need, learnt from the other institutions of the city."""

from __future__ import annotations

from typing import Final

import polars as pl

from features.tables import Tables

#: From coarse to fine; each level's mean is shrunk to the one before it.
_LEVELS: Final = (("tier",), ("tier", "operated"), ("dx3", "operated"), ("dx3", "operated", "tier"), ("dx3", "operated", "tier", "age_band"))


def finished_stays(t: Tables) -> pl.LazyFrame:
    """Settled stays that ended, with tier and age band: what expectations are learnt from and applied to."""
    tiers = t.institutions.select("fixmedins_code", "tier")
    stays = t.facts("stay")
    known = stays.collect_schema().names()
    operated = pl.col("operated").fill_null(value=False) if "operated" in known else pl.lit(value=False)
    return (
        stays.filter(~pl.col("in_hospital") & pl.col("end_date").is_not_null() & (pl.col("fee_fen") > 0))
        .join(tiers, on="fixmedins_code", how="left")
        .with_columns(
            pl.col("tier").fill_null("0"),
            pl.col("dx3").fill_null(""),
            operated=operated,
            age_band=pl.when(pl.col("age").is_between(0, 120)).then(pl.col("age") // 15).otherwise(-1),
        )
    )


def expected_by_case_mix(stays: pl.LazyFrame, column: str, *, weight: float, cap: float) -> pl.LazyFrame:
    """mdtrt_id, fixmedins_code, observed, expected of one stay column.

    The expectation is a chain of means from tier to diagnosis category × operation × tier × age band; each is shrunk to the coarser one
    by ``weight`` stays' worth. An institution's own stays never enter its own expectation, and no stay counts with more than ``cap``
    times its diagnosis's median, so that neither a culprit nor an outlier sets the norm. Stays without the column are left out.
    """
    value = pl.col(column).cast(pl.Float64)
    limit = pl.col("observed").median().over("dx3") * cap
    frame = (
        stays.filter(value.is_not_null())
        .with_columns(observed=value)
        .with_columns(capped=pl.min_horizontal("observed", pl.when(limit > 0).then(limit)))
    )
    expected = pl.col("capped").mean()
    frame = frame.with_columns(expected=expected)
    for level in _LEVELS:
        keys = list(level)
        own = [*keys, "fixmedins_code"]
        n = pl.len().over(keys) - pl.len().over(own)
        total = pl.col("capped").sum().over(keys) - pl.col("capped").sum().over(own)
        frame = frame.with_columns(expected=(total + weight * pl.col("expected")) / (n + weight))
    return frame.select("mdtrt_id", "fixmedins_code", "observed", "expected")
