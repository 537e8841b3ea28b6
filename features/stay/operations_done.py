from __future__ import annotations

import polars as pl

from features.feature import feature
from features.parameters import Params
from features.shared.category import category_code
from features.tables import Tables


@feature(
    grain="stay",
    title_zh="手术操作",
    title_en="Operations",
    unit="count",
    why="An operation explains cost and stay; its absence raises the question why the patient was admitted.",
    numerator="operation lines charged",
    denominator="the stay",
    needs=("fee_list_d",),
    columns={"operation_lines": "手术费明细条数", "operated": "有手术"},
    descriptive=True,
)
def operations_done(t: Tables, p: Params) -> pl.LazyFrame:  # noqa: ARG001
    """Lines of the category operation; what was done is read from what was charged, since settlement lists are optional."""
    operation = category_code() == "06"
    return (
        t.lines.filter(pl.col("inpatient"))
        .group_by("mdtrt_id")
        .agg(operation.sum().cast(pl.Int64).alias("operation_lines"), operation.any().alias("operated"))
    )
