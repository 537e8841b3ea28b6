"""Planted cases: known frauds put into a copy of a bureau's own data, so that it learns what its system cannot see.

A *plant* is one way of cheating. It names the units of an institution it can be done with (a stay, a visit, a fee line …) and changes the
raw contract tables of one person bucket for a share of them: its *strength*, 0–1. A larger strength holds the units of a smaller one, so
that the curves of one seed can be compared. The rows that bear the fraud are the *cases*; what the system found of them is ``found``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
import polars as pl

from features.parameters import Params
from models.kinds import Kind

#: Raw contract tables of one bucket by name; a plant returns those it changed.
Frames: TypeAlias = dict[str, pl.DataFrame]

CASE_SCHEMA: Final[dict[str, pl.DataType]] = {
    "case_id": pl.String(),
    "plant_id": pl.String(),
    "kind": pl.String(),
    "strength": pl.Float64(),
    "fixmedins_code": pl.String(),
    "psn_no": pl.String(),
    "mdtrt_id": pl.String(),
    "bkkp_sns": pl.List(pl.String()),
}


@dataclass(frozen=True, slots=True)
class Plant:
    """One way of cheating: ``units`` gives ``fixmedins_code unit`` of all it can be done with, ``apply`` does it to some."""

    plant_id: str
    kind: Kind
    title_zh: str
    needs: tuple[str, ...]
    units: Callable[[Mapping[str, pl.DataFrame], Params], pl.DataFrame]
    apply: Callable[[Mapping[str, pl.DataFrame], pl.DataFrame, Params], tuple[Frames, pl.DataFrame]]


@dataclass(frozen=True, slots=True)
class Planted:
    """The changed tables and what was planted (``CASE_SCHEMA``)."""

    frames: Frames
    cases: pl.DataFrame


def houses_for(plants: tuple[Plant, ...], frames: Mapping[str, pl.DataFrame], p: Params) -> dict[str, list[str]]:
    """Plant → the institutions that are to cheat in this way; an institution cheats in one way only, so that ranks tell plants apart.

    Drawn with ``seed`` among those with at least ``units_min`` units; the plant with the fewest candidates chooses first. A plant that
    nobody in the bucket can do has an empty list.
    """
    candidates: dict[str, list[str]] = {}
    for plant in plants:
        if any(table not in frames for table in plant.needs):
            candidates[plant.plant_id] = []
            continue
        counted = plant.units(frames, p).group_by("fixmedins_code").len("n").filter(pl.col("n") >= p["units_min"])
        candidates[plant.plant_id] = counted["fixmedins_code"].sort().to_list()
    rng = np.random.default_rng(p["seed"])
    taken: set[str] = set()
    chosen: dict[str, list[str]] = {}
    for plant_id in sorted(candidates, key=lambda name: (len(candidates[name]), name)):
        free = [code for code in candidates[plant_id] if code not in taken]
        chosen[plant_id] = sorted(rng.permutation(free)[: int(p["houses"])].tolist())
        taken.update(chosen[plant_id])
    return chosen


def plant_cases(plants: tuple[Plant, ...], frames: Mapping[str, pl.DataFrame], strength: float, p: Params) -> Planted:
    """Plants every fraud at its institutions with this strength; ``frames`` stay as they are.

    Raises ValueError for a strength outside 0–1.
    """
    if not 0 <= strength <= 1:
        raise ValueError(f"A strength is a share from 0 to 1, not {strength}.")
    now: Frames = dict(frames)
    changed: Frames = {}
    cases = [pl.DataFrame(schema=CASE_SCHEMA)]
    for plant_id, houses in sorted(houses_for(plants, frames, p).items()):
        plant = next(unit for unit in plants if unit.plant_id == plant_id)
        if not houses or strength == 0:
            continue
        units = plant.units(frames, p).filter(pl.col("fixmedins_code").is_in(houses))
        drawn = _drawn(units, strength, int(p["seed"]))
        tables, rows = plant.apply(now, drawn, p)
        now.update(tables)
        changed.update(tables)
        cases.append(_as_cases(rows.join(drawn, on="unit"), plant, strength))
    return Planted(changed, pl.concat(cases))


def found(cases: pl.DataFrame, findings: pl.DataFrame, before: pl.DataFrame) -> pl.DataFrame:
    """The cases with ``found`` (any finding touches it) and ``found_same_kind``.

    Only findings that were not there before the planting count (``before``: those of the untouched copy). A finding touches a case at the
    same institution when they share a fee line at fault, or the visit, or, where the finding names no visit, the person.
    """
    new = findings.join(before.select("finding_id"), on="finding_id", how="anti")
    by_line = cases.select("case_id", "fixmedins_code", pl.col("bkkp_sns").alias("line")).explode("line").drop_nulls("line")
    lines = new.select("fixmedins_code", "kind", pl.col("bkkp_sns").alias("line")).explode("line").drop_nulls("line")
    visits = new.drop_nulls("mdtrt_id").select("fixmedins_code", "kind", "mdtrt_id")
    persons = new.filter(pl.col("mdtrt_id").is_null()).drop_nulls("psn_no").select("fixmedins_code", "kind", "psn_no")
    touched = pl.concat(
        [
            by_line.join(lines, on=["fixmedins_code", "line"]).select("case_id", "kind"),
            cases.drop("kind").join(visits, on=["fixmedins_code", "mdtrt_id"]).select("case_id", "kind"),
            cases.drop("kind").join(persons, on=["fixmedins_code", "psn_no"]).select("case_id", "kind"),
        ]
    )
    kinds = touched.group_by("case_id").agg(pl.col("kind").unique().alias("found_kinds"))
    return (
        cases.join(kinds, on="case_id", how="left")
        .with_columns(
            found=pl.col("found_kinds").is_not_null(), found_same_kind=pl.col("found_kinds").list.contains(pl.col("kind")).fill_null(value=False)
        )
        .drop("found_kinds")
        .sort("case_id")
    )


def curve(judged: pl.DataFrame, ranked: pl.DataFrame) -> pl.DataFrame:
    """One row a plant and strength: cases, shares found, and where the cheating institutions stand.

    Args:
        judged: ``found``'s frames of all strengths.
        ranked: one row an institution and strength: ``strength fixmedins_code rank rank_before level``.
    """
    houses = judged.select("plant_id", "kind", "strength", "fixmedins_code").unique().join(ranked, on=["strength", "fixmedins_code"], how="left")
    stands = houses.group_by("plant_id", "strength").agg(
        pl.len().alias("houses"),
        pl.col("rank").median().alias("median_rank"),
        pl.col("rank_before").median().alias("median_rank_before"),
        (pl.col("level") == "red").mean().alias("share_red"),
    )
    shares = judged.group_by("plant_id", "kind", "strength").agg(
        pl.len().alias("cases"), pl.col("found").mean().alias("share_found"), pl.col("found_same_kind").mean().alias("share_found_same_kind")
    )
    return shares.join(stands, on=["plant_id", "strength"]).sort("plant_id", "strength")


def _drawn(units: pl.DataFrame, strength: float, seed: int) -> pl.DataFrame:
    """The first ``strength`` of each institution's units in an order that depends on the seed and the unit alone; at least one."""
    order = pl.struct("fixmedins_code", "unit").hash(seed=seed).rank("ordinal").over("fixmedins_code")
    wanted = (pl.len().over("fixmedins_code") * strength).ceil()
    return units.sort("fixmedins_code", "unit").filter(order <= wanted)


def _as_cases(rows: pl.DataFrame, plant: Plant, strength: float) -> pl.DataFrame:
    return rows.with_columns(
        case_id=pl.format("{}:{}:{}", pl.lit(plant.plant_id), pl.lit(str(strength)), pl.col("unit")),
        plant_id=pl.lit(plant.plant_id),
        kind=pl.lit(plant.kind.value),
        strength=pl.lit(strength),
    ).select(pl.col(name).cast(dtype) for name, dtype in CASE_SCHEMA.items())
