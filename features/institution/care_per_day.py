from __future__ import annotations

import polars as pl

from features.feature import feature
from features.parameters import Params
from features.shared.measures import ratio
from features.tables import Tables


@feature(
    grain="institution",
    title_zh="日均诊疗条数",
    title_en="Care lines per day",
    unit="line per day",
    why="A bed in use leaves traces every day; few lines a day speak of an empty one.",
    numerator="care lines of all stays",
    denominator="days of stay",
    needs=("fee_list_d",),
    facts=("stay",),
    direction=-1,
    points_to=("bed_hanging", "fake_inpatient"),
    log=True,
)
def care_per_day(t: Tables, p: Params) -> pl.LazyFrame:  # noqa: ARG001
    """Examinations, laboratory, treatments, operations, materials and drugs per day in bed.

    Few is suspicious here; many is compared by case mix in tests_against_expected.
    """
    return ratio(t.facts("stay"), pl.col("care_lines"), pl.col("stay_days"))
