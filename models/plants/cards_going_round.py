from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from models.kinds import Kind
from models.plant import Frames, Given, plant
from models.plants._tables import DRUGS, copied, dear_purchases, in_groups, other_shops, period, resettled, times


def _rings(frames: Given, p: Params) -> pl.DataFrame:
    """``fixmedins_code psn_no unit mdtrt_id begntime``: cards of strangers that a house has a dear prescription of, in rings of one collector."""
    bought = dear_purchases(frames, int(p["resale_drugs_min"]), int(p["circuit_days_min"]))
    # a card is in one hand
    cards = bought.sort("psn_no", "worth", "mdtrt_id", descending=[False, True, False]).unique("psn_no", keep="first", maintain_order=True)
    strangers = cards.sort("fixmedins_code", pl.col("psn_no").hash(seed=int(p["seed"])), "psn_no")
    rings = in_groups(strangers, int(p["circuit_cards"]), int(p["groups_max"]))
    return rings.join(cards.select("psn_no", "mdtrt_id", "begntime"), on="psn_no")


def _units(frames: Given, p: Params) -> pl.DataFrame:
    return _rings(frames, p).select("fixmedins_code", "unit").unique()


@plant(
    kind=Kind.DRUG_HOARDING,
    title_zh="敛卡结伴囤药",
    unit_zh="凭证团伙",
    does_zh="药贩手握五张互不相识者的凭证，每周同一天依次在本机构各购数月用量，隔周再转到另一家药店",
    units=_units,
)
def cards_going_round(frames: Given, units: pl.DataFrame, p: Params) -> tuple[Frames, pl.DataFrame]:
    """A dealer holds five strangers' cards and goes round with all of them: every week here, every second week to another shop on that day too."""
    cards = _rings(frames, p).join(units.select("unit"), on="unit", how="semi")
    pool = other_shops(frames, units)
    first, last = period(frames)
    rounds = int(p["circuit_rounds"])
    start = (pl.col("unit").hash(seed=int(p["seed"])) % max(1, (last - first).days - 7 * rounds)).cast(pl.Int64)
    turn, shop = pl.col("turn"), pl.col("shop")
    where = ((pl.col("unit").hash(seed=3) % len(pool)).cast(pl.Int64) + turn) % len(pool)
    place = pl.col("psn_no").rank("ordinal").over("unit", "turn", "shop").cast(pl.Int64)
    plan = (
        cards.with_columns(turn=pl.int_ranges(1, rounds + 1))
        .explode("turn")
        .with_columns(shop=pl.when(turn % 2 == 0).then(pl.lit([0, 1])).otherwise(pl.lit([0])))
        .explode("shop")
        .with_columns(place=where)
        .join(pl.DataFrame({"place": range(len(pool)), "other": pool}), on="place")
        .select(
            "mdtrt_id",
            "unit",
            "psn_no",
            new=filled("{}C{}-{}", "mdtrt_id", "turn", "shop"),
            days=(pl.lit(first).dt.date() - pl.col("begntime").dt.date()).dt.total_days() + start + 7 * turn,
            minutes=shop.cast(pl.Int64) * 90 + place * 3,
            fixmedins_code=pl.when(shop == 0).then("fixmedins_code").otherwise("other"),
        )
    )
    tables, lines = copied(frames, plan.drop("unit", "psn_no"))
    bought = pl.col("mdtrt_id").is_in(plan["new"].implode()) & (pl.col("list_type") == DRUGS)
    many = int(p["resale_times"])
    much = times(tables["fee_list_d"], bought, many)
    tables["setl_d"] = resettled(much, tables)
    # so many packs, so many days: the till works them out
    tables["fee_list_d"] = much.with_columns(pl.when(bought).then((pl.col("prd_days") * many).cast(much.schema["prd_days"])).otherwise("prd_days"))
    here = lines.filter(pl.col("list_type") == DRUGS).join(plan.select("unit", mdtrt_id="new"), on="mdtrt_id")
    own = here.join(units.select("unit", "fixmedins_code"), on=["unit", "fixmedins_code"], how="semi")
    # one case a card, known by its first round
    return tables, own.group_by("unit", "psn_no").agg(pl.col("mdtrt_id").min(), pl.col("bkkp_sn").sort().alias("bkkp_sns"))
