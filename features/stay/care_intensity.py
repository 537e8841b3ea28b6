from __future__ import annotations

import polars as pl

from features.feature import feature
from features.parameters import Params
from features.shared.category import category_code, is_care
from features.tables import Tables


@feature(
    grain="stay",
    title_zh="诊疗强度",
    title_en="Care intensity",
    unit="line",
    why="Too little care for the days says that the patient was not there; too much, that care was given for its price.",
    numerator="fee lines that show care (all, examinations, laboratory, treatments)",
    denominator="the stay; divide by days of stay to compare",
    needs=("fee_list_d",),
    columns={
        "lines": "费用明细条数",
        "care_lines": "诊疗类明细条数",
        "exam_lines": "检查次数",
        "lab_lines": "化验项次",
        "treatment_lines": "治疗项次",
        "physicians": "开单医师数",
    },
    points_to=("bed_hanging", "over_treatment"),
)
def care_intensity(t: Tables, p: Params) -> pl.LazyFrame:  # noqa: ARG001
    """Fee lines of the stay, net of refunds, by what they show."""
    code = category_code()
    return (
        t.lines.filter(pl.col("inpatient"))
        .group_by("mdtrt_id")
        .agg(
            pl.len().cast(pl.Int64).alias("lines"),
            is_care().sum().cast(pl.Int64).alias("care_lines"),
            (code == "03").sum().cast(pl.Int64).alias("exam_lines"),
            (code == "04").sum().cast(pl.Int64).alias("lab_lines"),
            (code == "05").sum().cast(pl.Int64).alias("treatment_lines"),
            pl.col("bilg_dr_code").drop_nulls().n_unique().cast(pl.Int64).alias("physicians"),
        )
    )
