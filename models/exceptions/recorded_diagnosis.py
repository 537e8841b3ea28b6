from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.tables import Tables
from models.exception import lawful
from models.rules.national._diagnoses import well_documented


@lawful(title_zh="诊断记录不全的就诊", title_en="Visit whose diagnoses are incomplete", keys=("mdtrt_id",))
def recorded_diagnosis(t: Tables, p: Params) -> pl.LazyFrame:
    """Outside the settlement list a claim bears one diagnosis at most; what a patient has besides stands only in the record.

    Cleared are visits not documented well enough to be judged by their diagnoses: stays without two listed diagnoses, outpatient visits
    without a definite disease.
    """
    return t.visits.select("mdtrt_id").join(well_documented(t), on="mdtrt_id", how="anti")
