from __future__ import annotations

import polars as pl

from features.feature import feature
from features.parameters import Params
from features.shared.measures import ratio
from features.tables import Tables


@feature(
    grain="institution",
    title_zh="门诊人日检验项数",
    title_en="Laboratory items a person-day",
    unit="item",
    why="A panel billed by its components counts many items where one is due.",
    numerator="outpatient laboratory items",
    denominator="person-days with laboratory items",
    needs=("fee_list_d",),
    facts=("institution_month",),
    points_to=("split_billing", "over_treatment"),
    log=True,
)
def lab_items_per_day(t: Tables, p: Params) -> pl.LazyFrame:  # noqa: ARG001
    """Different items by their 11-digit stem; a panel is one."""
    return ratio(t.facts("institution_month"), pl.col("lab_item_days"), pl.col("lab_person_days"))
