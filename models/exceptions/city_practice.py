from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.tables import Tables
from models.exception import lawful


def practised(item_lines: pl.LazyFrame, odd: pl.LazyFrame, t: Tables, p: Params) -> pl.LazyFrame:
    """point_id, is_pharmacy of limits that the city's houses of that kind do not keep: half of their lines of the item break it.

    ``item_lines`` are all lines under the points, ``odd`` those that break them; both bear bkkp_sn, point_id, fixmedins_code.
    """
    shops = t.institutions.select("fixmedins_code", "is_pharmacy")
    rates = (
        item_lines.select("bkkp_sn", "point_id", "fixmedins_code")
        .unique()
        .join(odd.select("bkkp_sn", broken=pl.lit(value=True)).unique(), on="bkkp_sn", how="left")
        .group_by("point_id", "fixmedins_code")
        .agg(rate=pl.col("broken").is_not_null().mean())
        .join(shops, on="fixmedins_code", how="inner")
    )
    return (
        rates.group_by("point_id", "is_pharmacy")
        .agg(houses=pl.len(), usual=pl.col("rate").median())
        .filter((pl.col("houses") >= p["practice_houses_min"]) & (pl.col("usual") >= p["practice_share_min"]))
        .select("point_id", "is_pharmacy")
    )


def without_practice(item_lines: pl.LazyFrame, odd: pl.LazyFrame, t: Tables, p: Params) -> pl.LazyFrame:
    """``odd`` without the lines of limits that the whole city does not keep."""
    shops = t.institutions.select("fixmedins_code", house_is_pharmacy="is_pharmacy")
    usual = practised(item_lines, odd, t, p).rename({"is_pharmacy": "house_is_pharmacy"})
    return odd.join(shops, on="fixmedins_code", how="left").join(usual, on=["point_id", "house_is_pharmacy"], how="anti").drop("house_is_pharmacy")


@lawful(title_zh="本市通行做法", title_en="General practice of the city", keys=("point_id", "fixmedins_code"))
def city_practice(t: Tables, p: Params) -> pl.LazyFrame:
    """Where most houses of one kind (hospitals, pharmacies) bill an item against a national limit most of the time, and the city's own
    settlement system lets them, the city's list evidently differs: the limit is local policy to be settled by the bureau, not a fault of
    single houses. The rules compute it from their own lines (``without_practice``); without lines it clears nobody.
    """
    return t.institutions.select("fixmedins_code", point_id=pl.lit(None, pl.String)).filter(pl.col("point_id").is_not_null())
