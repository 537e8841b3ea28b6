from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from models.kinds import Kind
from models.plant import Frames, Given, plant
from models.plants._tables import cases_by, copied, outpatient_visits, period


def _cards(frames: Given, p: Params) -> pl.DataFrame:  # noqa: ARG001
    """``fixmedins_code psn_no mdtrt_id begntime``: a house's outpatients with the last visit of each, the bill that is repeated."""
    visits = outpatient_visits(frames).sort("begntime", "mdtrt_id")
    return visits.unique(["fixmedins_code", "psn_no"], keep="last", maintain_order=True).select("fixmedins_code", "psn_no", "mdtrt_id", "begntime")


def _units(frames: Given, p: Params) -> pl.DataFrame:
    """Cards, at most so many a house as a drawer holds."""
    cards = _cards(frames, p).sort("fixmedins_code", "mdtrt_id").group_by("fixmedins_code", maintain_order=True).head(int(p["cards_kept"]))
    return cards.select("fixmedins_code", unit="mdtrt_id")


@plant(
    kind=Kind.PHANTOM_SERVICE,
    title_zh="敛卡空刷",
    unit_zh="参保人凭证",
    does_zh="留存的多张凭证在几个晚上一张接一张刷，无人到场，库存也没有出库",
    units=_units,
)
def cards_in_a_drawer(frames: Given, units: pl.DataFrame, p: Params) -> tuple[Frames, pl.DataFrame]:
    """Cards kept in a drawer are swiped one after the other on several evenings; nobody came, nothing left the stock."""
    cards = _cards(frames, p).join(units.select(mdtrt_id="unit"), on="mdtrt_id", how="semi")
    first, last = period(frames)
    evenings = int(p["card_evenings"])
    span = (last - first).days // (evenings + 1)
    place = (pl.col("mdtrt_id").rank("ordinal").over("fixmedins_code", "turn") * 2).cast(pl.Int64)
    plan = (
        cards.with_columns(turn=pl.int_ranges(1, evenings + 1))
        .explode("turn")
        .with_columns(day=pl.lit(first).dt.date() + pl.duration(days=pl.col("turn") * span))
        .select(
            "mdtrt_id",
            new=filled("{}D{}", "mdtrt_id", "turn"),
            days=(pl.col("day") - pl.col("begntime").dt.date()).dt.total_days(),
            # from half past six in the evening, whenever the visit was that is copied
            minutes=18 * 60 + 30 - (pl.col("begntime").dt.hour().cast(pl.Int64) * 60 + pl.col("begntime").dt.minute().cast(pl.Int64)) + place,
        )
    )
    tables, lines = copied(frames, plan)
    return tables, cases_by(lines.join(plan.select(unit="mdtrt_id", mdtrt_id="new"), on="mdtrt_id"), "unit").with_columns(
        mdtrt_id=pl.lit(None, pl.String)
    )
