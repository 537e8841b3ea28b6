from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule
from models.rules.conduct._dialysis import sessions
from models.wording import count


def _units_a_day(t: Tables, p: Params) -> pl.LazyFrame:
    del p
    return sessions(t).group_by("fixmedins_code", "date").agg(pl.col("units").sum(), pl.col("psn_no").n_unique().alias("persons"))


@rule(
    title_zh="透析次数超过机器能力",
    title_en="Dialysis beyond the machines",
    kind=Kind.DIALYSIS_EXCESS,
    certainty="suspected",
    scope="city",
    gz_code=None,
    legal_basis=("reg.15", "reg.40.3"),
    needs=("dial_mach_b", "fee_list_d"),
    params=("shifts_default", "spare_share", "days_min"),
    exceptions=("refund",),
    extract=_units_a_day,
)
def dialysis_over_capacity(t: Tables, p: Params) -> pl.LazyFrame:
    """A unit bills more sessions on a day than its machines can carry in all their shifts.

    Capacity is machines × shifts (``shifts_default`` where the register names none), raised by ``spare_share`` for machines not
    yet registered. Single days do not count: an extra night shift is lawful; ``days_min`` days within a year make a finding.
    One finding a unit, without amount: which of the sessions were not given no line tells.
    """
    machines = (
        t.raw("dial_mach_b")
        .group_by("fixmedins_code")
        .agg(pl.col("mach_cnt").cast(pl.Float64).sum(), pl.col("day_shift_cnt").cast(pl.Float64).max())
        .filter(pl.col("mach_cnt") > 0)
        .with_columns(capacity=pl.col("mach_cnt") * pl.col("day_shift_cnt").fill_null(float(p["shifts_default"])))
    )
    over = (
        t.extracted.group_by("fixmedins_code", "date")
        .agg(pl.col("units").sum())
        .join(machines, on="fixmedins_code", how="inner")
        .filter(pl.col("units") > pl.col("capacity") * (1 + p["spare_share"]))
    )
    return (
        over.group_by("fixmedins_code", "mach_cnt", "capacity")
        .agg(
            pl.len().alias("days"),
            pl.col("units").max().alias("most"),
            (pl.col("units") - pl.col("capacity")).sum().alias("surplus"),
            pl.col("date").min().alias("occurred_from"),
            pl.col("date").max().alias("occurred_to"),
            pl.col("date").sort_by("units").last().alias("worst"),
        )
        .filter(pl.col("days") >= p["days_min"])
        .select(
            "fixmedins_code",
            "occurred_from",
            "occurred_to",
            strength=(0.4 + 0.5 * (pl.col("most") / pl.col("capacity") - 1)).clip(0.4, 0.95),
            evidence=filled(
                "登记血透机{}台、每日最多可做{}次，有{}天所记透析次数超出，最多一天（{}）记{}次，合计超出{}次。",
                count(pl.col("mach_cnt")),
                count(pl.col("capacity")),
                "days",
                "worst",
                "most",
                count(pl.col("surplus")),
            ),
        )
    )
