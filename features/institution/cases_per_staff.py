from __future__ import annotations

import polars as pl

from features.feature import feature
from features.parameters import Params
from features.tables import Tables


@feature(
    grain="institution",
    title_zh="人均工作量",
    title_en="Cases a member of staff",
    unit="case",
    why="Few hands cannot have done so much.",
    numerator="visits, and days of stay",
    denominator="registered technical staff",
    needs=("medins_info_b",),
    facts=("institution_month", "stay"),
    columns={"visits": "门诊", "bed_days": "床日"},
    points_to=("phantom_service", "licence_rental"),
    log=True,
)
def cases_per_staff(t: Tables, p: Params) -> pl.LazyFrame:  # noqa: ARG001
    """Work of the whole period over registered staff. Registries are late; read it with physician features."""
    staff = t.institutions.select("fixmedins_code", pl.col("staff").alias("denominator")).filter(pl.col("denominator") > 0)
    visits = t.facts("institution_month").group_by("fixmedins_code").agg(pl.col("visits").sum().cast(pl.Float64).alias("numerator"))
    days = t.facts("stay").group_by("fixmedins_code").agg(pl.col("los").sum().cast(pl.Float64).alias("numerator"))
    return pl.concat(
        [
            visits.filter(pl.col("numerator") > 0).join(staff, on="fixmedins_code").with_columns(member=pl.lit("visits")),
            days.filter(pl.col("numerator") > 0).join(staff, on="fixmedins_code").with_columns(member=pl.lit("bed_days")),
        ]
    )
