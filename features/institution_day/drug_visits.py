from __future__ import annotations

import polars as pl

from features.feature import feature
from features.parameters import Params
from features.shared.category import DRUGS, category_code
from features.tables import Tables


@feature(
    grain="institution_day",
    title_zh="购药人次",
    title_en="Persons who fetch drugs",
    unit="person",
    why="On market days everybody meets everybody; who meets whom is judged against the crowd of the day.",
    numerator="outpatients and customers with a drug line",
    denominator="the institution's day",
    needs=("fee_list_d",),
    columns={"drug_visits": "门诊购药人数"},
    direction=0,
)
def drug_visits(t: Tables, p: Params) -> pl.LazyFrame:  # noqa: ARG001
    """Distinct persons by day; each lies in one bucket, so that buckets add up."""
    lines = t.lines.filter(~pl.col("inpatient") & category_code().is_in(DRUGS))
    return lines.group_by("fixmedins_code", "date").agg(drug_visits=pl.col("psn_no").n_unique().cast(pl.Int64))
