"""Planted cases: known frauds put into a copy of a bureau's own data, so that it learns what its system cannot see.

A plant (``models.plant``) is done with a share of an institution's units: its *strength*, 0–1. A larger strength holds the units of a
smaller one, so that the curves of one seed can be compared. Too many cheats at once would leave no honest peers, so plants are tried in
*waves*: each wave is a copy of its own in which only some of the plants are planted. The rows that bear the fraud are the *cases*; what
the system found of them is ``found``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
import polars as pl

from features.parameters import Params
from features.shared.text import filled
from models.plant import Frames, Plant

CASE_SCHEMA: Final[dict[str, pl.DataType]] = {
    "case_id": pl.String(),
    "plant_id": pl.String(),
    "kind": pl.String(),
    "strength": pl.Float64(),
    "fixmedins_code": pl.String(),
    "psn_no": pl.String(),
    "mdtrt_id": pl.String(),
    "bkkp_sns": pl.List(pl.String()),
    "yuan": pl.Float64(),
}
#: Plant → the institutions that cheat in this way.
Wave: TypeAlias = dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class Planted:
    """The changed tables and what was planted (``CASE_SCHEMA``)."""

    frames: Frames
    cases: pl.DataFrame


@dataclass(frozen=True, slots=True)
class NotPlanted:
    """A plant that these data do not allow, and why."""

    plant: Plant
    reason_zh: str


def waves(plants: Sequence[Plant], frames: Mapping[str, pl.DataFrame], houses: int, p: Params) -> tuple[list[Wave], list[NotPlanted]]:
    """Which institutions cheat how, in which copy; and the plants that cannot be tried here.

    At most ``share_max`` of the ``houses`` in business cheat in one wave (but always those of one plant), each in one way, so that ranks tell
    plants apart. The institutions are drawn with ``seed`` among those with at least ``units_min`` units; the plant with the fewest
    candidates chooses first.
    """
    able: dict[str, list[str]] = {}
    refused: list[NotPlanted] = []
    for plant in plants:
        missing = [table for table in plant.needs if table not in frames]
        if missing:
            refused.append(NotPlanted(plant, f"数据中没有{'、'.join(missing)}"))
            continue
        counted = plant.units(frames, p).group_by("fixmedins_code").len("n")
        enough = counted.filter(pl.col("n") >= p["units_min"])
        if enough.is_empty():
            most = max(counted["n"].to_list(), default=0)
            refused.append(NotPlanted(plant, f"没有机构有至少{p['units_min']}个可供植入的{plant.unit_zh}（最多的一家有{most}个）"))
            continue
        able[plant.plant_id] = enough["fixmedins_code"].sort().to_list()
    return _drawn_waves(able, max(int(p["houses"]), int(houses * p["share_max"])), p), refused


def plant_cases(plants: Sequence[Plant], frames: Mapping[str, pl.DataFrame], wave: Wave, strength: float, p: Params) -> Planted:
    """Plants the wave's frauds at its institutions with this strength; ``frames`` stay as they are.

    Raises ValueError for a strength outside 0–1.
    """
    if not 0 <= strength <= 1:
        raise ValueError(f"A strength is a share from 0 to 1, not {strength}.")
    now: Frames = dict(frames)
    changed: Frames = {}
    cases = [pl.DataFrame(schema=CASE_SCHEMA)]
    for plant in plants:
        houses = wave.get(plant.plant_id, [])
        if not houses or strength == 0:
            continue
        # units are those of the untouched copy: the plants of a wave have no institution in common
        units = plant.units(frames, p).filter(pl.col("fixmedins_code").is_in(houses))
        drawn = _drawn(units, strength, int(p["seed"]))
        tables, rows = plant.apply(now, drawn, p)
        now.update(tables)
        changed.update(tables)
        cases.append(_as_cases(rows.join(drawn, on="unit"), plant, strength))
    return Planted(changed, _with_yuan(pl.concat(cases), frames, now))


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


def curve(judged: pl.DataFrame, ranked: pl.DataFrame, inspection_cost: float) -> pl.DataFrame:
    """One row a plant and strength: cases and yuan, shares found, where the cheating institutions stand and what it costs to get there.

    Args:
        judged: ``found``'s frames of all waves and strengths, with their ``wave``.
        ranked: one row an institution, wave and strength: ``wave strength fixmedins_code rank rank_before level``.
        inspection_cost: yuan a visit; ``cost_to_reach`` is that of visiting everybody down to the median rank.
    """
    keys = ["wave", "strength", "fixmedins_code"]
    houses = judged.select("plant_id", *keys).unique().join(ranked, on=keys, how="left")
    stands = houses.group_by("plant_id", "strength").agg(
        pl.len().alias("houses"),
        pl.col("rank").median().alias("median_rank"),
        pl.col("rank_before").median().alias("median_rank_before"),
        (pl.col("rank").median() * inspection_cost).alias("cost_to_reach"),
        (pl.col("level") == "red").mean().alias("share_red"),
        pl.col("level").is_in(["red", "yellow"]).mean().alias("share_suspected"),
    )
    shares = judged.group_by("plant_id", "kind", "strength").agg(
        pl.len().alias("cases"),
        pl.col("found").mean().alias("share_found"),
        pl.col("found_same_kind").mean().alias("share_found_same_kind"),
        pl.col("yuan").sum().round(2),
        pl.col("yuan").filter("found").sum().round(2).alias("yuan_found"),
    )
    return shares.join(stands, on=["plant_id", "strength"]).sort("plant_id", "strength")


def _drawn_waves(candidates: Mapping[str, list[str]], cheats_max: int, p: Params) -> list[Wave]:
    """Each plant in the least crowded wave that has room for it and enough candidates who do not cheat there yet, else in a new one."""
    rng = np.random.default_rng(p["seed"])
    drawn: list[Wave] = []
    for plant_id in sorted(candidates, key=lambda name: (len(candidates[name]), name)):
        wanted = min(int(p["houses"]), len(candidates[plant_id]))
        choices = []
        for number, wave in enumerate(drawn):
            taken = {code for codes in wave.values() for code in codes}
            free = [code for code in candidates[plant_id] if code not in taken]
            if len(free) >= wanted and len(taken) + wanted <= cheats_max:
                choices.append((len(taken), number, free))
        if choices:
            _, number, free = min(choices)
            wave = drawn[number]
        else:
            wave, free = {}, candidates[plant_id]
            drawn.append(wave)
        wave[plant_id] = sorted(rng.permutation(free)[:wanted].tolist())
    return drawn


def _drawn(units: pl.DataFrame, strength: float, seed: int) -> pl.DataFrame:
    """The first ``strength`` of each institution's units in an order that depends on the seed and the unit alone; at least one."""
    order = pl.struct("fixmedins_code", "unit").hash(seed=seed).rank("ordinal").over("fixmedins_code")
    wanted = (pl.len().over("fixmedins_code") * strength).ceil()
    return units.sort("fixmedins_code", "unit").filter(order <= wanted)


def _as_cases(rows: pl.DataFrame, plant: Plant, strength: float) -> pl.DataFrame:
    return rows.with_columns(
        # a unit may be several visits
        case_id=filled(
            "{}:{}:{}", pl.lit(plant.plant_id), pl.lit(str(strength)), pl.concat_str("unit", "mdtrt_id", separator="/", ignore_nulls=True)
        ),
        plant_id=pl.lit(plant.plant_id),
        kind=pl.lit(plant.kind.value),
        strength=pl.lit(strength),
        yuan=pl.lit(None, pl.Float64),
    ).select(pl.col(name).cast(dtype) for name, dtype in CASE_SCHEMA.items())


def _with_yuan(cases: pl.DataFrame, before: Mapping[str, pl.DataFrame], now: Frames) -> pl.DataFrame:
    """Cases with what is at issue: the scope amount of their lines, or, where the deed lies in the group, what DRG pays more by it."""
    own = cases.select("case_id", pl.col("bkkp_sns").alias("bkkp_sn")).explode("bkkp_sn").drop_nulls()
    # what was within scope before counts too: a deed may be to take it out
    amounts = pl.concat(frames["fee_list_d"].select("bkkp_sn", pl.col("inscp_amt").cast(pl.Float64)) for frames in (now, before))
    largest = amounts.group_by("bkkp_sn").agg(pl.col("inscp_amt").max())
    of_lines = own.join(largest, on="bkkp_sn").group_by("case_id").agg(pl.col("inscp_amt").sum().alias("of_lines"))
    with_lines = cases.join(of_lines, on="case_id", how="left", maintain_order="left")
    if "drg_setl_d" in before and "mdcs_fund_setl_list_d" in before:
        paid = before["drg_setl_d"].select("setl_id", was=pl.col("drg_fund_pay").cast(pl.Float64)).unique("setl_id")
        pays = now["drg_setl_d"].select("setl_id", pays=pl.col("drg_fund_pay").cast(pl.Float64)).unique("setl_id")
        stays = before["mdcs_fund_setl_list_d"].select("setl_id", "mdtrt_id").unique("mdtrt_id", keep="first")
        more = stays.join(paid, on="setl_id").join(pays, on="setl_id").select("mdtrt_id", more=pl.col("pays") - pl.col("was"))
        with_lines = with_lines.join(more, on="mdtrt_id", how="left", maintain_order="left")
    else:
        with_lines = with_lines.with_columns(more=pl.lit(None, pl.Float64))
    return with_lines.with_columns(yuan=pl.coalesce("of_lines", "more", 0.0).round(2)).select(*CASE_SCHEMA)
