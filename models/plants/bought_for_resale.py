from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from models.kinds import Kind
from models.plant import Frames, Given, plant
from models.plants._tables import DRUGS, as_units, cases_by, chosen, copied, dear_purchases, other_shops, period, resettled, times


def _units(frames: Given, p: Params) -> pl.DataFrame:
    return as_units(dear_purchases(frames, int(p["resale_drugs_min"])), "mdtrt_id")


@plant(
    kind=Kind.DRUG_HOARDING,
    title_zh="超量购药倒卖",
    unit_zh="购药人",
    does_zh="一张凭证每周把同样的药再买一遍，每次数月用量，隔周还同日到另外两家店购买",
    units=_units,
)
def bought_for_resale(frames: Given, units: pl.DataFrame, p: Params) -> tuple[Frames, pl.DataFrame]:
    """A card buys its drugs again every week, several months' worth each time; part of the rounds go to two other shops on the same day."""
    bought = dear_purchases(frames, int(p["resale_drugs_min"])).filter(chosen(units, "mdtrt_id"))
    pool = other_shops(frames, units)
    first, last = period(frames)
    rounds = int(p["resale_rounds"])
    start = pl.col("mdtrt_id").hash(seed=int(p["seed"])) % max(1, (last - first).days - 7 * rounds)
    # the dealer's own house on every round; on every second one two more, never the same for long
    weekly = (
        bought.with_columns(turn=pl.int_ranges(1, rounds + 1), start=start.cast(pl.Int64))
        .explode("turn")
        .with_columns(days=(pl.lit(first).dt.date() - pl.col("begntime").dt.date()).dt.total_days() + pl.col("start") + 7 * pl.col("turn"))
        .with_columns(shop=pl.when(pl.col("turn") % 2 == 0).then(pl.lit([0, 1, 2])).otherwise(pl.lit([0])))
        .explode("shop")
    )
    where = (pl.col("mdtrt_id").hash(seed=3) % pool.len()).cast(pl.Int64) + pl.col("turn") * 2 + pl.col("shop")
    plan = weekly.with_columns(place=where % pool.len()).join(pl.DataFrame({"place": range(pool.len()), "other": pool}), on="place").select(
        "mdtrt_id",
        "days",
        new=filled("{}R{}-{}", "mdtrt_id", "turn", "shop"),
        minutes=pl.col("shop").cast(pl.Int64) * 40,
        fixmedins_code=pl.when(pl.col("shop") == 0).then("fixmedins_code").otherwise("other"),
    )  # fmt: skip
    tables, lines = copied(frames, plan)
    much = times(tables["fee_list_d"], pl.col("mdtrt_id").is_in(plan["new"].implode()) & (pl.col("list_type") == DRUGS), int(p["resale_times"]))
    tables["setl_d"] = resettled(much, tables)
    tables["fee_list_d"] = much
    here = lines.filter(pl.col("list_type") == DRUGS).join(plan.select(unit="mdtrt_id", mdtrt_id="new"), on="mdtrt_id")
    own = here.join(units, on=["unit", "fixmedins_code"], how="semi")
    return tables, cases_by(own, "unit").with_columns(mdtrt_id=pl.lit(None, pl.String))
