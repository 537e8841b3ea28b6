"""The communities of a graph of pairs."""

from __future__ import annotations

import random

import igraph
import polars as pl
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components


def communities(pairs: pl.DataFrame, seed: int) -> pl.DataFrame:
    """``psn_no community`` of everybody in ``pairs`` (``a b together``); numbers from 0, the largest community first.

    Each connected part of the sparse graph is parted by Leiden (igraph) on modularity, weighted by days together; the same pairs always give
    the same communities.
    """
    edges = pairs.group_by("a", "b").agg(pl.col("together").sum()).sort("a", "b")
    if edges.is_empty():
        return pl.DataFrame(schema={"psn_no": pl.String, "community": pl.Int64})
    people = sorted({*edges["a"], *edges["b"]})
    number = {person: index for index, person in enumerate(people)}
    a, b = ([number[person] for person in edges[name]] for name in ("a", "b"))
    _, part = connected_components(coo_array((edges["together"].to_numpy(), (a, b)), shape=(len(people), len(people))), directed=False)
    rows = pl.DataFrame({"psn_no": people, "part": part.tolist()})
    of_edge = rows.select(a="psn_no", part="part")
    found = []
    for (name,), own in edges.join(of_edge, on="a", maintain_order="left").partition_by("part", as_dict=True, maintain_order=True).items():
        members = rows.filter(pl.col("part") == name)["psn_no"].to_list()
        local = {person: index for index, person in enumerate(members)}
        graph = igraph.Graph(n=len(members), edges=[(local[x], local[y]) for x, y in zip(own["a"], own["b"], strict=True)])
        igraph.set_random_number_generator(_Seeded(seed))
        parts = graph.community_leiden(objective_function="modularity", weights=own["together"].to_list(), n_iterations=5)
        found.append(pl.DataFrame({"psn_no": members, "within": parts.membership}).with_columns(part=pl.lit(name)))
    named = pl.concat(found).with_columns(size=pl.len().over("part", "within"), first=pl.col("psn_no").min().over("part", "within"))
    order = named.select("size", "first").unique().sort("size", "first", descending=[True, False]).with_row_index("community")
    return named.join(order, on=["size", "first"]).select("psn_no", pl.col("community").cast(pl.Int64)).sort("community", "psn_no")


class _Seeded:
    """igraph's idea of a random source, seeded."""

    def __init__(self, seed: int) -> None:
        source = random.Random(seed)  # noqa: S311 - for reproducible communities, not for secrets
        self.random = source.random
        self.randint = source.randint
        self.gauss = source.gauss
