from __future__ import annotations

import polars as pl

from features.feature import feature
from features.parameters import Params
from features.shared.exam_days import exam_days
from features.tables import Tables


@feature(
    grain="stay",
    title_zh="重复检查检验",
    title_en="Repeated imaging and laboratory",
    unit="count",
    why="The same picture again within days, or the same panel day after day, is rarely needed and easily sold.",
    numerator="imaging items done on the person within imaging_days, and laboratory items within lab_days, of the same item",
    denominator="imaging and laboratory item-days of the stay",
    needs=("fee_list_d",),
    params=("imaging_days", "lab_days"),
    source="mutual recognition of results (医疗机构检查检验结果互认管理办法, 2022); the windows are local practice",
    columns={
        "imaging_days": "影像检查项日",
        "imaging_repeated": "短期内重复影像",
        "imaging_repeated_elsewhere": "他院刚做又做的影像",
        "lab_days": "检验项日",
        "lab_repeated": "短期内重复检验",
    },
    points_to=("over_treatment",),
)
def repeated_exams(t: Tables, p: Params) -> pl.LazyFrame:
    """Items repeated on another day within the window, at the same or another hospital.

    Follow-up pictures after an operation and daily controls in intensive care are lawful: compare with the same case mix.
    """
    imaging = pl.col("family") == "imaging"
    again = pl.col("gap").is_between(1, p["imaging_days"])
    lab_again = pl.col("gap").is_between(1, p["lab_days"])
    return (
        exam_days(t)
        .filter(pl.col("inpatient"))
        .group_by("mdtrt_id")
        .agg(
            imaging.sum().cast(pl.Int64).alias("imaging_days"),
            (imaging & again).sum().cast(pl.Int64).alias("imaging_repeated"),
            (imaging & pl.col("gap").is_between(0, p["imaging_days"]) & pl.col("elsewhere")).sum().cast(pl.Int64).alias("imaging_repeated_elsewhere"),
            (~imaging).sum().cast(pl.Int64).alias("lab_days"),
            (~imaging & lab_again).sum().cast(pl.Int64).alias("lab_repeated"),
        )
    )
