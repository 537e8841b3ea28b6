from __future__ import annotations

import polars as pl

from features.feature import feature
from features.parameters import Params
from features.shared.expected import expected_by_case_mix, finished_stays
from features.shared.measures import observed_over_expected
from features.tables import Tables

_COLUMNS = {"exam": "exam_lines", "lab": "lab_lines", "treatment": "treatment_lines", "imaging": "imaging_days"}


@feature(
    grain="institution",
    title_zh="检查检验治疗偏离病种预期",
    title_en="Tests and treatments against case mix",
    unit="ratio",
    why="More tests than the same patients get elsewhere.",
    numerator="sum over finished stays of what was observed",
    denominator="sum of what stays of the same diagnosis category, operation, tier, age band, sex and comorbidity have at the other institutions",
    needs=("fee_list_d",),
    facts=("stay",),
    params=("weight", "cap"),
    source="indirect standardisation with shrunken group means; see features/shared/expected.py",
    columns={"exam": "检查次数", "lab": "化验项次", "treatment": "治疗项次", "imaging": "影像项日"},
    universal=True,
    points_to=("over_treatment",),
    statistic="rate",
    log=True,
)
def tests_against_expected(t: Tables, p: Params) -> pl.LazyFrame:
    """Observed over expected.

    Long-term care paid by the day, and specialties that take the hard cases within a diagnosis, lie above by right.
    """
    stays = finished_stays(t)
    frames = [
        observed_over_expected(expected_by_case_mix(stays, column, weight=p["weight"], cap=p["cap"])).with_columns(member=pl.lit(name))
        for name, column in _COLUMNS.items()
    ]
    return pl.concat(frames)
