"""Persons admitted together again and again: a graph of pairs that coincide more often than chance allows, and its communities."""

from __future__ import annotations

import random

import igraph
import polars as pl
from scipy.stats import poisson


def coinciding_pairs(stays: pl.LazyFrame, window_days: int, p_value_max: float) -> pl.DataFrame:
    """Pairs of persons whose admissions to one institution coincide more often than chance: ``fixmedins_code a b together p_value``.

    Args:
        stays: ``fixmedins_code psn_no mdtrt_id begn_date``, one row an admission.
        window_days: admissions at most so many days apart count as together.
        p_value_max: limit of the Poisson p-value after correction for all pairs that coincide once.

    The expected number of coincidences of a pair is the product of their numbers of admissions times the window over the days in
    which the institution admitted anybody.
    """
    own = stays.group_by("fixmedins_code", "psn_no").agg(pl.len().alias("n"))
    span = stays.group_by("fixmedins_code").agg(((pl.col("begn_date").max() - pl.col("begn_date").min()).dt.total_days() + 1).alias("days"))
    again = stays.join(own.filter(pl.col("n") >= 2), on=["fixmedins_code", "psn_no"], how="semi").select("fixmedins_code", "psn_no", "begn_date")
    shifted = (
        again.with_columns(day=pl.int_ranges(-window_days, window_days + 1))
        .explode("day")
        .with_columns(met=pl.col("begn_date") + pl.duration(days="day"))
    )
    met = (
        again.rename({"psn_no": "a"})
        .join(
            shifted.select("fixmedins_code", pl.col("psn_no").alias("b"), pl.col("met").alias("begn_date")),
            on=["fixmedins_code", "begn_date"],
            how="inner",
        )
        .filter(pl.col("a") < pl.col("b"))
    )
    counted = met.group_by("fixmedins_code", "a", "b").agg(pl.col("begn_date").n_unique().alias("together")).collect()
    if counted.is_empty():
        return counted.with_columns(p_value=pl.lit(None, pl.Float64))
    frame = (
        counted.lazy()
        .join(own.rename({"psn_no": "a", "n": "n_a"}), on=["fixmedins_code", "a"])
        .join(own.rename({"psn_no": "b", "n": "n_b"}), on=["fixmedins_code", "b"])
        .join(span, on="fixmedins_code")
        .with_columns(expected=pl.col("n_a") * pl.col("n_b") * (2 * window_days + 1) / pl.col("days"))
        .collect()
    )
    p_value = poisson.sf(frame["together"].to_numpy() - 1, frame["expected"].to_numpy()) * frame.height
    return (
        frame.with_columns(p_value=pl.Series(p_value))
        .filter((pl.col("p_value") <= p_value_max) & (pl.col("together") >= 2))
        .drop("n_a", "n_b", "days", "expected")
    )


def communities(pairs: pl.DataFrame, seed: int) -> pl.DataFrame:
    """The communities of the pairs' graph within each institution: ``fixmedins_code community psn_no``, largest first.

    Leiden on the graph weighted by ``together`` (igraph); the same pairs always give the same communities.
    """
    found: list[pl.DataFrame] = []
    for (institution,), own in pairs.sort("fixmedins_code", "a", "b").partition_by("fixmedins_code", as_dict=True, maintain_order=True).items():
        people = sorted(set(own["a"]) | set(own["b"]))
        number = {person: index for index, person in enumerate(people)}
        graph = igraph.Graph(n=len(people), edges=[(number[a], number[b]) for a, b in zip(own["a"], own["b"], strict=True)])
        igraph.set_random_number_generator(_Seeded(seed))
        parts = graph.community_leiden(objective_function="modularity", weights=own["together"].to_list(), n_iterations=5)
        found.append(pl.DataFrame({"psn_no": people, "community": parts.membership}).with_columns(fixmedins_code=pl.lit(institution)))
    if not found:
        return pl.DataFrame(schema={"fixmedins_code": pl.String, "community": pl.Int64, "psn_no": pl.String})
    return pl.concat(found).select("fixmedins_code", "community", "psn_no").sort("fixmedins_code", "community", "psn_no")


class _Seeded:
    """igraph's idea of a random source, seeded."""

    def __init__(self, seed: int) -> None:
        source = random.Random(seed)  # noqa: S311 - for reproducible communities, not for secrets
        self.random = source.random
        self.randint = source.randint
        self.gauss = source.gauss
