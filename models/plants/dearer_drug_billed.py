from __future__ import annotations

import polars as pl

from features.parameters import Params
from models.kinds import Kind
from models.plant import Frames, Given, plant
from models.plants._tables import DRUGS, as_units, cases_by, chosen, good_lines, own_items, resettled

#: The first characters of a drug's code: its group and generic name.
GENERIC = 10
SWAPPED = ("hilist_code", "hilist_name", "spec", "pric_uplmt_amt", "chrgitm_lv", "med_chrgitm_type", "sin_dos_dscr")


def _dear(frames: Given, p: Params) -> pl.DataFrame:
    """The dearest drugs of each house that sells several."""
    drugs = own_items(frames, pl.col("list_type") == DRUGS).sort("fixmedins_code", "pric", "hilist_code", descending=[False, True, False])
    return (
        drugs.filter(pl.len().over("fixmedins_code") >= 2 * p["dear_drugs"])
        .group_by("fixmedins_code", maintain_order=True)
        .head(int(p["dear_drugs"]))
    )


def _cheaper(frames: Given, p: Params) -> pl.DataFrame:
    """Lines of drugs that cost less than the house's dearest ones."""
    floor = (
        _dear(frames, p)
        .group_by("fixmedins_code")
        .agg(pl.col("pric").min().alias("floor"), pl.col("hilist_code").str.slice(0, GENERIC).alias("dear"))
    )
    lines = good_lines(frames).filter((pl.col("list_type") == DRUGS) & (pl.col("inscp_amt") > 0)).join(floor, on="fixmedins_code")
    return lines.filter((pl.col("pric") < pl.col("floor")) & ~pl.col("hilist_code").str.slice(0, GENERIC).is_in(pl.col("dear")))


def _lines(frames: Given, p: Params) -> pl.DataFrame:
    return as_units(_cheaper(frames, p), "bkkp_sn")


@plant(
    kind=Kind.ITEM_SWAP,
    title_zh="低价药串换高价药",
    unit_zh="药品明细",
    does_zh="柜台付的是便宜药，结算的是本机构最贵的几种药；扫的追溯码和库存仍是便宜药",
    units=_lines,
)
def dearer_drug_billed(frames: Given, units: pl.DataFrame, p: Params) -> tuple[Frames, pl.DataFrame]:
    """A cheap drug goes over the counter and a dear one is billed; the box that is scanned and the stock are those of the cheap one."""
    lines = frames["fee_list_d"]
    dear = _dear(frames, p).with_columns(turn=pl.int_range(pl.len()).over("fixmedins_code"), choices=pl.len().over("fixmedins_code"))
    swaps = (
        lines.filter(chosen(units, "bkkp_sn"))
        .select("bkkp_sn", "fixmedins_code")
        .join(dear.select("fixmedins_code", "choices").unique(), on="fixmedins_code")
        .with_columns(turn=(pl.col("bkkp_sn").hash(seed=int(p["seed"])) % pl.col("choices")).cast(pl.Int64))
        .join(dear.select("fixmedins_code", "turn", "pric", *SWAPPED), on=["fixmedins_code", "turn"])
        .select("bkkp_sn", pl.col("pric", *SWAPPED).name.suffix("_dear"))
    )
    hit = pl.col("pric_dear").is_not_null()
    joined = lines.join(swaps, on="bkkp_sn", how="left")
    amount = pl.col("pric_dear").cast(pl.Float64) * pl.col("cnt").cast(pl.Float64)
    scope = (pl.col("inscp_amt") / pl.col("det_item_fee_sumamt")).cast(pl.Float64).clip(0.0, 1.0)
    new = joined.with_columns(
        pric=pl.coalesce("pric_dear", "pric"),
        det_item_fee_sumamt=pl.when(hit).then(amount.round(2).cast(lines.schema["det_item_fee_sumamt"])).otherwise("det_item_fee_sumamt"),
        inscp_amt=pl.when(hit).then((amount * scope).round(2).cast(lines.schema["inscp_amt"])).otherwise("inscp_amt"),
        **{name: pl.when(hit).then(f"{name}_dear").otherwise(name) for name in SWAPPED},
    ).select(lines.columns)
    return {"fee_list_d": new, "setl_d": resettled(new, frames)}, cases_by(new.filter(chosen(units, "bkkp_sn")), "bkkp_sn")
