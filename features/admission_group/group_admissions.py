from __future__ import annotations

import polars as pl

from features.feature import feature
from features.parameters import Params
from features.tables import Tables


@feature(
    grain="admission_group",
    title_zh="同村同单位同日入院",
    title_en="Admitted together",
    unit="person",
    why="Recruiters bring a village or a workshop by the busload; illness comes one by one.",
    numerator="persons of one village (or employer) admitted to the institution on the day",
    denominator="all admissions of the institution",
    columns={"group_persons": "同日入院人数"},
    points_to=("fake_inpatient", "low_threshold_admission"),
)
def group_admissions(t: Tables, p: Params) -> pl.LazyFrame:  # noqa: ARG001
    """Persons by institution, day of admission and place.

    The place is the village the lake keeps in hashed form (``live_village``); where a lake has only a plain address, its part before
    the house number. Employers are those named on the visit. Families and outbreaks come together by right.
    """
    columns = t.persons.collect_schema().names()
    village = pl.col("live_village") if "live_village" in columns else pl.col("live_addr").str.replace(r"\d+[^村组]*$", "")
    homes = t.persons.select("psn_no", village=village)
    admissions = t.stays.select("fixmedins_code", "psn_no", "emp_name", pl.col("begn_date").alias("date")).join(homes, on="psn_no", how="left")
    places = pl.concat(
        [
            admissions.select("fixmedins_code", "date", "psn_no", place_type=pl.lit("village"), place=pl.col("village")),
            admissions.select("fixmedins_code", "date", "psn_no", place_type=pl.lit("employer"), place=pl.col("emp_name")),
        ]
    )
    return (
        places.filter(pl.col("place").is_not_null() & (pl.col("place") != ""))
        .group_by("fixmedins_code", "date", "place_type", "place")
        .agg(pl.col("psn_no").n_unique().cast(pl.Int64).alias("group_persons"))
    )
