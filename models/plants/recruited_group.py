from __future__ import annotations

import polars as pl

from features.parameters import Params
from models.kinds import Kind
from models.plant import Frames, Given, plant
from models.plants._tables import copied, outpatient_visits, period, stays_of_days, without_operation


def _groups(frames: Given, p: Params) -> pl.DataFrame:
    """``fixmedins_code unit psn_no``: a house's outpatients who were in no hospital, in groups of neighbours (sorted by address)."""
    template = _templates(frames, p).select("fixmedins_code")
    admitted = stays_of_days(frames, 0).select("psn_no")
    known = outpatient_visits(frames).join(template, on="fixmedins_code", how="semi").join(admitted, on="psn_no", how="anti")
    # who is known at several houses goes with the one he visits most
    often = known.group_by("psn_no", "fixmedins_code").len("n").sort("psn_no", "n", "fixmedins_code", descending=[False, True, False])
    own = often.unique("psn_no", keep="first", maintain_order=True)
    homes = frames["psn_info_b"].select("psn_no", "live_admdvs", "live_addr").unique("psn_no", keep="first", maintain_order=True)
    size = int(p["group_persons"])
    return (
        own.join(homes, on="psn_no")
        .sort("fixmedins_code", "live_admdvs", "live_addr", "psn_no", nulls_last=True)
        .with_columns(number=pl.int_range(pl.len()).over("fixmedins_code") // size)
        .filter((pl.len().over("fixmedins_code", "number") == size) & (pl.col("number") < p["groups_max"]))
        .select("fixmedins_code", "psn_no", unit=pl.format("{}#{}", "fixmedins_code", "number"))
    )


def _templates(frames: Given, p: Params) -> pl.DataFrame:
    """The shortest stay without an operation of each house that is long enough: the bill that is written for everybody."""
    stays = stays_of_days(frames, p["stay_days_min"]).with_columns(los=pl.col("endtime") - pl.col("begntime"))
    return (
        without_operation(frames, stays)
        .sort("los", "mdtrt_id")
        .unique("fixmedins_code", keep="first", maintain_order=True)
        .select("fixmedins_code", "mdtrt_id", "begntime")
    )


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
    people = _groups(frames, p).join(units.select("unit"), on="unit", how="semi").join(_templates(frames, p), on="fixmedins_code")
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
            new=pl.format("{}G{}-{}", "mdtrt_id", "turn", "psn_no"),
            days=(pl.col("day") - pl.col("begntime").dt.date()).dt.total_days(),
            minutes=(pl.col("psn_no").rank("ordinal").over("unit", "turn") * 7).cast(pl.Int64),
        )
    )
    tables, lines = copied(frames, plan.drop("unit"))
    marked = lines.join(plan.select("unit", mdtrt_id="new"), on="mdtrt_id")
    cases = marked.group_by("unit", "mdtrt_id", "psn_no").agg(pl.col("bkkp_sn").sort().alias("bkkp_sns"))
    return tables, cases
