from __future__ import annotations

import polars as pl

from features.feature import feature
from features.parameters import Params
from features.shared.category import is_care
from features.tables import Tables


@feature(
    grain="stay",
    title_zh="每日费用套餐",
    title_en="Daily bundle",
    unit="day",
    why="Care follows the patient's course; a bill copied from day to day, and from patient to patient, follows a template.",
    numerator="days whose items and counts are the stay's most frequent bundle",
    denominator="days of the stay with care lines",
    needs=("fee_list_d",),
    columns={"bundle_days": "有诊疗天数", "modal_bundle_days": "最常见套餐天数", "distinct_bundles": "套餐种数", "modal_bundle": "最常见套餐标识"},
    points_to=("phantom_service", "fake_inpatient", "bed_hanging"),
    absent_is_zero=False,
)
def daily_bundle(t: Tables, p: Params) -> pl.LazyFrame:  # noqa: ARG001
    """The set of care items with their counts, day by day. ``modal_bundle`` is the same number for the same set, in any stay.

    Long-term orders repeat lawfully; what stands out is the same set in nearly all stays of a house while its peers vary.
    """
    items = (
        t.lines.filter(pl.col("inpatient") & is_care())
        .group_by("mdtrt_id", "date", "hilist_code")
        .agg(pl.col("cnt").sum())
        # shifted right, so that the sum of a day's items cannot overflow; the sum does not depend on their order
        .with_columns(item=(pl.col("hilist_code").hash(seed=1) // 2**16) + ((pl.col("cnt") * 100).round().cast(pl.Int64).hash(seed=2) // 2**20))
    )
    days = items.group_by("mdtrt_id", "date").agg(pl.col("item").sum().alias("bundle"))
    bundles = (
        days.group_by("mdtrt_id", "bundle").agg(pl.len().cast(pl.Int64).alias("n")).sort("mdtrt_id", "n", "bundle", descending=[False, True, False])
    )
    return bundles.group_by("mdtrt_id", maintain_order=True).agg(
        pl.col("n").sum().alias("bundle_days"),
        pl.col("n").first().alias("modal_bundle_days"),
        pl.len().cast(pl.Int64).alias("distinct_bundles"),
        pl.col("bundle").first().alias("modal_bundle"),
    )
