from __future__ import annotations

import polars as pl

from features.feature import feature
from features.parameters import Params
from features.shared.category import month_of
from features.tables import Tables


@feature(
    grain="institution_month",
    title_zh="患者来源",
    title_en="Where patients come from",
    unit="count",
    why="People do not cross the city for a cold: recruited or invented patients come from afar.",
    numerator="visits and admissions of persons who live in another county than the institution's",
    denominator="visits and admissions of persons whose county is known",
    columns={
        "visits_known_origin": "来源已知门诊人次",
        "visits_from_afar": "外县区门诊人次",
        "admissions_known_origin": "来源已知入院人次",
        "admissions_from_afar": "外县区入院人次",
    },
    points_to=("fake_inpatient", "impersonation"),
)
def origin_of_patients(t: Tables, p: Params) -> pl.LazyFrame:  # noqa: ARG001
    """Residence (live_admdvs, else where insured) against the institution's county (fix_blng_admdvs). City hospitals draw from afar by right."""
    homes = t.persons.select("psn_no", "live_admdvs")
    counties = t.institutions.select("fixmedins_code", "fix_blng_admdvs")
    home = pl.coalesce("live_admdvs", "insu_admdvs")
    afar = home != pl.col("fix_blng_admdvs")
    known = home.is_not_null() & pl.col("fix_blng_admdvs").is_not_null()
    inpatient = pl.col("inpatient")
    return (
        t.visits.join(homes, on="psn_no", how="left")
        .join(counties, on="fixmedins_code", how="inner")
        .with_columns(month=month_of("begn_date"))
        .group_by("fixmedins_code", "month")
        .agg(
            (known & ~inpatient).sum().cast(pl.Int64).alias("visits_known_origin"),
            (known & ~inpatient & afar).sum().cast(pl.Int64).alias("visits_from_afar"),
            (known & inpatient).sum().cast(pl.Int64).alias("admissions_known_origin"),
            (known & inpatient & afar).sum().cast(pl.Int64).alias("admissions_from_afar"),
        )
    )
