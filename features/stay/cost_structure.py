from __future__ import annotations

import polars as pl

from features.feature import feature
from features.parameters import Params
from features.shared.category import CATEGORIES_ZH, category
from features.tables import Tables


@feature(
    grain="stay",
    title_zh="费用结构",
    title_en="Cost structure",
    unit="fen",
    why="What a stay was spent on shows whether it was care, tests or drugs that were sold.",
    numerator="fees of the stay by charge category",
    denominator="the stay; divide by its lines' total to compare",
    needs=("fee_list_d",),
    columns={f"{name}_fen": f"{zh}(分)" for name, zh in CATEGORIES_ZH.items()},
    direction=0,
    points_to=("over_treatment", "low_threshold_admission"),
)
def cost_structure(t: Tables, p: Params) -> pl.LazyFrame:  # noqa: ARG001
    """Fees of the stay's lines, net of refunds, by charge category; unknown categories count as other."""
    lines = t.lines.filter(pl.col("inpatient")).select("mdtrt_id", "fee_fen", category=category())
    return lines.group_by("mdtrt_id").agg(pl.col("fee_fen").filter(pl.col("category") == name).sum().alias(f"{name}_fen") for name in CATEGORIES_ZH)
