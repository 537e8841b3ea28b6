"""Institution features month by month: fitted on the whole city and period, told for some houses by month. Pure: frames in, frames out.

Each house is taken apart into one house a month, and every feature is computed once over all of them. So what a feature compares with (the
other houses' stays of this case mix, the digits of their fees, where else a physician worked) is what the figure of the whole period was
compared with, and the months' figures are parts of that figure.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

import polars as pl

from features.feature import Feature, features_of
from features.parameters import City
from features.run import FEATURE_SCHEMA, long_frame
from features.shared.measures import HOUSE
from features.shared.text import filled
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
#: Characters of a month, before the code in the name of a house in a month.
_MONTH: Final = len("2024-01")


def monthly_features(t: Tables, names: Collection[str], institutions: Collection[str], city: City) -> pl.DataFrame:
    """``FEATURE_SCHEMA`` and ``month`` for these features and institutions; ``t`` holds the facts of all institutions.

    A feature that compares months has in each the value it would have had if the data ended there (``Feature.months``). Features whose
    facts bear no month give no rows.
    """
    units = [
        unit
        for unit in features_of("institution")
        if set(unit.names) & set(names) and unit.months != "none" and set(unit.facts) <= set(MONTH_OF) and all(t.has(table) for table in unit.needs)
    ]
    facts = {grain: t.facts(grain).with_columns(_month=MONTH_OF[grain]) for grain in sorted({grain for unit in units for grain in unit.facts})}
    months = sorted({month for frame in facts.values() for month in frame.select("_month").unique().collect()["_month"].drop_nulls()})
    split = _MonthsAsHouses(t, facts, months)
    frames = [pl.DataFrame(schema={**FEATURE_SCHEMA, "month": pl.String()})]
    for unit in units:
        if unit.months == "each":
            frames.append(_told(unit, split, city).with_columns(month=_month_of_name(), fixmedins_code=_code_of_name()).collect())
            continue
        for month in months:
            until = {grain: facts[grain].filter(pl.col("_month") <= month) for grain in unit.facts}
            frames.append(_told(unit, Tables(t.lake, None, facts=until), city).with_columns(month=pl.lit(month)).collect())
    wanted = pl.col("feature").is_in(list(names)) & pl.col("fixmedins_code").is_in(list(institutions))
    return (
        pl.concat(frame.select(*FEATURE_SCHEMA, "month") for frame in frames)
        .filter(wanted & pl.col("value").is_finite() & (pl.col("denominator") > 0))
        .sort("fixmedins_code", "feature", "month")
    )


def _told(unit: Feature, t: Tables, city: City) -> pl.LazyFrame:
    return long_frame(unit, unit.function(t, city[unit.feature_id]))


def _name(month: str | pl.Expr) -> pl.Expr:
    """The code under which a house goes in a month."""
    return filled("{} {}", pl.lit(month) if isinstance(month, str) else month, "fixmedins_code")


def _month_of_name() -> pl.Expr:
    return pl.col("fixmedins_code").str.slice(0, _MONTH)


def _code_of_name() -> pl.Expr:
    return pl.col("fixmedins_code").str.slice(_MONTH + 1)


class _MonthsAsHouses(Tables):
    """The tables with every house taken apart into one a month; ``HOUSE`` says which it is. Registries say the same of each of them."""

    def __init__(self, t: Tables, facts: Mapping[str, pl.LazyFrame], months: Collection[str]) -> None:
        named = {
            grain: frame.filter(pl.col("_month").is_not_null()).with_columns(
                pl.col("fixmedins_code").alias(HOUSE), fixmedins_code=_name(pl.col("_month"))
            )
            for grain, frame in facts.items()
        }
        super().__init__(t.lake, None, facts=named)
        self._whole = t
        self._months = pl.LazyFrame({"_month": list(months)}, schema={"_month": pl.String})

    def raw(self, table: str) -> pl.LazyFrame:
        """A registry's rows, once a month."""
        return self._each_month(self._whole.raw(table))

    @property
    def institutions(self) -> pl.LazyFrame:
        """The registry of institutions, once a month."""
        return self._each_month(self._whole.institutions)

    def _each_month(self, registry: pl.LazyFrame) -> pl.LazyFrame:
        return registry.join(self._months, how="cross").with_columns(fixmedins_code=_name(pl.col("_month"))).drop("_month")
