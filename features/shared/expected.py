"""What a stay of this case mix is expected to cost, last or need, learnt from the other institutions of the city."""

from __future__ import annotations

from typing import Final

import polars as pl

from features.shared.measures import house_of
from features.tables import Tables

#: From coarse to fine; each level's mean is shrunk to the one before it.
_LEVELS: Final = (
    ("tier",),
    ("tier", "operated"),
    ("dx3", "operated"),
    ("dx3", "operated", "tier"),
    ("dx3", "operated", "tier", "age_band"),
    ("dx3", "operated", "tier", "age_band", "gend"),
)
#: The same, and how ill the patient was besides.
_LEVELS_WITH_COMORBIDITY: Final = (*_LEVELS, ("dx3", "operated", "tier", "age_band", "gend", "comorbid"))


def finished_stays(t: Tables) -> pl.LazyFrame:
    """Settled stays that ended, with tier, age band, sex and band of comorbidity: what expectations are learnt from and applied to.

    Charlson points by band: none, 1–2, 3 or more; -1 where the stay has no settlement list.
    """
    tiers = t.institutions.select("fixmedins_code", "tier")
    stays = t.facts("stay")
    known = stays.collect_schema().names()
    operated = pl.col("operated").fill_null(value=False) if "operated" in known else pl.lit(value=False)
    points = pl.col("charlson") if "charlson" in known else pl.lit(None, pl.Int64)
    sex = pl.col("gend") if "gend" in known else pl.lit(None, pl.String)
    return (
        stays.filter(~pl.col("in_hospital") & pl.col("end_date").is_not_null() & (pl.col("fee_fen") > 0))
        .join(tiers, on="fixmedins_code", how="left")
        .with_columns(
            pl.col("tier").fill_null("0"),
            pl.col("dx3").fill_null(""),
            operated=operated,
            gend=sex.fill_null(""),
            comorbid=pl.when(points >= 3).then(2).when(points >= 1).then(1).when(points == 0).then(0).otherwise(-1),
            age_band=pl.when(pl.col("age").is_between(0, 120)).then(pl.col("age") // 15).otherwise(-1),
        )
    )


def expected_by_case_mix(stays: pl.LazyFrame, column: str, *, weight: float, cap: float, comorbidity: bool = True) -> pl.LazyFrame:
    """mdtrt_id, fixmedins_code, observed, expected of one stay column.

    The expectation is a chain of means from tier to diagnosis category × operation × tier × age band × sex (× comorbidity, unless the
    coding itself is in question); each is shrunk to the coarser one by ``weight`` stays' worth. An institution's own stays never enter its
    own expectation, and no stay counts with more than ``cap`` times its diagnosis's median, so that neither a culprit nor an outlier sets
    the norm. Stays without the column are left out.
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
    house = house_of(frame)
    for level in _LEVELS_WITH_COMORBIDITY if comorbidity else _LEVELS:
        keys = list(level)
        own = [*keys, house]
        n = pl.len().over(keys) - pl.len().over(own)
        total = pl.col("capped").sum().over(keys) - pl.col("capped").sum().over(own)
        frame = frame.with_columns(expected=(total + weight * pl.col("expected")) / (n + weight))
    return frame.select("mdtrt_id", "fixmedins_code", "observed", "expected")
