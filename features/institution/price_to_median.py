from __future__ import annotations

import polars as pl

from features.feature import feature
from features.parameters import Params
from features.tables import Tables


@feature(
    grain="institution",
    title_zh="单价与全市中位价之比",
    title_en="Prices against the city's median",
    unit="ratio",
    why="Dearer than others for the very same code.",
    numerator="fees",
    denominator="counts × the median price of the code among institutions of the tier (of the city, where fewer than houses_min sell it)",
    needs=("fee_list_d",),
    facts=("institution_item",),
    params=("houses_min",),
    columns={"drug": "药品", "service": "服务", "material": "材料"},
    points_to=("overpricing", "item_swap"),
    universal=True,
    log=True,
)
def price_to_median(t: Tables, p: Params) -> pl.LazyFrame:
    """Same national code, so the same drug, pack and maker. Codes sold by fewer than houses_min institutions are left out."""
    code = pl.col("hilist_code")
    kind = (
        pl.when(code.str.contains("^[XZT]"))
        .then(pl.lit("drug"))
        .when(code.str.starts_with("C"))
        .then(pl.lit("material"))
        .otherwise(pl.lit("service"))
    )
    items = (
        t.facts("institution_item")
        .filter((pl.col("item_cnt") > 0) & (pl.col("item_fee_fen") > 0))
        .join(t.institutions.select("fixmedins_code", "tier"), on="fixmedins_code", how="left")
        .with_columns(price=pl.col("item_fee_fen") / pl.col("item_cnt"), member=kind)
    )
    tier = ["hilist_code", "tier"]
    norm = (
        pl.when(pl.len().over(tier) >= p["houses_min"])
        .then(pl.col("price").median().over(tier))
        .when(pl.len().over("hilist_code") >= p["houses_min"])
        .then(pl.col("price").median().over("hilist_code"))
    )
    return (
        items.with_columns(norm=norm)
        .filter(pl.col("norm").is_not_null())
        .group_by("fixmedins_code", "member")
        .agg(numerator=pl.col("item_fee_fen").sum(), denominator=(pl.col("item_cnt") * pl.col("norm")).sum())
    )
