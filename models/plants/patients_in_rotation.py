from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from models.kinds import Kind
from models.plant import Frames, Given, plant
from models.plants._tables import copied, in_groups, never_admitted, period, shortest_stays


def _rings(frames: Given, p: Params) -> pl.DataFrame:
    """``fixmedins_code psn_no unit``: a house's outpatients who were in no hospital, in rings of people who have nothing to do with each other."""
    own = never_admitted(frames, shortest_stays(frames, p["stay_days_min"]))
    strangers = own.sort("fixmedins_code", pl.col("psn_no").hash(seed=int(p["seed"])), "psn_no")
    return in_groups(strangers, int(p["group_persons"]), int(p["groups_max"]))


def _units(frames: Given, p: Params) -> pl.DataFrame:
    return _rings(frames, p).select("fixmedins_code", "unit").unique()


@plant(
    kind=Kind.FAKE_INPATIENT,
    title_zh="职业住院团伙轮转",
    unit_zh="六人团伙",
    does_zh="中介把互不相识的六人每月一次带去住院，在两家医院之间轮换，一两天内先后入院，账单相同",
    units=_units,
)
def patients_in_rotation(frames: Given, units: pl.DataFrame, p: Params) -> tuple[Frames, pl.DataFrame]:
    """An agent takes the same six strangers to hospital once a month, now to this one, now to another; they come within a day of each other."""
    bills = shortest_stays(frames, p["stay_days_min"])
    codes = bills["fixmedins_code"].sort()
    # each house shares its rings with the next one
    places = pl.DataFrame({"fixmedins_code": codes, "odd": codes, "even": codes.gather([*range(1, len(codes)), 0])})
    first, last = period(frames)
    rounds = int(p["rotation_rounds"])
    span = (last - first).days // (rounds + 1)
    turn, late = pl.col("turn"), pl.col("psn_no").rank("ordinal").over("unit", "turn") % 2
    offset = (pl.col("unit").hash(seed=int(p["seed"])) % max(span - 1, 1)).cast(pl.Int64)
    plan = (
        _rings(frames, p)
        .join(units.select("unit"), on="unit", how="semi")
        .join(places, on="fixmedins_code")
        .with_columns(turn=pl.int_ranges(rounds))
        .explode("turn")
        .select("psn_no", "unit", turn, at=pl.when(turn % 2 == 0).then("odd").otherwise("even"), day=turn * span + offset + late.cast(pl.Int64))
        .join(bills.rename({"fixmedins_code": "at"}), on="at")
        .select(
            "mdtrt_id",
            "psn_no",
            "unit",
            "at",
            new=filled("{}W{}-{}", "mdtrt_id", "turn", "psn_no"),
            days=(pl.lit(first).dt.date() - pl.col("begntime").dt.date()).dt.total_days() + pl.col("day"),
            minutes=(pl.col("psn_no").rank("ordinal").over("unit", "turn") * 7).cast(pl.Int64),
        )
    )
    tables, lines = copied(frames, plan.select("mdtrt_id", "psn_no", "new", "days", "minutes"))
    here = units.select("unit", "fixmedins_code")
    own = lines.join(plan.select("unit", mdtrt_id="new"), on="mdtrt_id").join(here, on=["unit", "fixmedins_code"], how="semi")
    return tables, own.group_by("unit", "mdtrt_id", "psn_no").agg(pl.col("bkkp_sn").sort().alias("bkkp_sns"))
