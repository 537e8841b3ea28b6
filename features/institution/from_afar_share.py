from __future__ import annotations

import polars as pl

from features.feature import feature
from features.parameters import Params
from features.shared.measures import family
from features.tables import Tables


@feature(
    grain="institution",
    title_zh="外县区患者占比",
    title_en="Patients from afar",
    unit="share",
    why="People do not cross the city for a cold: recruited or invented patients come from afar.",
    numerator="visits, and admissions, of residents of another county",
    denominator="those of known residence",
    facts=("institution_month",),
    columns={"visits": "门诊", "admissions": "住院"},
    own_kind=True,
    points_to=("fake_inpatient", "impersonation"),
)
def from_afar_share(t: Tables, p: Params) -> pl.LazyFrame:  # noqa: ARG001
    """City hospitals and rare specialties draw from afar by right; peers of the same kind do too."""
    members = {
        "visits": (pl.col("visits_from_afar"), pl.col("visits_known_origin")),
        "admissions": (pl.col("admissions_from_afar"), pl.col("admissions_known_origin")),
    }
    return family(t.facts("institution_month"), members)
