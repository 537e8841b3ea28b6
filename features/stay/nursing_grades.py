from __future__ import annotations

from typing import Final

import polars as pl

from features.feature import feature
from features.parameters import Params
from features.reference.items import BED_PREFIX, NURSING_I, NURSING_INTENSIVE, NURSING_PREFIX, NURSING_PSYCHIATRIC, NURSING_SPECIAL
from features.shared.category import category_code
from features.tables import Tables

_HIGH: Final = tuple(code[:11] for code in (NURSING_INTENSIVE, NURSING_SPECIAL, NURSING_I))
_HIGH_NAMES: Final = "特级护理|重症监护|[Ⅰ一I]级护理"
#: grade I to III; the psychiatric surcharge and special care (mouth, bed bath …) are no grades
_GRADE_NAMES: Final = "级护理|重症监护"


@feature(
    grain="stay",
    title_zh="护理等级",
    title_en="Nursing grades",
    unit="day",
    why="High grades of nursing charged for walking patients are the simplest way to raise every day's bill.",
    numerator="days charged at grade I, special or intensive nursing",
    denominator="days of graded nursing charged",
    needs=("fee_list_d",),
    columns={"nursing_days": "分级护理天数", "high_nursing_days": "一级及以上护理天数", "bed_days_charged": "床位费天数"},
    points_to=("over_treatment", "overpricing"),
)
def nursing_grades(t: Tables, p: Params) -> pl.LazyFrame:  # noqa: ARG001
    """Counts charged of graded nursing and of beds. The psychiatric surcharge is charged beside a grade and is not counted."""
    code = pl.col("hilist_code")
    name = pl.col("hilist_name")
    nursing = category_code() == "07"
    graded = (nursing & name.str.contains(_GRADE_NAMES)) | (
        code.str.starts_with(NURSING_PREFIX) & (code.str.slice(0, 11) <= "00120100005") & (code.str.slice(0, 11) != NURSING_PSYCHIATRIC[:11])
    )
    high = code.str.slice(0, 11).is_in(_HIGH) | (nursing & name.str.contains(_HIGH_NAMES))
    bed = code.str.starts_with(BED_PREFIX) | (category_code() == "01")
    cnt = pl.col("cnt")
    return (
        t.lines.filter(pl.col("inpatient"))
        .group_by("mdtrt_id")
        .agg(
            cnt.filter(graded).sum().alias("nursing_days"),
            cnt.filter(graded & high).sum().alias("high_nursing_days"),
            cnt.filter(bed).sum().alias("bed_days_charged"),
        )
    )
