"""The city's networks: persons admitted together again and again, and persons who buy drugs nobody needs together.

``network_pair`` is a frame of the city's facts: rules accuse from it, features count with it, the workbench draws it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import polars as pl

from features.networks.coincidence import Chance, coinciding_pairs
from features.networks.communities import communities
from features.parameters import City, Params

ADMITTED_TOGETHER: Final = "admitted_together"
DRUG_CIRCUIT: Final = "drug_circuit"

#: One row a pair and institution; ``community`` numbers the groups of a network (of an institution's, where people are admitted together).
PAIR_SCHEMA: Final[dict[str, pl.DataType]] = {
    "network": pl.String(),
    "fixmedins_code": pl.String(),
    "community": pl.Int64(),
    "persons": pl.Int64(),
    "a": pl.String(),
    "b": pl.String(),
    "together": pl.Int64(),
    "expected": pl.Float64(),
    "p_value": pl.Float64(),
}


def network_pairs(facts: Mapping[str, pl.LazyFrame], city: City) -> pl.DataFrame:
    """``PAIR_SCHEMA`` from the facts ``stay``, ``surplus_purchase`` and ``institution_day``; pairs between communities are left out."""
    p = city["networks"]
    found = [*_admitted_together(facts["stay"], p), _drug_circuits(facts["surplus_purchase"], facts["institution_day"], p)]
    return pl.concat(found).sort("network", "fixmedins_code", "a", "b")


def members(pairs: pl.LazyFrame, network: str) -> pl.LazyFrame:
    """``community persons psn_no`` (and, for persons admitted together, ``fixmedins_code``) of one network, each once."""
    keys = ["fixmedins_code", "community", "persons"] if network == ADMITTED_TOGETHER else ["community", "persons"]
    own = pairs.filter(pl.col("network") == network)
    return pl.concat([own.select(*keys, psn_no=side) for side in ("a", "b")]).unique()


def _admitted_together(stays: pl.LazyFrame, p: Params) -> list[pl.DataFrame]:
    """Pairs within each institution, on days of admission; who was admitted once is the crowd they are held against."""
    cycles = pl.col("main_dx").fill_null("").str.contains_any(p["cycle_diagnoses"])
    admissions = stays.filter(~cycles & (pl.col("n_setl").fill_null(0) > 0)).select("fixmedins_code", "psn_no", date="begn_date").unique().collect()
    again = pl.len().over("fixmedins_code", "psn_no") >= 2
    crowd = admissions.filter(~again).group_by("fixmedins_code", "date").agg(n=pl.len())
    chance = Chance(int(p["admission_window_days"]), p["p_value_max"], 2, p["uniform_pairs"])
    pairs = coinciding_pairs(admissions.filter(again), crowd, chance)
    parts = pairs.partition_by("fixmedins_code", maintain_order=True)
    return [_in_communities(part, ADMITTED_TOGETHER, p) for part in parts] or [_in_communities(pairs, ADMITTED_TOGETHER, p)]


def _drug_circuits(purchases: pl.LazyFrame, days: pl.LazyFrame, p: Params) -> pl.DataFrame:
    """Pairs over all institutions, on days on which both bought what they did not need; everybody who fetches drugs is the crowd."""
    events = purchases.select("fixmedins_code", "psn_no", "date", "door").unique().collect()
    crowd = days.select("fixmedins_code", "date", n="drug_visits").filter(pl.col("n") > 0).collect()
    pairs = coinciding_pairs(events, crowd, Chance(0, p["p_value_max"], int(p["circuit_days_min"]), p["uniform_pairs"]))
    return _in_communities(pairs, DRUG_CIRCUIT, p)


def _in_communities(pairs: pl.DataFrame, network: str, p: Params) -> pl.DataFrame:
    people = communities(pairs, int(p["seed"]))
    sizes = people.group_by("community").agg(persons=pl.len().cast(pl.Int64))
    of_a, of_b = people.rename({"psn_no": "a"}), people.select(b="psn_no", community_b="community")
    joined = pairs.join(of_a, on="a", how="left").join(of_b, on="b", how="left").join(sizes, on="community", how="left")
    inside = joined.filter(pl.col("community") == pl.col("community_b")).with_columns(network=pl.lit(network))
    return inside.select(pl.col(name).cast(dtype) for name, dtype in PAIR_SCHEMA.items())
