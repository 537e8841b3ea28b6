"""The same extras for patients of unlike diseases: what other houses hardly ever do for those diseases, and this house does for everybody."""

from __future__ import annotations

import polars as pl

from features.parameters import Params
from models.rules.inpatient._chance import at_least

GROUP = ["tier", "care_class", "block"]


def block() -> pl.Expr:
    """Disease group: ICD letter and first digit."""
    return pl.col("main_dx").str.slice(0, 2)


def extras_for_everybody(rows: pl.LazyFrame, sizes: pl.LazyFrame, care: pl.LazyFrame, p: Params) -> pl.LazyFrame:
    """Cases (stays or visits) with a house's favourite extras, in houses where they cannot be chance.

    ``rows``: case × item, with ``mdtrt_id psn_no fixmedins_code begn_date last_day main_dx item name sns fen``; ``sizes``: how many ``cases`` a
    house has in a ``block``, with or without extras; ``care``: the houses' ``tier`` and ``care_class``.

    An item is odd in a case when at most ``rare_share_max`` of the other houses' cases of the same tier, kind and disease group (at least
    ``peer_cases_min``) had it. A house's favourites are odd in ``favourite_share_min`` of its cases and over ``chapters_min`` ICD chapters;
    extras drawn anew for every patient have no favourites, and what at most ``very_rare_share_max`` of the others' cases had counts without. Given
    are cases with ``items_min`` of both in houses with ``cases_min`` of them, over ``chapters_min`` chapters, and more than chance allows
    (``chance_max``) at the others' rate, which is taken as at least ``usual_floor``. Adds ``bkkp_sns n_items names fen top house_cases found
    chapters usual``.
    """
    rows = rows.join(care, on="fixmedins_code", how="left").with_columns(block=block())
    sized = sizes.join(care, on="fixmedins_code", how="left")
    chapter = pl.col("main_dx").str.slice(0, 1)
    total = sizes.group_by("fixmedins_code").agg(house_cases=pl.col("cases").sum())
    odd = (
        rows.join(_rate_of_others(rows, sized, p), on=["fixmedins_code", *GROUP, "item"], nulls_equal=True)
        .filter(pl.col("usual_share") <= p["rare_share_max"])
        .join(total, on="fixmedins_code")
    )
    crowded = odd.group_by("mdtrt_id", "fixmedins_code").agg(n=pl.col("item").n_unique()).filter(pl.col("n") >= p["items_min"])
    theirs = pl.col("any_odd").sum() - pl.col("any_odd")
    per_house = (
        total.join(crowded.group_by("fixmedins_code").agg(any_odd=pl.len()), on="fixmedins_code", how="left")
        .with_columns(pl.col("any_odd").fill_null(0))
        .with_columns(usual=(theirs / (pl.col("house_cases").sum() - pl.col("house_cases")).clip(1)).clip(p["usual_floor"]))
        .drop("house_cases", "any_odd")
    )
    key = ["fixmedins_code", "item"]
    favourite = (pl.col("on") >= p["favourite_share_min"] * pl.col("house_cases")) & (pl.col("chapters") >= p["chapters_min"])
    return (
        odd.with_columns(on=pl.col("mdtrt_id").n_unique().over(key), chapters=chapter.n_unique().over(key))
        .filter(favourite | (pl.col("usual_share") <= p["very_rare_share_max"]))
        .filter(pl.col("item").n_unique().over("mdtrt_id") >= p["items_min"])
        .sort("mdtrt_id", "item")
        .group_by("fixmedins_code", "psn_no", "mdtrt_id", "begn_date", "last_day", "main_dx", "house_cases")
        .agg(
            bkkp_sns=pl.col("sns").explode(),
            n_items=pl.len(),
            names=pl.col("name").str.join("、"),
            fen=pl.col("fen").sum(),
            top=pl.col("usual_share").max(),
        )
        .with_columns(found=pl.len().over("fixmedins_code"), chapters=chapter.n_unique().over("fixmedins_code"))
        .join(per_house, on="fixmedins_code")
        .with_columns(chance=at_least("found", "house_cases", "usual"))
        .filter((pl.col("found") >= p["cases_min"]) & (pl.col("chapters") >= p["chapters_min"]) & (pl.col("chance") <= p["chance_max"]))
    )


def strength() -> pl.Expr:
    return (0.4 + 0.05 * pl.col("n_items") + 0.3 * pl.col("found") / pl.col("house_cases")).clip(0.4, 0.9)


def _rate_of_others(rows: pl.LazyFrame, sized: pl.LazyFrame, p: Params) -> pl.LazyFrame:
    """``usual_share``: the share of other houses' cases in the group that had the item; no row where these cases are few."""
    size = (
        sized.group_by("fixmedins_code", *GROUP)
        .agg(own=pl.col("cases").sum())
        .with_columns(peers=pl.col("own").sum().over(GROUP) - pl.col("own"))
        .filter(pl.col("peers") >= p["peer_cases_min"])
        .drop("own")
    )
    return (
        rows.group_by("fixmedins_code", *GROUP, "item")
        .agg(own=pl.col("mdtrt_id").n_unique())
        .with_columns(theirs=pl.col("own").sum().over([*GROUP, "item"]) - pl.col("own"))
        .join(size, on=["fixmedins_code", *GROUP], nulls_equal=True)
        .select("fixmedins_code", *GROUP, "item", (pl.col("theirs") / pl.col("peers")).alias("usual_share"))
    )
