"""Features that point to a kind of violation, as log-likelihood ratios: how much likelier such a figure is at a cheat than among honest houses.

A z against the peers says how far out a figure lies, not how often honest houses lie there: distributions between houses have heavy tails.
So a feature speaks only from ``feature_z_min`` on, and the more houses of the city lie beyond that, the less it can say.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from features.parameters import Params


def feature_evidence(z: pl.DataFrame, points_to: Mapping[str, tuple[str, ...]], p: Params) -> pl.DataFrame:
    """One row an institution × feature beyond ``feature_z_min``: ``fixmedins_code feature kinds z llr``.

    Args:
        z: ``standardise``'s frame (``fixmedins_code feature z``); null z = no comparable peers = no evidence.
        points_to: feature → kinds of violation a high value speaks for; features without kinds are left out.
        p: parameters of unit ``scoring``.
    """
    pointing = [name for name, kinds in points_to.items() if kinds]
    known = z.filter(pl.col("feature").is_in(pointing) & pl.col("z").is_not_null() & pl.col("z").is_finite())
    far = pl.col("z") >= p["feature_z_min"]
    shares = known.group_by("feature").agg(pl.len().cast(pl.Float64).alias("houses"), far.sum().cast(pl.Float64).alias("far"))
    expected = p["prior_guilty_share"] * p["guilty_struck_share"] * pl.col("houses")
    weight = p["struck_prior_houses"]
    honest = (weight * p["honest_struck_share"]["feature"] + (pl.col("far") - 1 - expected).clip(lower_bound=0.0)) / (weight + pl.col("houses"))
    bound = (p["guilty_struck_share"] / honest).log().clip(lower_bound=0.0)
    said = ((pl.col("z") - p["feature_z_min"]) * p["feature_llr_per_z"]).clip(0.0, p["feature_llr_cap"])
    kinds = pl.Series([list(points_to[name]) for name in pointing], dtype=pl.List(pl.String))
    return (
        known.filter(far)
        .join(shares.with_columns(bound=bound).select("feature", "bound"), on="feature")
        .join(pl.DataFrame({"feature": pointing, "kinds": kinds}, schema={"feature": pl.String, "kinds": pl.List(pl.String)}), on="feature")
        .select("fixmedins_code", "feature", "kinds", "z", llr=pl.min_horizontal(said, "bound").round(6))
        .sort("fixmedins_code", "feature")
    )


def total_behaviour(evidence: pl.DataFrame, p: Params) -> pl.DataFrame:
    """``fixmedins_code feature_llr``: the strongest feature in full, each further one by ``same_kind_discount``; at most ``feature_llr_cap``."""
    ordered = evidence.sort(["llr", "feature"], descending=[True, False]).with_columns(place=pl.int_range(pl.len()).over("fixmedins_code"))
    return (
        ordered.group_by("fixmedins_code")
        .agg((pl.col("llr") * p["same_kind_discount"] ** pl.col("place")).sum().clip(upper_bound=p["feature_llr_cap"]).round(6).alias("feature_llr"))
        .sort("fixmedins_code")
    )
