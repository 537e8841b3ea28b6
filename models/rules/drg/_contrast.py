"""Which of two main diagnoses a stay's fee lines fit better, learned from the other hospitals' patients with each.

Two diseases of one organ share most of their care. What tells them apart are the items that patients with the one usually have and those
with the other usually not; only those are held against a case, each hospital being judged by the others' patients and by items it uses.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from models.rules.drg._support import BEARER, USE


@dataclass(frozen=True)
class Profiles:
    """How many patients with each main diagnosis (unit: its code, or its category) there are and have each item; also by hospital."""

    counts: pl.DataFrame
    own_counts: pl.DataFrame
    had: pl.DataFrame
    own_had: pl.DataFrame
    use: pl.DataFrame
    names: pl.DataFrame


def profiles_of(extracted: pl.DataFrame, p: Params) -> Profiles:
    """Profiles of all main diagnoses (and categories of them) that ``bearers_min`` patients have."""
    bearers = extracted.filter(pl.col("kind") == BEARER)
    learners = pl.concat([bearers.select("fixmedins_code", "keys", unit=unit) for unit in _units("code")]).filter(
        pl.col("unit").is_not_null() & (pl.len().over("unit") >= p["bearers_min"])
    )
    had = learners.explode("keys").rename({"keys": "key"}).drop_nulls("key")
    use = extracted.filter(pl.col("kind") == USE)
    return Profiles(
        counts=learners.group_by("unit").agg(n=pl.len().cast(pl.Float64)),
        own_counts=learners.group_by("unit", "fixmedins_code").agg(n_own=pl.len().cast(pl.Float64)),
        had=had.group_by("unit", "key").agg(n_with=pl.len().cast(pl.Float64)),
        own_had=had.group_by("unit", "key", "fixmedins_code").agg(own_with=pl.len().cast(pl.Float64)),
        use=use.select("fixmedins_code", "key").unique(),
        names=use.group_by("key").agg(name=pl.col("name").sort().first()),
    )


def with_unit(rows: pl.DataFrame, profiles: Profiles, p: Params, name: str) -> pl.DataFrame:
    """Adds the narrowest unit of ``code`` that ``bearers_min`` patients of other hospitals than ``fixmedins_code`` have (null without one)."""
    for place, unit in enumerate(_units("code")):
        rows = (
            rows.with_columns(unit.alias("_unit"))
            .join(profiles.counts.rename({"n": "_n"}), left_on="_unit", right_on="unit", how="left", maintain_order="left")
            .join(profiles.own_counts, left_on=["_unit", "fixmedins_code"], right_on=["unit", "fixmedins_code"], how="left", maintain_order="left")
            .with_columns(pl.when(pl.col("_n") - pl.col("n_own").fill_null(0.0) >= p["bearers_min"]).then("_unit").alias(f"_unit{place}"))
            .drop("_unit", "_n", "n_own")
        )
    return rows.with_columns(pl.coalesce("_unit0", "_unit1").alias(name)).drop("_unit0", "_unit1")


def _units(column: str) -> tuple[pl.Expr, pl.Expr]:
    code = pl.col(column)
    # chapter Z names what was done (chemotherapy, radiotherapy, dialysis): neighbours of a category have nothing in common
    category = pl.when(~code.str.starts_with("Z")).then(filled("1|{}", code.str.slice(0, 3)))
    return filled("0|{}", code), category


def contrasted(rows: pl.DataFrame, items_of: pl.DataFrame, profiles: Profiles, p: Params) -> pl.DataFrame:
    """``rows`` (``case_id fixmedins_code``, ``unit`` named, ``other_unit``) with ``score lacks other_has n_peers``.

    Rows that nothing can tell apart are dropped. ``items_of``: case_id, keys (the item classes of each case). ``score`` is the log
    likelihood ratio of the named against the other diagnosis over the items whose shares differ by at least ``difference_share_min``, at
    most ``companions_max`` of them. ``lacks`` names what patients with the named diagnosis usually have and this one has not,
    ``other_has`` what those with the other usually have and this one has too.
    """
    pairs = rows.select("unit", "other_unit").unique()
    share = profiles.had.join(profiles.counts, on="unit").select("unit", "key", share=pl.col("n_with") / pl.col("n"))
    one = pairs.join(share, on="unit")
    other = pairs.join(share.rename({"unit": "other_unit", "share": "other_share"}), on="other_unit")
    both = one.join(other, on=["unit", "other_unit", "key"], how="full", coalesce=True).with_columns(pl.col("share", "other_share").fill_null(0.0))
    # a substance and its class say the same: the more telling of them counts
    of_class = pl.when(pl.col("key").str.contains(r"^X[A-Z]\d{2}[A-Z]")).then(pl.col("key").str.slice(0, 5)).otherwise("key")
    telling = (
        both.with_columns(apart=(pl.col("share") - pl.col("other_share")).abs(), of_class=of_class)
        .filter(pl.col("apart") >= p["difference_share_min"])
        .sort(["unit", "other_unit", "apart", "key"], descending=[False, False, True, False])
        .unique(["unit", "other_unit", "of_class"], keep="first", maintain_order=True)
        .group_by("unit", "other_unit", maintain_order=True)
        .head(int(p["companions_max"]))
        .select("unit", "other_unit", "key")
    )
    numbered = rows.with_row_index("row")
    has = items_of.select("case_id", key="keys").explode("key").drop_nulls("key").with_columns(present=pl.lit(value=True))
    items = numbered.select("row", "case_id", "unit", "other_unit", "fixmedins_code").join(telling, on=["unit", "other_unit"])
    items = items.join(profiles.use, on=["fixmedins_code", "key"], how="semi")
    for name, unit in (("named", "unit"), ("other", "other_unit")):
        mine = items.select(pl.col(unit).alias("unit"), "fixmedins_code", "key").unique()
        shares = _elsewhere(mine, profiles).rename({"unit": unit, "share": name, "n": f"n_{name}"})
        items = items.join(shares, on=[unit, "fixmedins_code", "key"])
    items = items.join(has, on=["case_id", "key"], how="left").join(profiles.names, on="key", how="left")
    present = pl.col("present").fill_null(value=False)
    named, other_share = pl.col("named"), pl.col("other")
    lacks = ~present & (named > other_share)
    shows = present & (other_share > named)
    scores = items.group_by("row").agg(
        score=pl.when(present).then((named / other_share).log()).otherwise(((1 - named) / (1 - other_share)).log()).sum(),
        lacks=pl.col("name").filter(lacks).sort_by(pl.col("named").filter(lacks), descending=True).head(3).str.join("、"),
        other_has=pl.col("name").filter(shows).sort_by(pl.col("other").filter(shows), descending=True).head(3).str.join("、"),
        n_peers=pl.col("n_named").first().cast(pl.Int64),
    )
    return numbered.join(scores, on="row").drop("row")


def _elsewhere(rows: pl.DataFrame, profiles: Profiles) -> pl.DataFrame:
    """``rows`` (unit, fixmedins_code, key) with ``share``: of the other hospitals' ``n`` patients with the diagnosis who have the item."""
    return (
        rows.join(profiles.counts.rename({"n": "_n"}), on="unit")
        .join(profiles.own_counts, on=["unit", "fixmedins_code"], how="left")
        .join(profiles.had, on=["unit", "key"], how="left")
        .join(profiles.own_had, on=["unit", "key", "fixmedins_code"], how="left")
        .with_columns(pl.col("n_own", "n_with", "own_with").fill_null(0.0))
        .with_columns(n=pl.col("_n") - pl.col("n_own"))
        .with_columns(share=((pl.col("n_with") - pl.col("own_with") + 0.5) / (pl.col("n") + 1.0)).clip(0.02, 0.98))
        .select("unit", "fixmedins_code", "key", "share", "n")
    )
