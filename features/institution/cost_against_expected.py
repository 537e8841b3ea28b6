from __future__ import annotations

import polars as pl

from features.feature import feature
from features.parameters import Params
from features.shared.expected import expected_by_case_mix, finished_stays
from features.shared.measures import observed_over_expected
from features.tables import Tables

_COLUMNS = {"fee": "fee_fen", "los": "los", "drugs": "all_drugs_fen", "materials": "material_fen"}


@feature(
    grain="institution",
    title_zh="费用与住院日偏离病种预期",
    title_en="Cost and length of stay against case mix",
    unit="ratio",
    why="Dearer and longer than the same patients elsewhere.",
    numerator="sum over finished stays of what was observed",
    denominator="sum of what stays of the same diagnosis category, operation, tier, age band, sex and comorbidity have at the other institutions",
    needs=("fee_list_d",),
    facts=("stay",),
    params=("weight", "cap"),
    source="indirect standardisation with shrunken group means; see features/shared/expected.py",
    columns={"fee": "住院费用", "los": "住院天数", "drugs": "药品费", "materials": "材料费"},
    universal=True,
    points_to=("over_treatment",),
    log=True,
)
def cost_against_expected(t: Tables, p: Params) -> pl.LazyFrame:
    """Observed over expected.

    Long-term care paid by the day, and specialties that take the hard cases within a diagnosis, lie above by right.
    """
    stays = finished_stays(t)
    frames = [
        observed_over_expected(expected_by_case_mix(stays, column, weight=p["weight"], cap=p["cap"])).with_columns(member=pl.lit(name))
        for name, column in _COLUMNS.items()
    ]
    return pl.concat(frames)
