"""Who goes together: the run's networks of persons, findings of persons on one day, and the other institutions where the same persons have findings.

Sums for the picture on the institution's page; which coincidences accuse anybody the rules have decided.
"""

from __future__ import annotations

from typing import Any, Final

import polars as pl

#: Rules whose findings are about persons going together at one institution and are not drawn from the networks' own pairs: their findings of
#: one institution and day belong to each other.
TOGETHER: Final = ("group_admission", "cards_used_back_to_back")
#: A couple is no group: communities of fewer persons are not drawn.
LEAST_GROUP: Final = 3
#: At least so many persons with findings at both institutions make a tie worth drawing.
LEAST_SHARED: Final = 2
MOST_PERSONS: Final = 60
MOST_PLACES: Final = 12


def networks(findings: pl.DataFrame, pairs: pl.DataFrame) -> dict[str, dict[str, Any]]:
    """By institution: ``persons`` (psn_no, findings, what ties them, or empty), ``ties`` (two places in persons, days together),
    ``places`` (code, persons in common, persons with findings there), ``visits`` (place in persons, place in places, findings there).

    Institutions without a group and without a shared person are left out.
    """
    known = findings.filter(pl.col("psn_no").is_not_null() & (pl.col("psn_no") != ""))
    counts = known.group_by("fixmedins_code", "psn_no").agg(pl.len().alias("n"))
    ties = _ties(known, pairs)
    shared = _shared(counts)
    everywhere = dict(counts.group_by("fixmedins_code").len().iter_rows())
    found: dict[str, dict[str, Any]] = {}
    for code in sorted(set(ties) | set(shared)):
        own = dict(counts.filter(pl.col("fixmedins_code") == code).select("psn_no", "n").iter_rows())
        found[code] = _network(own, ties.get(code, []), shared.get(code, {}), everywhere)
    return found


def _ties(findings: pl.DataFrame, pairs: pl.DataFrame) -> dict[str, list[tuple[str, str, str, int]]]:
    """By institution (person, person, network or rule, days): the networks' pairs, and persons with a finding of one rule on one day."""
    days = findings.filter(pl.col("rule_id").is_in(TOGETHER)).select("fixmedins_code", "rule_id", "psn_no", "occurred_from").unique()
    met = (
        days.join(days, on=["fixmedins_code", "rule_id", "occurred_from"], suffix="_b")
        .filter(pl.col("psn_no") < pl.col("psn_no_b"))
        .group_by("fixmedins_code", "psn_no", "psn_no_b", "rule_id")
        .agg(pl.len().cast(pl.Int64).alias("days"))
    )
    graph = pairs.filter(pl.col("persons") >= LEAST_GROUP).select(
        "fixmedins_code", psn_no="a", psn_no_b="b", rule_id="network", days="together"
    )  # fmt: skip
    ordered = pl.concat([graph, met.select(graph.columns)]).sort(
        "fixmedins_code", "days", "psn_no", "psn_no_b", "rule_id", descending=[False, True, False, False, False]
    )
    tied: dict[str, list[tuple[str, str, str, int]]] = {}
    for code, a, b, rule, n in ordered.iter_rows():
        tied.setdefault(code, []).append((a, b, rule, n))
    return tied


def _shared(counts: pl.DataFrame) -> dict[str, dict[str, list[tuple[str, int]]]]:
    """By institution and other institution (person, findings there), the ones with most persons in common first."""
    pairs = counts.join(counts, on="psn_no", suffix="_b").filter(pl.col("fixmedins_code") != pl.col("fixmedins_code_b"))
    places = (
        pairs.group_by("fixmedins_code", "fixmedins_code_b")
        .agg(pl.struct("psn_no", "n_b").sort_by("psn_no").alias("persons"), pl.len().alias("shared"))
        .filter(pl.col("shared") >= LEAST_SHARED)
        .sort("fixmedins_code", "shared", "fixmedins_code_b", descending=[False, True, False])
        .group_by("fixmedins_code", maintain_order=True)
        .head(MOST_PLACES)
    )
    found: dict[str, dict[str, list[tuple[str, int]]]] = {}
    for code, other, persons in places.select("fixmedins_code", "fixmedins_code_b", "persons").iter_rows():
        found.setdefault(code, {})[other] = [(row["psn_no"], row["n_b"]) for row in persons]
    return found


def _network(
    own: dict[str, int], ties: list[tuple[str, str, str, int]], shared: dict[str, list[tuple[str, int]]], everywhere: dict[str, int]
) -> dict[str, Any]:
    rule_of = {person: rule for a, b, rule, _n in reversed(ties) for person in (a, b)}
    wanted = [person for a, b, _rule, _n in ties for person in (a, b)] + [person for persons in shared.values() for person, _n in persons]
    persons = list(dict.fromkeys(wanted))[:MOST_PERSONS]
    place = {person: index for index, person in enumerate(persons)}
    return {
        "persons": [[person, own.get(person, 0), rule_of.get(person, "")] for person in persons],
        "ties": [[place[a], place[b], n] for a, b, _rule, n in ties if a in place and b in place],
        "places": [[other, len(there), everywhere.get(other, 0)] for other, there in shared.items()],
        "visits": [[place[person], index, n] for index, there in enumerate(shared.values()) for person, n in there if person in place],
        "left_out": len(set(wanted)) - len(persons),
    }
