from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from models.kinds import Kind
from models.plant import Frames, Given, plant
from models.plants._tables import copied, in_groups, never_admitted, period, shortest_stays


def _groups(frames: Given, p: Params) -> pl.DataFrame:
    """``fixmedins_code psn_no unit``: a house's outpatients who were in no hospital, in groups of neighbours (sorted by address)."""
    own = never_admitted(frames, shortest_stays(frames, p["stay_days_min"]))
    homes = frames["psn_info_b"].select("psn_no", "live_admdvs", "live_addr").unique("psn_no", keep="first", maintain_order=True)
    neighbours = own.join(homes, on="psn_no").sort("fixmedins_code", "live_admdvs", "live_addr", "psn_no", nulls_last=True)
    return in_groups(neighbours, int(p["group_persons"]), int(p["groups_max"]))


def _units(frames: Given, p: Params) -> pl.DataFrame:
    return _groups(frames, p).select("fixmedins_code", "unit").unique()


@plant(
    kind=Kind.FAKE_INPATIENT,
    title_zh="组团诱导入院",
    unit_zh="邻里团组",
    does_zh="把并不需要住院的邻里六人一车拉来，同一天办入院、用同一份账单，隔几个月再来一轮",
    units=_units,
    needs=("psn_info_b",),
)
def recruited_group(frames: Given, units: pl.DataFrame, p: Params) -> tuple[Frames, pl.DataFrame]:
    """Neighbours who need no hospital are fetched together and admitted on the same day, and again months later, all with one bill."""
    people = (
        _groups(frames, p).join(units.select("unit"), on="unit", how="semi").join(shortest_stays(frames, p["stay_days_min"]), on="fixmedins_code")
    )
    first, last = period(frames)
    rounds = int(p["group_rounds"])
    # each group has its own day within each of the equal parts of the period
    span = pl.lit((last - first).days // (rounds + 1))
    plan = (
        people.with_columns(turn=pl.int_ranges(rounds), offset=pl.col("unit").hash(seed=int(p["seed"])) % pl.max_horizontal(span // 2, pl.lit(1)))
        .explode("turn")
        .with_columns(day=pl.lit(first).dt.date() + pl.duration(days=pl.col("turn") * span + pl.col("offset").cast(pl.Int64)))
        .select(
            "mdtrt_id",
            "psn_no",
            "unit",
            new=filled("{}G{}-{}", "mdtrt_id", "turn", "psn_no"),
            days=(pl.col("day") - pl.col("begntime").dt.date()).dt.total_days(),
            minutes=(pl.col("psn_no").rank("ordinal").over("unit", "turn") * 7).cast(pl.Int64),
        )
    )
    tables, lines = copied(frames, plan.drop("unit"))
    marked = lines.join(plan.select("unit", mdtrt_id="new"), on="mdtrt_id")
    cases = marked.group_by("unit", "mdtrt_id", "psn_no").agg(pl.col("bkkp_sn").sort().alias("bkkp_sns"))
    return tables, cases
