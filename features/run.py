"""Computing all features: per person bucket, then over the city. Pure: frames in, frames out; flows write them.

    for bucket in lake.buckets:   bucket_facts(Tables(lake, bucket), city)      → frame by grain, one part a bucket
    then once:                    city_facts(parts, Tables(lake), city)         → the city's frames

A feature that wants a table the lake does not hold is left out and named by ``not_computed``; nothing is silent.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

import polars as pl

from features.feature import GRAINS, Feature, features_of
from features.networks.network_pairs import PAIR_SCHEMA, network_pairs
from features.parameters import City
from features.shared.text import filled
from features.tables import Tables

#: Facts computed for every person bucket.
BUCKET_FACTS: Final = tuple(name for name, grain in GRAINS.items() if grain.by_bucket)
#: Facts computed once over the city: the additive bucket facts summed up, institution features wide and long.
CITY_FACTS: Final = (*(name for name, grain in GRAINS.items() if grain.additive), "network_pair", "institution", "institution_feature")

#: Columns of ``institution_feature``, one row an institution and feature. ``scatter`` is known of quotients of cases
#: (``measures.observed_over_expected``), else null.
FEATURE_SCHEMA: Final[dict[str, pl.DataType]] = {
    "fixmedins_code": pl.String(),
    "feature": pl.String(),
    "value": pl.Float64(),
    "numerator": pl.Float64(),
    "denominator": pl.Float64(),
    "scatter": pl.Float64(),
}

_DIGITS: Final = 10

_REGISTRY: Final = (
    "fixmedins_name",
    "fixmedins_type",
    "hosp_lv",
    "tier",
    "fix_blng_admdvs",
    "medins_type_name",
    "medins_natu",
    "biznat",
    "beds",
    "staff",
    "is_pharmacy",
)


@dataclass(frozen=True, slots=True)
class NotComputed:
    """A feature that could not be computed, and the tables or facts it wants."""

    feature_id: str
    grain: str
    missing: tuple[str, ...]


def not_computed(t: Tables) -> list[NotComputed]:
    """The features that this lake cannot give, with what each of them lacks."""
    return [
        NotComputed(unit.feature_id, grain, missing)
        for grain in GRAINS
        for unit in features_of(grain)
        if (missing := tuple(table for table in unit.needs if not t.has(table)))
    ]


def bucket_facts(t: Tables, city: City, grains: Collection[str] = BUCKET_FACTS) -> dict[str, pl.DataFrame]:
    """The bucket facts of one person bucket: grain → frame with its keys and its features' columns."""
    return {grain: _bucket_frame(grain, t, city) for grain in grains}


def city_facts(parts: Mapping[str, pl.LazyFrame], t: Tables, city: City) -> dict[str, pl.DataFrame]:
    """The city's facts from the parts of all buckets (each grain's parts concatenated) and the registries of ``t``.

    Gives every frame of ``CITY_FACTS``: additive grains summed over buckets, ``network_pair`` (who goes together), ``institution`` (one
    row an institution that did business: registry columns, then one column a feature) and ``institution_feature`` (the same long, with
    numerator and denominator). Raises KeyError when a grain is missing from ``parts``.
    """
    missing = [grain for grain in BUCKET_FACTS if grain not in parts]
    if missing:
        raise KeyError(f"City facts need the bucket facts {', '.join(missing)}; run bucket_facts on every bucket first.")
    summed = {grain: combine(grain, parts[grain]).collect() for grain in BUCKET_FACTS if GRAINS[grain].additive}
    facts = {grain: summed[grain].lazy() if grain in summed else parts[grain] for grain in BUCKET_FACTS}
    pairs = network_pairs(facts, city) if _networks_possible(t) else pl.DataFrame(schema=PAIR_SCHEMA)
    whole = Tables(t.lake, None, facts={**facts, "network_pair": pairs.lazy()})
    long = _institution_features(whole, city)
    return {**summed, "network_pair": pairs, "institution_feature": long, "institution": _institution_frame(whole, long)}


def _networks_possible(t: Tables) -> bool:
    """True when the facts bear what the networks read: surplus purchases and drug visits come from fee lines."""
    return t.has("fee_list_d")


def combine(grain: str, parts: pl.LazyFrame) -> pl.LazyFrame:
    """The parts of all buckets as one frame: sums by the grain's keys where it is additive, else the parts as they are."""
    keys = list(GRAINS[grain].keys)
    return parts.group_by(keys).agg(pl.exclude(keys).sum()).sort(keys) if GRAINS[grain].additive else parts


def _bucket_frame(grain: str, t: Tables, city: City) -> pl.DataFrame:
    keys = list(GRAINS[grain].keys)
    computed = [_checked(unit, unit.function(t, city[unit.feature_id])) for unit in features_of(grain) if _possible(unit, t)]
    if grain == "stay":
        core = next(frame for unit, frame in computed if unit.feature_id == "stay_core")
        rest = [(unit, part) for unit, part in computed if unit.feature_id != "stay_core"]
        first, *others = pl.collect_all([core, *(part for _, part in rest)])
        frame = first
        for (unit, _), part in zip(rest, others, strict=True):
            frame = frame.join(part, on=keys, how="left")
            if unit.absent_is_zero:
                frame = frame.with_columns(_zero_if_null(frame.schema, unit.columns))
        return frame.sort(keys)
    if not computed:
        return pl.DataFrame(schema={key: pl.Date() if key == "date" else pl.String() for key in keys})
    frames = pl.collect_all([frame for _, frame in computed])
    return pl.concat(frames, how="diagonal").group_by(keys).agg(pl.exclude(keys).sum()).sort(keys)


def _zero_if_null(schema: Mapping[str, pl.DataType], columns: Mapping[str, str]) -> list[pl.Expr]:
    return [pl.col(name).fill_null(value=False) if schema[name] == pl.Boolean() else pl.col(name).fill_null(0) for name in columns]


def _possible(unit: Feature, t: Tables) -> bool:
    return all(t.has(table) for table in unit.needs)


def _checked(unit: Feature, frame: pl.LazyFrame) -> tuple[Feature, pl.LazyFrame]:
    """The frame in the declared order of columns. Raises ValueError when the feature does not return what it declares."""
    want = [*unit.grain.keys, *unit.columns]
    got = frame.collect_schema().names()
    if sorted(want) != sorted(got):
        raise ValueError(f"Feature {unit.feature_id} ({unit.grain.name}) declares the columns {want} but returned {got}.")
    return unit, frame.select(want)


def _institution_features(t: Tables, city: City) -> pl.DataFrame:
    frames = [long_frame(unit, unit.function(t, city[unit.feature_id])) for unit in features_of("institution") if _possible(unit, t)]
    whole = pl.concat(pl.collect_all(frames)) if frames else pl.DataFrame(schema=FEATURE_SCHEMA)
    known = {name for unit in features_of("institution") for name in unit.names}
    unknown = set(whole["feature"].unique()) - known
    if unknown:
        raise ValueError(f"Institution features returned members they do not declare: {', '.join(sorted(unknown))}.")
    return (
        whole.filter(pl.col("value").is_not_null() & pl.col("value").is_finite() & (pl.col("denominator") > 0))
        .join(_in_business(t).collect(), on="fixmedins_code", how="semi")
        .sort("fixmedins_code", "feature")
    )


def long_frame(unit: Feature, frame: pl.LazyFrame) -> pl.LazyFrame:
    """What an institution feature returned, as rows of ``FEATURE_SCHEMA``. Raises ValueError when it lacks a column it must have."""
    names = frame.collect_schema().names()
    lacking = {"fixmedins_code", "numerator", "denominator"} - set(names)
    if lacking or ("member" in names) != bool(unit.columns):
        raise ValueError(
            f"Institution feature {unit.feature_id} must return fixmedins_code, numerator, denominator"
            f"{' and member' if unit.columns else ' and no member'}; it returned {names}."
        )
    name = filled("{}_{}", pl.lit(unit.feature_id), "member") if unit.columns else pl.lit(unit.feature_id)
    quotient = pl.when(pl.col("denominator") > 0).then(pl.col("numerator") / pl.col("denominator"))
    value = pl.col("value") if "value" in names else quotient
    scatter = pl.col("scatter") if "scatter" in names else pl.lit(None, pl.Float64)
    return (
        frame.with_columns(pl.col("numerator", "denominator").cast(pl.Float64))
        .with_columns(feature=name, value=value.cast(pl.Float64), scatter=scatter)
        # the last digits of a sum of decimals hang on the order of threads; results must not
        .with_columns(pl.col("value", "numerator", "denominator", "scatter").round_sig_figs(_DIGITS))
        .select(pl.col(column).cast(dtype) for column, dtype in FEATURE_SCHEMA.items())
    )


def _in_business(t: Tables) -> pl.LazyFrame:
    """Institutions with a visit or a settlement that stands in the period."""
    return t.facts("institution_month").select("fixmedins_code").unique()


def _institution_frame(t: Tables, long: pl.DataFrame) -> pl.DataFrame:
    """One row an institution that did business, its registry columns and one column a feature (null where it does not apply)."""
    registry = t.institutions.select("fixmedins_code", *_REGISTRY)
    base = _in_business(t).join(registry, on="fixmedins_code", how="left").sort("fixmedins_code").collect()
    if long.is_empty():
        return base
    wide = long.pivot(on="feature", index="fixmedins_code", values="value")
    ordered = [name for unit in features_of("institution") for name in unit.names if name in wide.columns]
    return base.join(wide.select("fixmedins_code", *ordered), on="fixmedins_code", how="left")
