"""Institution features month by month: the same functions on the facts of one month at a time. Pure: frames in, frames out."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

import polars as pl

from features.feature import features_of
from features.parameters import City
from features.run import FEATURE_SCHEMA, long_frame
from features.tables import Tables

#: The month of a row, by the grain of the facts. A grain without one (items) has no months.
MONTH_OF: Final[Mapping[str, pl.Expr]] = {
    "stay": pl.col("month"),
    "person_month": pl.col("month"),
    "institution_month": pl.col("month"),
    "institution_day": pl.col("date").dt.strftime("%Y-%m"),
    "admission_group": pl.col("date").dt.strftime("%Y-%m"),
    "physician_day": pl.col("date").dt.strftime("%Y-%m"),
}


def monthly_features(t: Tables, names: Collection[str], institutions: Collection[str], city: City) -> pl.DataFrame:
    """``FEATURE_SCHEMA`` and ``month`` for these features and institutions.

    A feature that compares months has in each the value it would have had if the data ended there (``Feature.months``). Features whose
    facts bear no month give no rows.
    """
    wanted = pl.Series(sorted(institutions), dtype=pl.String)
    units = [
        unit
        for unit in features_of("institution")
        if set(unit.names) & set(names) and unit.months != "none" and set(unit.facts) <= set(MONTH_OF) and all(t.has(table) for table in unit.needs)
    ]
    grains = {grain for unit in units for grain in unit.facts}
    facts = {
        grain: t.facts(grain).filter(pl.col("fixmedins_code").is_in(wanted.implode())).with_columns(_month=MONTH_OF[grain]).collect()
        for grain in sorted(grains)
    }
    months = sorted({month for frame in facts.values() for month in frame["_month"].drop_nulls().unique().to_list()})
    # each grain is parted once, not once a feature and month
    parts = {grain: frame.partition_by("_month", as_dict=True) for grain, frame in facts.items()}
    frames = []
    for month in months:
        of_month = {grain: parts[grain].get((month,), frame.clear()).lazy() for grain, frame in facts.items()}
        until = {grain: frame.lazy().filter(pl.col("_month") <= month) for grain, frame in facts.items()}
        tables = {"each": Tables(t.lake, None, facts=of_month), "until": Tables(t.lake, None, facts=until)}
        frames += [long_frame(unit, unit.function(tables[unit.months], city[unit.feature_id])).with_columns(month=pl.lit(month)) for unit in units]
    if not frames:
        return pl.DataFrame(schema={**FEATURE_SCHEMA, "month": pl.String()})
    return (
        # one by one: planning hundreds of queries together takes many times as long as running them
        pl.concat([frame.collect() for frame in frames])
        .filter(pl.col("feature").is_in(list(names)) & pl.col("value").is_finite() & (pl.col("denominator") > 0))
        .sort("fixmedins_code", "feature", "month")
    )
