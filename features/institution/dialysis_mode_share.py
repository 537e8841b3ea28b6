from __future__ import annotations

import polars as pl

from features.feature import feature
from features.parameters import Params
from features.shared.measures import family
from features.tables import Tables


@feature(
    grain="institution",
    title_zh="透析方式构成",
    title_en="Mode mix of dialysis",
    unit="share",
    why="Haemodiafiltration and perfusion are dearer and are needed now and then, not each time.",
    numerator="haemodiafiltrations; perfusions",
    denominator="sessions (haemodialysis, -filtration, -diafiltration)",
    needs=("fee_list_d",),
    facts=("person_month",),
    columns={"hdf": "血液透析滤过", "hp": "血液灌流"},
    points_to=("dialysis_excess", "upcoding"),
    universal=True,
)
def dialysis_mode_share(t: Tables, p: Params) -> pl.LazyFrame:  # noqa: ARG001
    """Usual is one haemodiafiltration a month or so to every dozen sessions, perfusion as rarely."""
    sessions = pl.col("hd") + pl.col("hf") + pl.col("hdf")
    months = t.facts("person_month").filter(sessions > 0)
    return family(months, {"hdf": (pl.col("hdf"), sessions), "hp": (pl.col("hp"), sessions)})
