"""Fair comparison: who is compared with whom, and how far from them an institution lies.

*Peer groups.* Every institution belongs to a ladder of groups, from narrow to wide: tier, type and ownership; tier and type; then what
its work resembles most (a specialised house its specialty in all tiers, a general one the general houses of its tier); then its family
(hospitals, primary care, village rooms and clinics, pharmacies …); at last everybody. It is compared in the first that has at least
``group_min`` members with a value of the feature. The group's name says which it was.

*Standardisation* (``standardise``). Within a group and feature the centre is the median, the spread between institutions τ comes from
the median absolute deviation, and the chance spread σ²/n of an institution with denominator n is estimated from the data: the squared
deviations of all peers regressed on 1/n, winsorised so that outliers do not hide themselves. Empirical-Bayes shrinkage pulls a small
institution's value to the centre by τ²/(τ²+σ²/n); z is the shrunken deviation in units of its own spread,

    z = (value − centre) / sqrt(τ² + σ²/n),

so that a village clinic with nine visits cannot stand out by chance. Features that count persons, yuan or rates that differ by
factors are compared on a logarithmic scale. z is turned so that higher is more suspicious (``direction`` of the feature).

Source: Spiegelhalter 2005, "Funnel plots for comparing institutional performance", with over-dispersion; Morris 1983 for the shrinkage.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl

from features.feature import Feature, features_of
from features.parameters import City, Params

#: Type of institution in words → family; the first word found counts.
_FAMILIES: Final[tuple[tuple[str, str], ...]] = (
    ("药店", "药店"),
    ("药房", "药店"),
    ("透析", "透析机构"),
    ("村卫生", "村室诊所"),
    ("诊所", "村室诊所"),
    ("门诊部", "村室诊所"),
    ("卫生站", "村室诊所"),
    ("医务室", "村室诊所"),
    ("卫生院", "基层卫生机构"),
    ("社区卫生", "基层卫生机构"),
    ("护理", "护理康养机构"),
    ("养老", "护理康养机构"),
    ("安宁", "护理康养机构"),
    ("医院", "医院"),
)

#: Hospitals whose tier says more of their work than their type in words.
_GENERAL: Final = ("综合医院", "中医医院", "中西医结合医院", "民族医院")

LEVELS: Final = tuple(f"level_{number}" for number in range(5))

#: Columns of what ``standardise`` returns.
STANDARD_SCHEMA: Final[dict[str, pl.DataType]] = {
    "fixmedins_code": pl.String(),
    "feature": pl.String(),
    "value": pl.Float64(),
    "numerator": pl.Float64(),
    "denominator": pl.Float64(),
    "peer_group": pl.String(),
    "peer_n": pl.Int64(),
    "peer_median": pl.Float64(),
    "peer_spread": pl.Float64(),
    "shrunk": pl.Float64(),
    "z": pl.Float64(),
}

_MAD_TO_SD: Final = 1.4826
_MEAN_DEVIATION_TO_SD: Final = 1.2533


def peer_groups(institution: pl.LazyFrame | pl.DataFrame, city: City) -> pl.DataFrame:
    """fixmedins_code, its ladder of groups ``level_0`` … ``level_4``, and the one it stands in as a whole: peer_group, peer_level, peer_n.

    ``institution`` is the city fact of that name. Unknown tiers and types form their own values rather than being guessed.
    """
    frame = institution.collect() if isinstance(institution, pl.LazyFrame) else institution
    named = pl.col("medins_type_name").fill_null("类型不详").str.replace_all(r"\s", "")
    kind = pl.when(pl.col("is_pharmacy").fill_null(value=False)).then(pl.lit("零售药店")).otherwise(named)
    tier = pl.col("tier").replace_strict({"3": "三级", "2": "二级", "1": "一级"}, default="", return_dtype=pl.String)
    words = pl.col("kind").str
    family = pl.coalesce(*(pl.when(words.contains(word, literal=True)).then(pl.lit(name)) for word, name in _FAMILIES), pl.lit("其他机构"))
    general = words.contains_any(list(_GENERAL)) | (family != "医院")
    ladder = (
        frame.select("fixmedins_code", tier.alias("tier"), kind.alias("kind"), pl.col("medins_natu").fill_null("").alias("nature"))
        .with_columns(family=family, general=general)
        .select(
            "fixmedins_code",
            level_0=pl.concat_str("nature", "tier", "kind"),
            level_1=pl.concat_str("tier", "kind"),
            level_2=pl.when("general").then(pl.concat_str("tier", "family")).otherwise("kind"),
            level_3="family",
            level_4=pl.lit("全部机构"),
        )
    )
    return _placed(ladder, [], city["peers"]["group_min"]).sort("fixmedins_code")


def standardise(institution_feature: pl.LazyFrame | pl.DataFrame, groups: pl.DataFrame, city: City) -> pl.DataFrame:
    """Long frame of ``STANDARD_SCHEMA``: one row an institution and feature it has a value of.

    ``institution_feature`` is the city fact of that name, ``groups`` what ``peer_groups`` gave. Only institutions that have the
    feature count as peers; ``peer_group`` names the group each row was compared in. Descriptive features are left out. z is capped at
    ± ``z_cap``; a feature that speaks both ways (direction 0) has |z|.
    """
    p = city["peers"]
    long = institution_feature.collect() if isinstance(institution_feature, pl.LazyFrame) else institution_feature
    units = {name: unit for unit in features_of("institution") for name in unit.names if not unit.descriptive}
    ladder = groups.select("fixmedins_code", *LEVELS)
    rows = _placed(long.filter(pl.col("feature").is_in(list(units))).join(ladder, on="fixmedins_code", how="inner"), ["feature"], p["group_min"])
    done: list[pl.DataFrame] = []
    for (feature,), of_feature in rows.partition_by("feature", as_dict=True, maintain_order=True).items():
        for (level, group), mine in of_feature.partition_by("peer_level", "peer_group", as_dict=True, maintain_order=True).items():
            peers = of_feature.filter(pl.col(LEVELS[int(level)]) == group)
            done.append(_standardised(mine, peers, units[str(feature)], p))
    if not done:
        return pl.DataFrame(schema=STANDARD_SCHEMA)
    whole = pl.concat(done).select(pl.col(name).cast(dtype) for name, dtype in STANDARD_SCHEMA.items())
    return whole.sort("fixmedins_code", "feature")


def _placed(frame: pl.DataFrame, within: list[str], group_min: int) -> pl.DataFrame:
    """The frame with peer_level, peer_group, peer_n: the first level of the ladder with at least ``group_min`` rows (``within`` a feature)."""
    sizes = [pl.len().over([*within, level]).cast(pl.Int64).alias(f"_{level}") for level in LEVELS]
    number = pl.coalesce(*(pl.when(pl.col(f"_{level}") >= group_min).then(pl.lit(index)) for index, level in enumerate(LEVELS)), pl.lit(4))
    chosen = [pl.when(pl.col("peer_level") == index) for index in range(len(LEVELS))]
    return (
        frame.with_columns(sizes)
        .with_columns(peer_level=number)
        .with_columns(
            peer_group=pl.coalesce(*(here.then(pl.col(level)) for here, level in zip(chosen, LEVELS, strict=True))),
            peer_n=pl.coalesce(*(here.then(pl.col(f"_{level}")) for here, level in zip(chosen, LEVELS, strict=True))),
        )
        .drop([f"_{level}" for level in LEVELS])
    )


def wide(standard: pl.DataFrame, column: str = "z") -> pl.DataFrame:
    """One row an institution, one column a feature, of one column of what ``standardise`` gave; features in alphabetical order."""
    if standard.is_empty():
        return pl.DataFrame(schema={"fixmedins_code": pl.String()})
    table = standard.pivot(on="feature", index="fixmedins_code", values=column)
    return table.select("fixmedins_code", *sorted(name for name in table.columns if name != "fixmedins_code")).sort("fixmedins_code")


def _standardised(mine: pl.DataFrame, peers: pl.DataFrame, unit: Feature, p: Params) -> pl.DataFrame:
    scale = _Scale.of(peers, unit, p)
    values = _to_scale(mine["value"].to_numpy(), unit)
    chance = scale.unit_variance / np.maximum(mine["denominator"].to_numpy(), 1e-9)
    total = np.sqrt(scale.between**2 + chance)
    deviation = values - scale.centre
    shrunk = scale.centre + deviation * scale.between**2 / (scale.between**2 + chance) if scale.between > 0 else np.full_like(values, scale.centre)
    raw = np.divide(deviation, total, out=np.zeros_like(deviation), where=total > 0)
    z = np.abs(raw) if unit.direction == 0 else raw * unit.direction
    return mine.select("fixmedins_code", "feature", "value", "numerator", "denominator", "peer_group", "peer_n").with_columns(
        peer_median=pl.lit(_from_scale(scale.centre, unit)),
        peer_spread=pl.lit(scale.between),
        shrunk=pl.Series(np.atleast_1d(_from_scale(shrunk, unit))),
        z=pl.Series(np.clip(z, -p["z_cap"], p["z_cap"])),
    )


class _Scale:
    """Centre, spread between institutions and variance of one unit of denominator, of one feature in one group."""

    def __init__(self, centre: float, between: float, unit_variance: float) -> None:
        self.centre = centre
        self.between = between
        self.unit_variance = unit_variance

    @classmethod
    def of(cls, peers: pl.DataFrame, unit: Feature, p: Params) -> _Scale:
        values = _to_scale(peers["value"].to_numpy(), unit)
        n = np.maximum(peers["denominator"].to_numpy(), 1e-9)
        # small institutions tell little about the centre: the median is weighted by the root of the denominator
        centre = _weighted_median(values, np.sqrt(n))
        deviation = np.abs(values - centre)
        spread = _MAD_TO_SD * float(np.median(deviation))
        if spread == 0:
            # more than half lie at the centre (rare events): the mean deviation still sees the rest, without the farthest tenth
            kept = np.sort(deviation)[: max(1, int(np.ceil(0.9 * len(deviation))))]
            spread = _MEAN_DEVIATION_TO_SD * float(np.mean(kept))
        floor = p["spread_floor_share"] * max(abs(centre), 1e-9) if not unit.log else p["spread_floor_share"]
        if unit.unit == "share":
            floor = max(floor, p["share_floor"])
        unit_variance = _unit_variance(values, n, centre, spread, unit)
        within = float(np.median(unit_variance / n))
        between = float(np.sqrt(max(spread**2 - within, 0.0)))
        return cls(centre, max(between, floor), unit_variance)


def _unit_variance(values: np.ndarray, n: np.ndarray, centre: float, spread: float, unit: Feature) -> float:
    """σ² of a single unit of the denominator: binomial for shares, else the slope of winsorised squared deviations on 1/n."""
    if unit.unit == "share":
        pooled = float(np.clip(np.average(np.clip(values, 0, 1), weights=np.sqrt(n)), 0.0, 1.0))
        rate = min(max(pooled, centre, 0.5 / max(float(n.sum()), 1.0)), 1.0)
        return max(rate * (1 - rate), 1e-6)
    if len(values) < 4 or np.ptp(1 / n) == 0:
        return 0.0
    limit = (3 * spread) ** 2 if spread > 0 else np.inf
    squares = np.minimum((values - centre) ** 2, limit)
    design = 1 / n
    slope = float(np.cov(design, squares)[0, 1] / np.var(design, ddof=1))
    return max(slope, 0.0)


def _weighted_median(values: np.ndarray, weights: np.ndarray) -> float:
    order = np.argsort(values, kind="stable")
    cumulated = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(cumulated, cumulated[-1] / 2)])


def _to_scale(values: np.ndarray, unit: Feature) -> np.ndarray:
    return np.log1p(np.maximum(values, 0.0)) if unit.log else values.astype(float)


def _from_scale(values: np.ndarray | float, unit: Feature) -> np.ndarray | float:
    return np.expm1(values) if unit.log else values
