"""Rule evidence about an institution as log-likelihood ratios: how much likelier its hits are if it cheats than if it is honest.

Honest institutions have findings too: posting errors, rare coincidences, a rule that reads a habit wrongly. So the hits of a
rule are held against the rate at which the *peers* have them. An honest institution's hits follow a negative binomial law
around the peers' trimmed rate times its own volume; a cheating one's around a multiple of it, at least a floor. Both laws'
parameters are priors of the city file (unit ``scoring``); with verdicts, each rule's weight is learnt (``rule_weights``).

Two things keep one mistaken rule from accusing many. Findings of one person are no independent pieces of evidence, at one house or at
several: a lent card, a wrong date, one illness explain them all. So they count by less than their number. Where a register's entry makes
them findings, persons are counted, whatever the rules: one entry may be wrong, several at one house hardly are. And however many hits a
house has, a rule can only say as much as it is rare among honest houses to be struck by it at all: a habit that a rule misreads gives
hundreds of hits. That rarity starts from a prior by the rule's certainty and is corrected by the share of the city's houses that the rule
strikes (``most_a_rule_can_say``).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl
from scipy.stats import nbinom

from features.parameters import Params
from models.kinds import Kind

#: Columns of the evidence frame: one row an institution × rule with at least one finding.
EVIDENCE_COLUMNS = (
    "fixmedins_code",
    "rule_id",
    "kind",
    "hits",
    "exposure",
    "peer_rate",
    "llr",
    "amount_fen",
    "first_month",
    # what the interval needs to draw the evidence again
    "honest_mean",
    "guilty_mean",
    "level_llr",
    "cap",
    "weight",
    "definite",
    # against the peers alone, whatever the rule does elsewhere in the city
    "against_peers",
)


def rule_evidence(findings: pl.DataFrame, institutions: pl.DataFrame, p: Params, rule_weights: Mapping[str, float]) -> pl.DataFrame:
    """One row an institution × rule it has findings under, with ``hits``, the peers' rate a thousand visits, and ``llr``.

    Args:
        findings: findings.parquet.
        institutions: one row an institution that did business: ``fixmedins_code peer_group visits stays``; visits count everything
            (outpatient, pharmacy, stays), stays the admissions among them.
        p: parameters of unit ``scoring``.
        rule_weights: rule → weight 0–1 (its precision from verdicts or prior); a missing rule counts 1.
    """
    own = findings.join(institutions.select("fixmedins_code"), on="fixmedins_code", how="semi")
    if own.is_empty():
        return pl.DataFrame(schema=dict.fromkeys(EVIDENCE_COLUMNS, pl.Float64)).cast(
            {"fixmedins_code": pl.String, "rule_id": pl.String, "kind": pl.String, "first_month": pl.String, "definite": pl.Boolean}
        )
    register = pl.col("kind").is_in(p["register_kinds"])
    of_person = pl.when(pl.col("psn_no").is_null()).then(1).otherwise(pl.len().over("rule_id", "psn_no"))
    entry = 1 / pl.len().over("kind", "psn_no")
    own = own.with_columns(
        counted=pl.when(register).then(entry).otherwise(pl.col("strength") * of_person.cast(pl.Float64) ** (p["same_person_exponent"] - 1))
    ).with_columns(entries=pl.col("counted").sum().over("fixmedins_code", "kind"))
    hits = own.group_by("fixmedins_code", "rule_id", "kind").agg(
        pl.when(register.first()).then(pl.col("entries").first()).otherwise(pl.col("counted").sum()).alias("hits"),
        (pl.col("psn_no").is_null() & pl.col("mdtrt_id").is_null()).sum().alias("institution_level"),
        pl.col("strength").max().alias("strongest"),
        (pl.col("amount_at_issue") * 100).round().cast(pl.Int64).sum().alias("amount_fen"),
        (pl.col("certainty") == "definite").mean().alias("definite_share"),
        pl.col("occurred_from").min().dt.strftime("%Y-%m").alias("first_month"),
    )
    rates = _peer_rates(hits, institutions, p)
    frame = (
        hits.join(institutions.select("fixmedins_code", "peer_group", "visits", "stays"), on="fixmedins_code", how="inner")
        .with_columns(exposure=_exposure())
        .join(rates, on=["fixmedins_code", "rule_id"], how="left")
        # the order of a grouping hangs on the number of threads
        .sort("fixmedins_code", "rule_id", "kind")
    )
    weight = frame["rule_id"].replace_strict(dict(rule_weights), default=1.0, return_dtype=pl.Float64).to_numpy()
    kind_weight = frame["kind"].replace_strict(p["kind_weight"], default=1.0, return_dtype=pl.Float64).to_numpy()
    honest, guilty = _means(frame, p)
    counted = count_llr(np.ceil(frame["hits"].to_numpy()), honest, guilty, p)
    whole = frame["institution_level"].to_numpy() > 0
    level_llr = np.where(whole, frame["strongest"].to_numpy() * p["institution_level_llr"], 0.0)
    cap = most_a_rule_can_say(frame, np.maximum(counted, level_llr), institutions, p)
    llr = bounded_llr(counted, level_llr, cap, weight * kind_weight, p)
    return frame.with_columns(
        llr=pl.Series(np.round(llr, 6)),
        peer_rate=pl.col("peer_rate") * 1000,
        honest_mean=pl.Series(honest),
        guilty_mean=pl.Series(guilty),
        level_llr=pl.Series(level_llr),
        cap=pl.Series(cap),
        weight=pl.Series(weight * kind_weight),
        definite=pl.col("definite_share") >= 0.5,
        against_peers=pl.Series(np.round(np.maximum(counted, level_llr) * weight * kind_weight, 6)),
    ).select(EVIDENCE_COLUMNS)


def total_evidence(evidence: pl.DataFrame, p: Params) -> pl.DataFrame:
    """One row an institution: ``evidence_llr``, ``kinds`` (strongest first) with their own ``kind_llrs``, and ``corroborated``.

    Corroborated is what rests on a rule that finds violations for certain, or on ``red_rules_min`` rules, each with a ratio of at least
    ``struck_llr_min``.
    Rules of one kind mostly see the same deeds, so within a kind the strongest rule counts in full and each further one by
    ``same_kind_discount``; kinds add up with ``next_kind_discount`` each, strongest first, so that many weak ones do not make a strong one.
    """
    if evidence.is_empty():
        return pl.DataFrame(
            schema={
                "fixmedins_code": pl.String,
                "evidence_llr": pl.Float64,
                "kinds": pl.List(pl.String),
                "kind_llrs": pl.List(pl.Float64),
                "corroborated": pl.Boolean,
            }
        )
    within = (
        evidence.sort("llr", "rule_id", descending=[True, False])
        .with_columns(place=pl.int_range(pl.len()).over("fixmedins_code", "kind"))
        .group_by("fixmedins_code", "kind")
        .agg((pl.col("llr") * p["same_kind_discount"] ** pl.col("place")).sum().alias("kind_llr"), pl.col("amount_fen").sum())
    )
    struck = evidence.filter(pl.col("llr") >= p["struck_llr_min"]).group_by("fixmedins_code")
    sure = struck.agg(corroborated=(pl.len() >= p["red_rules_min"]) | pl.col("definite").any())
    ranked = within.sort(["fixmedins_code", "kind_llr", "amount_fen", "kind"], descending=[False, True, True, False])
    return (
        ranked.with_columns(place=pl.int_range(pl.len()).over("fixmedins_code"))
        .group_by("fixmedins_code", maintain_order=True)
        .agg(
            (pl.col("kind_llr") * p["next_kind_discount"] ** pl.col("place")).sum().round(6).alias("evidence_llr"),
            pl.col("kind").alias("kinds"),
            pl.col("kind_llr").round(6).alias("kind_llrs"),
        )
        .join(sure, on="fixmedins_code", how="left", maintain_order="left")
        .with_columns(pl.col("corroborated").fill_null(value=False))
    )


def _peer_rates(hits: pl.DataFrame, institutions: pl.DataFrame, p: Params) -> pl.DataFrame:
    """Hits a visit of each rule among an institution's peers, one row an institution × rule, shrunk towards the rest of the city.

    The institution itself is no peer of its own: in a group of three its own hits would be the rate it is held against. Of the others the
    highest ``trim_share`` are left out.
    """
    grid = (
        institutions.select("fixmedins_code", "peer_group", "visits", "stays")
        .join(hits.select("rule_id", "kind").unique(), how="cross")
        .join(hits.select("fixmedins_code", "rule_id", "hits"), on=["fixmedins_code", "rule_id"], how="left")
        .with_columns(n=_exposure())
    )
    grid = grid.with_columns(hits=pl.col("hits").fill_null(0.0)).with_columns(rate=pl.col("hits") / pl.col("n"))

    def of_the_others(keys: list[str], name: str) -> pl.DataFrame:
        ranked = grid.with_columns(
            place=pl.col("rate").rank("ordinal").over(keys), kept=((pl.len().over(keys) - 1) * (1 - p["trim_share"])).ceil().cast(pl.Int64)
        )
        # without the institution all behind it move up by one
        inside = pl.col("place") <= pl.col("kept")
        upto = {
            column: [(pl.col(column) * (pl.col("place") <= pl.col("kept") + more)).sum().over(keys).alias(f"{column}_{more}") for more in (0, 1)]
            for column in ("hits", "n")
        }
        summed = ranked.with_columns(*upto["hits"], *upto["n"])
        return summed.select(
            "fixmedins_code",
            "rule_id",
            *[
                pl.when(inside).then(pl.col(f"{column}_1") - pl.col(column)).otherwise(pl.col(f"{column}_0")).alias(f"{name}_{column}")
                for column in ("hits", "n")
            ],
        )

    both = of_the_others(["rule_id", "peer_group"], "group").join(of_the_others(["rule_id"], "city"), on=["fixmedins_code", "rule_id"])
    city_rate = (pl.col("city_hits") + p["prior_hits"]) / (pl.col("city_n") + p["prior_exposure"])
    shrink = p["prior_exposure"]
    return both.select("fixmedins_code", "rule_id", peer_rate=(pl.col("group_hits") + city_rate * shrink) / (pl.col("group_n") + shrink))


def _exposure() -> pl.Expr:
    """What a kind's hits are counted against: admissions for kinds done with stays, all visits for the others; at least 1."""
    of_stays = pl.col("kind").is_in([kind.value for kind in Kind if kind.of_stays])
    return pl.when(of_stays).then(pl.col("stays")).otherwise(pl.col("visits")).clip(lower_bound=1)


def _means(frame: pl.DataFrame, p: Params) -> tuple[np.ndarray, np.ndarray]:
    """Expected hits of an honest and of a cheating institution of this volume; shape (rows,) each."""
    exposure = frame["exposure"].to_numpy().astype(float)
    rare = (frame["definite_share"] >= 0.5) | frame["kind"].is_in(p["register_kinds"])
    least = np.where(rare.to_numpy(), p["honest_hits_min"]["definite"], p["honest_hits_min"]["suspected"])
    honest = np.maximum(frame["peer_rate"].to_numpy() * exposure, least)
    guilty = np.maximum(honest * p["guilty_multiple"], exposure * p["guilty_rate_min"])
    return honest, np.maximum(guilty, p["guilty_hits_min"])


def count_llr(hits: np.ndarray, honest: np.ndarray, guilty: np.ndarray, p: Params) -> np.ndarray:
    """Log-likelihood ratio of the counts. Beyond what a cheating institution is expected to have, more hits change nothing."""
    seen = np.minimum(hits, np.floor(guilty))
    result: np.ndarray = _log_pmf(seen, guilty, p["dispersion"]) - _log_pmf(seen, honest, p["dispersion"])
    return result


def most_a_rule_can_say(frame: pl.DataFrame, struck: np.ndarray, institutions: pl.DataFrame, p: Params) -> np.ndarray:
    """Upper bound of each row's log-likelihood ratio: how much likelier a cheating house is struck by the rule than an honest one.

    ``guilty_struck_share`` over the honest share, whose prior (``honest_struck_share`` by certainty, worth ``struck_prior_houses`` houses) is
    corrected by the city: of the houses the rule strikes (ratio of at least ``struck_llr_min``), those beyond one and beyond the number of
    cheats to be expected are taken for honest. ``frame`` needs ``rule_id kind definite_share``; houses without stays do not count for kinds
    done with stays.
    """
    able = {True: institutions.filter(pl.col("stays") > 0).height, False: institutions.height}
    of_stays = {kind.value: kind.of_stays for kind in Kind}
    houses = np.array([float(able[of_stays.get(kind, False)]) for kind in frame["kind"]])
    counted = frame.select("rule_id").with_columns(hot=pl.Series(struck >= p["struck_llr_min"]))
    hot = counted.select(pl.col("hot").sum().over("rule_id"))["hot"].to_numpy().astype(float)
    definite = frame["definite_share"].to_numpy() >= 0.5
    prior = np.where(definite, p["honest_struck_share"]["definite"], p["honest_struck_share"]["suspected"])
    expected = p["prior_guilty_share"] * p["guilty_struck_share"] * houses
    excess = np.maximum(hot - 1.0 - expected, 0.0)
    weight = p["struck_prior_houses"]
    honest = (weight * prior + excess) / (weight + houses)
    result: np.ndarray = np.maximum(np.log(p["guilty_struck_share"] / honest), 0.0)
    return result


def bounded_llr(counted: np.ndarray, level_llr: np.ndarray, cap: np.ndarray, weight: np.ndarray, p: Params) -> np.ndarray:
    """The larger of the count's and the institution-level ratio, softened below, cut at ``cap``, weighted.

    Softened: log(1 + ``single_hit_share`` × ratio), so that a hit never speaks for a house: that few of a cheat's deeds are found does not
    clear it, and a house without any hit stands at 0.
    """
    raw = np.maximum(counted, level_llr)
    softened = np.logaddexp(0.0, raw + np.log(p["single_hit_share"]))
    result: np.ndarray = np.minimum(softened, cap) * weight
    return result


def _log_pmf(k: np.ndarray, mean: np.ndarray, shape: float) -> np.ndarray:
    result: np.ndarray = nbinom.logpmf(k, shape, shape / (shape + mean))
    return result
