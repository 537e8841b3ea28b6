"""The memory of verdicts: what auditors decided weighs the rules, and a cleared suspicion does not return on the same evidence."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

import polars as pl

from features.parameters import Params

#: Columns of verdicts.parquet, one row a decided finding; the latest decision of a finding counts.
VERDICT_SCHEMA: Final[dict[str, pl.DataType]] = {
    "finding_id": pl.String(),
    "rule_id": pl.String(),
    "fixmedins_code": pl.String(),
    "verdict": pl.String(),
    "amount": pl.Float64(),
    "reason": pl.String(),
    "decided_at": pl.Datetime("us"),
}


class Verdict(StrEnum):
    """What an auditor may decide of a finding."""

    CONFIRMED = "confirmed"
    PARTLY_CONFIRMED = "partly_confirmed"
    DISMISSED = "dismissed"
    CLEARED = "cleared"
    RETURNED = "returned"


UPHELD: Final = (Verdict.CONFIRMED, Verdict.PARTLY_CONFIRMED)
REFUTED: Final = (Verdict.DISMISSED, Verdict.CLEARED)


def latest(verdicts: pl.DataFrame) -> pl.DataFrame:
    """The last decision of each finding."""
    return verdicts.sort("decided_at", "finding_id").unique("finding_id", keep="last", maintain_order=True)


def standing(findings: pl.DataFrame, verdicts: pl.DataFrame) -> pl.DataFrame:
    """The findings that may still accuse: those an auditor dismissed or cleared are left out, since the same evidence bears the same id."""
    refuted = latest(verdicts).filter(pl.col("verdict").is_in(list(REFUTED)))
    return findings.join(refuted, on="finding_id", how="anti")


def rule_precision(verdicts: pl.DataFrame, p: Params) -> pl.DataFrame:
    """``rule_id decided upheld precision``: the share of decided findings that were upheld, with a Beta prior.

    ``precision`` = (upheld + prior_upheld) / (decided + prior_upheld + prior_refuted); a finding returned for more data is undecided.
    """
    decided = latest(verdicts).filter(pl.col("verdict").is_in([*UPHELD, *REFUTED]))
    counted = decided.group_by("rule_id").agg(pl.len().alias("decided"), pl.col("verdict").is_in(list(UPHELD)).sum().alias("upheld"))
    prior_up, prior_down = float(p["prior_upheld"]), float(p["prior_refuted"])
    return counted.with_columns(precision=((pl.col("upheld") + prior_up) / (pl.col("decided") + prior_up + prior_down)).round(6)).sort("rule_id")


def rule_weights(verdicts: pl.DataFrame, p: Params) -> dict[str, float]:
    """Rule → weight of its evidence, once at least ``decided_min`` of its findings were decided: precision over the prior's precision, at most 1."""
    known = rule_precision(verdicts, p).filter(pl.col("decided") >= p["decided_min"])
    prior = float(p["prior_upheld"]) / (float(p["prior_upheld"]) + float(p["prior_refuted"]))
    weights = known.select("rule_id", weight=(pl.col("precision") / prior).clip(upper_bound=1.0).round(6))
    return dict(zip(weights["rule_id"], weights["weight"], strict=True))
