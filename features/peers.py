"""Fair comparison: who is compared with whom, and how far from them an institution lies.

*Peer groups.* Every institution belongs to a ladder of groups, from narrow to wide: tier, type, ownership and case mix (what prevails in
its wards, features/case_mix.py); tier, type and ownership; tier and type; then what its work resembles most (a specialised house its
specialty in all tiers, a general one the general houses of its tier); then its family (general hospitals, specialised hospitals, primary
care, village rooms and clinics, pharmacies …); at last everybody. It is compared in the first that has at least ``group_min`` members with
a value of the feature; with everybody only in what means the same everywhere (``universal`` features), never beyond its own kind in what
hangs on the kind (``own_kind``: mix of fees, catchment). Where the widest group allowed is smaller, at least ``group_floor`` of it serve,
with the spread usual in other groups; below that there is no comparison.

*Standardisation* (``standardise``, features/funnel.py). The centre is the peers' median, the spread between them comes from the median
absolute deviation, and chance is allowed for by each institution's denominator, so that a village clinic with nine visits cannot
stand out by luck, nor a tertiary hospital for being large. z is turned so that higher is more suspicious.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np
import polars as pl

from features.case_mix import case_mix
from features.feature import Feature, features_of
from features.funnel import Array, Funnel
from features.parameters import City, Params
from features.shared.text import filled

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

LEVELS: Final = tuple(f"level_{number}" for number in range(6))
#: How many of them stay within a house's own kind.
_OWN_KIND: Final = 4

#: Columns of what ``standardise`` returns. ``low`` and ``high`` are the limits of
#: the institution's own value by chance, ``shrunk`` the value drawn to its peers as far as chance allows; all in the feature's unit.
STANDARD_SCHEMA: Final[dict[str, pl.DataType]] = {
    "fixmedins_code": pl.String(),
    "feature": pl.String(),
    "value": pl.Float64(),
    "numerator": pl.Float64(),
    "denominator": pl.Float64(),
    "peer_group": pl.String(),
    "peer_n": pl.Int64(),
    "peer_median": pl.Float64(),
    "shrunk": pl.Float64(),
    "low": pl.Float64(),
    "high": pl.Float64(),
    "z": pl.Float64(),
}


def peer_groups(institution: pl.LazyFrame | pl.DataFrame, stays: pl.LazyFrame | pl.DataFrame, city: City) -> pl.DataFrame:
    """fixmedins_code, its ladder of groups ``level_0`` … ``level_5``, and the one it stands in as a whole: peer_group, peer_level, peer_n.

    ``institution`` and ``stays`` are the facts ``institution`` and ``stay``. Unknown tiers and types form their own values rather than being
    guessed; a house without (enough) stays has no case mix and its first two groups are the same.
    """
    frame = institution.collect() if isinstance(institution, pl.LazyFrame) else institution
    named = pl.col("medins_type_name").fill_null("类型不详").str.replace_all(r"\s", "")
    kind = pl.when(pl.col("is_pharmacy").fill_null(value=False)).then(pl.lit("零售药店")).otherwise(named)
    tier = pl.col("tier").replace_strict({"3": "三级", "2": "二级", "1": "一级"}, default="", return_dtype=pl.String)
    words = pl.col("kind").str
    family = pl.coalesce(*(pl.when(words.contains(word, literal=True)).then(pl.lit(name)) for word, name in _FAMILIES), pl.lit("其他机构"))
    general = words.contains_any(list(_GENERAL)) | (family != "医院")
    mixes = case_mix(stays, city["peers"])
    ladder = (
        frame.join(mixes, on="fixmedins_code", how="left")
        .select("fixmedins_code", tier.alias("tier"), kind.alias("kind"), pl.col("medins_natu").fill_null("").alias("nature"), "case_mix")
        .with_columns(family=family, general=general)
        .select(
            "fixmedins_code",
            level_0=pl.concat_str("nature", "tier", "kind", filled("（{}）", "case_mix").fill_null("")),
            level_1=pl.concat_str("nature", "tier", "kind"),
            level_2=pl.concat_str("tier", "kind"),
            level_3=pl.when("general").then(pl.concat_str("tier", "family")).otherwise("kind"),
            level_4=pl.when("general").then("family").otherwise(pl.lit("专科医院")),
            level_5=pl.lit("全部机构"),
        )
    )
    return _placed(ladder, city["peers"]["group_min"]).sort("fixmedins_code")


def standardise(institution_feature: pl.LazyFrame | pl.DataFrame, groups: pl.DataFrame, city: City) -> pl.DataFrame:
    """Long frame of ``STANDARD_SCHEMA``: one row an institution and feature it has a value of.

    ``institution_feature`` is the city fact of that name, ``groups`` what ``peer_groups`` gave. Only institutions that have the
    feature count as peers; ``peer_group`` names the group each row was compared in, null (and z null) where there is none. Descriptive
    features are left out. z is capped at ± ``z_cap``; a feature that speaks both ways (direction 0) has |z|.
    """
    p = city["peers"]
    long = institution_feature.collect() if isinstance(institution_feature, pl.LazyFrame) else institution_feature
    units = {name: unit for unit in features_of("institution") for name in unit.names if not unit.descriptive}
    rows = (
        long.with_columns(pl.col("scatter").cast(pl.Float64).fill_null(np.nan))
        .filter(pl.col("feature").is_in(list(units)))
        .join(groups.select("fixmedins_code", *LEVELS), on="fixmedins_code", how="inner")
    )
    done = [
        _compared(of_feature, units[str(feature)], p)
        for (feature,), of_feature in rows.partition_by("feature", as_dict=True, maintain_order=True).items()
    ]
    if not done:
        return pl.DataFrame(schema=STANDARD_SCHEMA)
    # where nobody has comparable peers no frame bears the peers' columns
    together = pl.concat([pl.DataFrame(schema=STANDARD_SCHEMA), *done], how="diagonal_relaxed")
    whole = together.select(pl.col(name).cast(dtype) for name, dtype in STANDARD_SCHEMA.items())
    return whole.sort("fixmedins_code", "feature")


def _compared(rows: pl.DataFrame, unit: Feature, p: Params) -> pl.DataFrame:
    """All rows of one feature with their group, its figures and z."""
    reach = len(LEVELS) if unit.universal else _OWN_KIND if unit.own_kind else len(LEVELS) - 1
    placed = _placed(rows, p["group_min"], LEVELS[:reach], p["group_floor"])
    values, n, scatter = (placed[name].to_numpy() for name in ("value", "denominator", "scatter"))
    # in numbers, since a city has thousands of pairs of a feature and a group, and a frame for each takes longer than what is asked of it
    level = placed["peer_level"].fill_null(-1).to_numpy()
    of_level = placed.select(pl.col(LEVELS[:reach]).rank("dense").fill_null(0)).to_numpy()
    group = np.where(placed["peer_group"].is_not_null().to_numpy(), of_level[np.arange(len(level)), level], 0)
    found = []
    for place, number in sorted({pair for pair in zip(level.tolist(), group.tolist(), strict=True) if pair[1]}):
        peers = of_level[:, place] == number
        funnel = _funnel(values[peers], n[peers], scatter[peers], unit, p)
        found.append(((level == place) & (group == number), funnel, bool(peers.sum() >= p["group_min"])))
    large = [funnel.between for _, funnel, enough in found if enough]
    usual = float(np.median(large)) if large else 0.0
    figures = np.full((5, len(values)), np.nan)
    for mine, funnel, enough in found:
        share = p["usual_spread_share"] if enough else 1.0
        figures[:, mine] = _figures(values[mine], n[mine], funnel.widened(share * usual), unit, p["z_cap"])
    known = pl.col("peer_group").is_not_null()
    names = ("peer_median", "shrunk", "low", "high", "z")
    return placed.with_columns(pl.when(known).then(pl.Series(row)).alias(name) for name, row in zip(names, figures, strict=True))


def _funnel(values: Array, n: Array, scatter: Array, unit: Feature, p: Params) -> Funnel:
    funnel = Funnel.fit(values, n, unit.statistic, scatter, log=unit.log, prior_events=p["prior_events"], prior_share=p["prior_share"])
    floor = p["spread_floor_share"] * (1.0 if unit.log else abs(funnel.centre))
    return funnel.widened(max(floor, p["share_floor"] if unit.unit == "share" else 0.0))


def _figures(values: Array, n: Array, funnel: Funnel, unit: Feature, z_cap: float) -> Array:
    """The peers' median, the shrunk value, its limits and z of each house; shape (5, houses)."""
    signed = np.clip(funnel.z(values, n), -z_cap, z_cap)
    low, high = funnel.interval(values, n)
    z = np.abs(signed) if unit.direction == 0 else signed * unit.direction
    return np.stack([np.full(len(values), funnel.median), funnel.shrunk(values, n), low, high, z])


def _placed(frame: pl.DataFrame, group_min: int, levels: Iterable[str] = LEVELS, group_floor: int = 1) -> pl.DataFrame:
    """The frame with peer_level, peer_group, peer_n: the first level with at least ``group_min`` rows, else the widest with ``group_floor``."""
    names = list(levels)
    sized = frame.with_columns(pl.len().over(level).cast(pl.Int64).alias(f"_{level}") for level in names)
    enough = [pl.when(pl.col(f"_{level}") >= group_min).then(pl.lit(index)) for index, level in enumerate(names)]
    widest = pl.when(pl.col(f"_{names[-1]}") >= group_floor).then(pl.lit(len(names) - 1))
    chosen = [pl.when(pl.col("peer_level") == index) for index in range(len(names))]
    return (
        sized.with_columns(peer_level=pl.coalesce(*enough, widest))
        .with_columns(
            peer_group=pl.coalesce(*(here.then(pl.col(level)) for here, level in zip(chosen, names, strict=True))),
            peer_n=pl.coalesce(*(here.then(pl.col(f"_{level}")) for here, level in zip(chosen, names, strict=True))),
        )
        .drop([f"_{level}" for level in names])
    )


def wide(standard: pl.DataFrame, column: str = "z") -> pl.DataFrame:
    """One row an institution, one column a feature, of one column of what ``standardise`` gave; features in alphabetical order."""
    if standard.is_empty():
        return pl.DataFrame(schema={"fixmedins_code": pl.String()})
    table = standard.pivot(on="feature", index="fixmedins_code", values=column)
    return table.select("fixmedins_code", *sorted(name for name in table.columns if name != "fixmedins_code")).sort("fixmedins_code")
