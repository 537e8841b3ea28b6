"""The same extras for patients of unlike diseases: what other houses hardly ever do for those diseases, and this house does for everybody."""

from __future__ import annotations

from typing import Final

import polars as pl

from features.parameters import Params
from features.shared.once import at_hand
from features.shared.text import filled
from models.rules.conduct._peers import others_rate
from models.rules.inpatient._chance import at_least

#: What every rule that calls ``extras_for_everybody`` declares, and what those that call ``one_for_everybody`` do beside their own.
EXTRAS_PARAMS: Final = (
    "cases_min",
    "chance_max",
    "chapters_min",
    "favourite_share_min",
    "items_habit_min",
    "items_min",
    "peer_cases_min",
    "rare_share_max",
    "trim_share",
    "usual_floor",
    "very_rare_share_max",
)
ONE_PARAMS: Final = (
    "cases_min",
    "chance_max",
    "chapters_min",
    "house_share_min",
    "peer_cases_min",
    "rare_share_max",
    "times_usual",
    "usual_floor",
)
#: Whose cases are compared: houses of the same tier; where these are few, of the two upper or the two lower tiers, which differ in price
#: more than in what a patient needs.
SCALES: Final = ("tier", "tiers")


def block() -> pl.Expr:
    """Disease group: ICD letter and first digit."""
    return pl.col("main_dx").str.slice(0, 2)


def extras_for_everybody(rows: pl.LazyFrame, sizes: pl.LazyFrame, care: pl.LazyFrame, p: Params) -> pl.LazyFrame:
    """Cases (stays or visits) with a house's favourite extras, in houses where they cannot be chance.

    ``rows``: case × item, with ``mdtrt_id psn_no fixmedins_code begn_date last_day main_dx item name sns fen``; ``sizes``: how many ``cases`` a
    house has in a ``block``, with or without extras; ``care``: the houses' ``tier`` and ``care_class``.

    An item is odd in a case when at most ``rare_share_max`` of the other houses' cases of the same tier, kind and disease group had it (where
    these are fewer than ``peer_cases_min``, of the neighbouring tier too). A house's favourites are odd in ``favourite_share_min`` of its cases
    and over ``chapters_min`` ICD chapters; extras drawn anew for every patient have no favourites, and what at most ``very_rare_share_max`` of
    the others' cases had counts without. A house has the habit when ``cases_min`` of its cases have ``items_min`` of both, over
    ``chapters_min`` chapters, more than chance allows (``chance_max``) at the others' rate (the highest ``trim_share`` of the houses left out),
    which is taken as at least ``usual_floor``. Given are these and its cases with ``items_habit_min`` favourites: a panel is not always
    complete. Adds ``bkkp_sns n_items names fen top house_cases found chapters usual``.
    """
    rows, sizes, care = at_hand(rows, sizes, care)
    odd = _with_usual(rows, sizes, care, p).filter(pl.col("usual_share") <= p["rare_share_max"])
    chapter = pl.col("main_dx").str.slice(0, 1)
    total = sizes.group_by("fixmedins_code").agg(house_cases=pl.col("cases").sum())
    (odd,) = at_hand(odd.join(total, on="fixmedins_code"))
    crowded = odd.group_by("mdtrt_id", "fixmedins_code").agg(n=pl.col("item").n_unique()).filter(pl.col("n") >= p["items_min"])
    per_house = (
        total.join(crowded.group_by("fixmedins_code").agg(any_odd=pl.len()), on="fixmedins_code", how="left")
        .with_columns(pl.col("any_odd").fill_null(0))
        .with_columns(usual=others_rate(pl.col("any_odd"), pl.col("house_cases"), p["trim_share"]).clip(p["usual_floor"]))
        .drop("house_cases", "any_odd")
    )
    key = ["fixmedins_code", "item"]
    favourite = (pl.col("on") >= p["favourite_share_min"] * pl.col("house_cases")) & (pl.col("chapters") >= p["chapters_min"])
    return (
        odd.with_columns(on=pl.col("mdtrt_id").n_unique().over(key), chapters=chapter.n_unique().over(key))
        .with_columns(favourite=favourite)
        .filter(pl.col("favourite") | (pl.col("usual_share") <= p["very_rare_share_max"]))
        .sort("mdtrt_id", "item")
        .group_by("fixmedins_code", "psn_no", "mdtrt_id", "begn_date", "last_day", "main_dx", "house_cases")
        .agg(
            bkkp_sns=pl.col("sns").explode(),
            n_items=pl.len(),
            of_panel=pl.col("favourite").sum(),
            names=pl.col("name").str.join("、"),
            fen=pl.col("fen").sum(),
            top=pl.col("usual_share").max(),
        )
        .with_columns(full=pl.col("n_items") >= p["items_min"])
        .filter(pl.col("full") | (pl.col("of_panel") >= p["items_habit_min"]))
        .with_columns(found=pl.col("full").sum().over("fixmedins_code"), chapters=chapter.filter("full").n_unique().over("fixmedins_code"))
        .join(per_house, on="fixmedins_code")
        .with_columns(chance=at_least("found", "house_cases", "usual"))
        .filter((pl.col("found") >= p["cases_min"]) & (pl.col("chapters") >= p["chapters_min"]) & (pl.col("chance") <= p["chance_max"]))
    )


def one_for_everybody(rows: pl.LazyFrame, sizes: pl.LazyFrame, care: pl.LazyFrame, p: Params) -> pl.LazyFrame:
    """Cases with an item that a house gives to patients of unlike diseases who elsewhere hardly get it: one item is enough when it is general.

    Arguments as for ``extras_for_everybody``. Judged are a house's cases of the groups in which at most ``rare_share_max`` of the others had
    the item; those that have it are held against those expected: the sum of the others' shares over the judged. Given are these cases, in
    houses with ``cases_min`` of them over ``chapters_min`` ICD chapters, that are ``house_share_min`` of the judged, ``times_usual`` times the
    expected, and more than chance allows (``chance_max``; the expected share taken as at least ``usual_floor``). Adds ``usual_share found
    judged expected chapters``.
    """
    rows, sizes, care = at_hand(rows, sizes, care)
    (known,) = at_hand(_with_usual(rows, sizes, care, p))
    return known.filter(pl.col("usual_share") <= p["rare_share_max"]).join(
        _general(known, sizes, care, p, everywhere=False), on=["fixmedins_code", "item"]
    )


def several_for_everybody(rows: pl.LazyFrame, sizes: pl.LazyFrame, care: pl.LazyFrame, p: Params) -> pl.LazyFrame:
    """Cases with ``items_min`` items of those a house gives to everybody (as ``one_for_everybody`` counts, but over all its groups that others
    know), where it has as many such items.

    At fault are the items that are rare for the case's disease, of which there is at least one. Adds ``bkkp_sns n_items names fen top found
    judged chapters told`` (the house's items with their counts).
    """
    rows, sizes, care = at_hand(rows, sizes, care)
    (known,) = at_hand(_with_usual(rows, sizes, care, p))
    general = _general(known, sizes, care, p, everywhere=True).filter(pl.col("item").n_unique().over("fixmedins_code") >= p["items_min"])
    rare = pl.col("usual_share") <= p["rare_share_max"]
    case = ["fixmedins_code", "psn_no", "mdtrt_id", "begn_date", "last_day", "main_dx"]
    return (
        known.join(general, on=["fixmedins_code", "item"])
        .sort("mdtrt_id", "item")
        .group_by(case, maintain_order=True)
        .agg(
            bkkp_sns=pl.col("sns").filter(rare).explode(),
            n_items=pl.len(),
            rare=rare.sum(),
            names=pl.col("name").filter(rare).str.join("、"),
            fen=pl.col("fen").filter(rare).sum(),
            top=pl.col("usual_share").filter(rare).max(),
            told=filled("{}{}例（预期{}例）", "name", "found", pl.col("expected").round(1)).str.join("、"),
            found=pl.col("found").max(),
            judged=pl.col("judged").first(),
            chapters=pl.col("chapters").max(),
        )
        .filter((pl.col("n_items") >= p["items_min"]) & (pl.col("rare") > 0))
    )


def _general(known: pl.LazyFrame, sizes: pl.LazyFrame, care: pl.LazyFrame, p: Params, *, everywhere: bool) -> pl.LazyFrame:
    """The items that a house gives to everybody: ``fixmedins_code item found chapters expected judged``.

    Judged are the groups in which the item is rare, or all (``everywhere``): a house of sicker patients gives the drugs of their other
    diseases in rare groups and in common ones.
    """
    key = ["fixmedins_code", "item"]
    sized = _peers_of(sizes, care, p)
    rare = pl.col("usual_share") <= p["rare_share_max"]
    frequent = (
        known.filter(rare)
        .group_by(key)
        .agg(found=pl.col("mdtrt_id").n_unique(), chapters=pl.col("main_dx").str.slice(0, 1).n_unique())
        .filter((pl.col("found") >= p["cases_min"]) & (pl.col("chapters") >= p["chapters_min"]))
    )
    # also the groups that did without it here
    groups = frequent.select(key).join(sized.join(_tiered(care), on="fixmedins_code"), on="fixmedins_code")
    expected = (
        _share_of_others(groups, known, care)
        .filter(pl.lit(everywhere) | rare)
        .group_by(key)
        .agg(expected=(pl.col("usual_share") * pl.col("cases")).sum(), judged=pl.col("cases").sum())
    )
    return (
        frequent.join(expected, on=key)
        .filter(pl.col("found") >= p["house_share_min"] * pl.col("judged"))
        .with_columns(rate=(pl.col("expected") / pl.col("judged")).clip(p["usual_floor"]))
        .with_columns(chance=at_least("found", "judged", "rate"))
        .filter((pl.col("found") >= p["times_usual"] * pl.col("expected")) & (pl.col("chance") <= p["chance_max"]))
        .drop("rate", "chance")
    )


def _peers_of(sizes: pl.LazyFrame, care: pl.LazyFrame, p: Params) -> pl.LazyFrame:
    """Each house's disease groups that enough others know: ``cases scale`` (the comparison used) ``peers`` (the others' cases)."""
    sized = sizes.group_by("fixmedins_code", "block").agg(pl.col("cases").sum()).join(_tiered(care), on="fixmedins_code", how="left")
    for scale in SCALES:
        sized = sized.with_columns((pl.col("cases").sum().over(scale, "care_class", "block") - pl.col("cases")).alias(f"{scale}_peers"))
    enough = {scale: pl.col(f"{scale}_peers") >= p["peer_cases_min"] for scale in SCALES}
    return (
        sized.with_columns(
            scale=pl.coalesce(pl.when(enough[scale]).then(pl.lit(scale)) for scale in SCALES),
            peers=pl.coalesce(pl.when(enough[scale]).then(pl.col(f"{scale}_peers")) for scale in SCALES),
        )
        .filter(pl.col("scale").is_not_null())
        .select("fixmedins_code", "block", "cases", "scale", "peers")
    )


def _share_of_others(groups: pl.LazyFrame, rows: pl.LazyFrame, care: pl.LazyFrame) -> pl.LazyFrame:
    """Adds ``usual_share`` to ``groups`` (house × disease group × item, with ``scale peers tier tiers care_class``): the share of the other
    houses' cases in the group that had the item."""
    counts = rows.group_by("fixmedins_code", "block", "item").agg(own=pl.col("mdtrt_id").n_unique()).join(_tiered(care), on="fixmedins_code")
    key = ["fixmedins_code", "block", "item"]
    groups = groups.join(counts.select(*key, "own"), on=key, how="left")
    for scale in SCALES:
        among = [scale, "care_class", "block", "item"]
        groups = groups.join(counts.group_by(among).agg(pl.col("own").sum().alias(f"{scale}_all")), on=among, how="left", nulls_equal=True)
    every = pl.coalesce(pl.when(pl.col("scale") == scale).then(pl.col(f"{scale}_all").fill_null(0)) for scale in SCALES)
    return groups.with_columns(usual_share=(every - pl.col("own").fill_null(0)) / pl.col("peers"))


def _with_usual(rows: pl.LazyFrame, sizes: pl.LazyFrame, care: pl.LazyFrame, p: Params) -> pl.LazyFrame:
    """Adds ``block usual_share``: the share of other houses' cases in the group that had the item; no row where these cases are few."""
    rows = rows.with_columns(block=block())
    groups = rows.select("fixmedins_code", "block", "item").unique().join(_tiered(care), on="fixmedins_code")
    shares = _share_of_others(groups.join(_peers_of(sizes, care, p), on=["fixmedins_code", "block"]), rows, care)
    return rows.join(shares.select("fixmedins_code", "block", "item", "usual_share"), on=["fixmedins_code", "block", "item"])


def _tiered(care: pl.LazyFrame) -> pl.LazyFrame:
    return care.with_columns(tiers=pl.col("tier").is_in(["2", "3"]))


def strength() -> pl.Expr:
    """Of a case with several extras."""
    return (0.4 + 0.05 * pl.col("n_items") + 0.3 * pl.col("found") / pl.col("house_cases")).clip(0.4, 0.9)
