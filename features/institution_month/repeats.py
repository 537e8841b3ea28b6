from __future__ import annotations

import polars as pl

from features.feature import feature
from features.parameters import Params
from features.shared.category import month_of
from features.shared.exam_days import exam_days
from features.tables import Tables


@feature(
    grain="institution_month",
    title_zh="门诊重复检查与零散检验",
    title_en="Outpatient repeats and piecemeal laboratory",
    unit="count",
    why="Pictures repeated within days, and panels billed by their components, are tests sold by the piece.",
    numerator="imaging repeated within imaging_days (here, after another house); laboratory items",
    denominator="outpatient imaging item-days; person-days with laboratory items",
    needs=("fee_list_d",),
    params=("imaging_days",),
    columns={
        "imaging_item_days": "门诊影像项日",
        "imaging_again_here": "本院短期重复影像",
        "imaging_again_elsewhere": "他院刚做又做的影像",
        "lab_item_days": "门诊检验项日",
        "lab_person_days": "门诊检验人日",
    },
    points_to=("over_treatment", "split_billing"),
)
def repeats(t: Tables, p: Params) -> pl.LazyFrame:
    """Outpatient only; stays are compared by case mix elsewhere."""
    imaging = pl.col("family") == "imaging"
    soon = pl.col("gap") <= p["imaging_days"]
    return (
        exam_days(t)
        .filter(~pl.col("inpatient"))
        .with_columns(month=month_of("date"))
        .group_by("fixmedins_code", "month")
        .agg(
            imaging.sum().cast(pl.Int64).alias("imaging_item_days"),
            (imaging & soon & ~pl.col("elsewhere")).sum().cast(pl.Int64).alias("imaging_again_here"),
            (imaging & soon & pl.col("elsewhere")).sum().cast(pl.Int64).alias("imaging_again_elsewhere"),
            (~imaging).sum().cast(pl.Int64).alias("lab_item_days"),
            pl.struct("psn_no", "date").filter(~imaging).n_unique().cast(pl.Int64).alias("lab_person_days"),
        )
    )
