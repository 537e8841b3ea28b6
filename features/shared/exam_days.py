"""Imaging and laboratory items by person and day, with the distance to the same item before."""

from __future__ import annotations

import polars as pl

from features.reference.items import item_group
from features.shared.once import once
from features.tables import Tables

IMAGING_GROUPS = ("21", "22", "23")
LAB_GROUP = "25"


@once
def exam_days(t: Tables) -> pl.LazyFrame:
    """One row a person, item, institution and day: mdtrt_id, family (imaging, lab), gap (days since the person's same item), elsewhere.

    ``gap`` is null for the first; ``elsewhere`` says that the one before was at another institution. Items are compared by their
    11-digit stem, so that a base item and its children are one. Several lines of one day are one.
    """
    group = item_group(pl.col("hilist_code"))
    return (
        t.lines.filter(t.of_item(group.is_in([*IMAGING_GROUPS, LAB_GROUP])))
        .select(
            "psn_no",
            "fixmedins_code",
            "mdtrt_id",
            "date",
            "inpatient",
            group=t.of_item(group),
            stem=t.of_item(pl.col("hilist_code").str.slice(0, 11)),
        )
        # done twice on one day, in the clinic and in the ward, it counts for the stay; no choice may hang on the order of the lines
        .group_by("psn_no", "stem", "fixmedins_code", "date", "group")
        .agg(pl.col("mdtrt_id").filter(pl.col("inpatient") == pl.col("inpatient").max()).min(), pl.col("inpatient").any())
        .sort("psn_no", "stem", "date", "fixmedins_code")
        .with_columns(
            family=pl.when(pl.col("group") == LAB_GROUP).then(pl.lit("lab")).otherwise(pl.lit("imaging")),
            gap=(pl.col("date") - pl.col("date").shift(1).over("psn_no", "stem")).dt.total_days(),
            elsewhere=(pl.col("fixmedins_code") != pl.col("fixmedins_code").shift(1).over("psn_no", "stem")),
        )
        .drop("group")
    )
