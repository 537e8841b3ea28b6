from __future__ import annotations

import polars as pl

from features.feature import feature
from features.parameters import Params
from features.shared.measures import count_where, family
from features.tables import Tables


@feature(
    grain="institution",
    title_zh="短期再入院占比",
    title_en="Readmissions within days",
    unit="share",
    why="A stay cut in two pays twice.",
    numerator="discharges followed by a stay of the same person at the same institution for the same diagnosis category within the window",
    denominator="discharges not of cyclic treatment",
    facts=("stay",),
    params=("days_near", "days_far"),
    columns={"near": "数日内", "far": "三十日内", "any_near": "数日内(不限病种)"},
    points_to=("split_stay",),
)
def readmission_share(t: Tables, p: Params) -> pl.LazyFrame:
    """Chemotherapy, radiotherapy, dialysis and aftercare come in cycles and are left out.

    Overlapping stays count as near. Chronic relapses return by right; peers show how often.
    """
    finished = t.facts("stay").filter(~pl.col("in_hospital") & pl.col("end_date").is_not_null() & ~pl.col("cycle_care"))
    here = pl.col("next_same_institution").fill_null(value=False)
    same = here & pl.col("next_same_dx3").fill_null(value=False)
    near = pl.col("next_days") <= p["days_near"]
    members = {"near": same & near, "far": same & (pl.col("next_days") <= p["days_far"]), "any_near": here & near}
    return family(finished, {name: (count_where(condition), pl.lit(1)) for name, condition in members.items()})
