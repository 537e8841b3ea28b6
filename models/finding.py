"""The one thing rules and detectors return, and how raw hits become it.

A rule returns *hits*: a frame with the columns of ``HIT_COLUMNS`` it can fill. ``settle`` adds what is the same for every
rule: amounts from the fee lines, the fund's loss by payment method, the law, and an id that is the same for the same evidence.
"""

from __future__ import annotations

import hashlib
from typing import Final

import polars as pl

#: Columns of ``findings.parquet`` (spec/output.md), in order. Yuan are Float64 holding whole fen; inside, money is Int64 fen.
FINDING_SCHEMA: Final[dict[str, pl.DataType]] = {
    "finding_id": pl.String(),
    "rule_id": pl.String(),
    "rule_version": pl.String(),
    "gz_code": pl.String(),
    "kind": pl.String(),
    "certainty": pl.String(),
    "fixmedins_code": pl.String(),
    "psn_no": pl.String(),
    "mdtrt_id": pl.String(),
    "setl_id": pl.String(),
    "bkkp_sns": pl.List(pl.String()),
    "related_bkkp_sns": pl.List(pl.String()),
    "occurred_from": pl.Date(),
    "occurred_to": pl.Date(),
    "amount_at_issue": pl.Float64(),
    "fund_loss": pl.Float64(),
    "evidence": pl.String(),
    "legal_basis": pl.List(pl.String()),
    # beyond the contract; handed back beside it in findings_detail.parquet
    "ruled_out": pl.List(pl.String()),
    "strength": pl.Float64(),
}

#: Columns that are not part of findings.parquet but of findings_detail.parquet.
DETAIL_COLUMNS: Final = ("ruled_out", "strength")

#: What a rule may return. Only ``fixmedins_code``, ``occurred_from``, ``occurred_to`` and ``evidence`` are required.
HIT_COLUMNS: Final[dict[str, pl.DataType]] = {
    "fixmedins_code": pl.String(),
    "psn_no": pl.String(),
    "mdtrt_id": pl.String(),
    "setl_id": pl.String(),
    "bkkp_sns": pl.List(pl.String()),
    "related_bkkp_sns": pl.List(pl.String()),
    "occurred_from": pl.Date(),
    "occurred_to": pl.Date(),
    "evidence": pl.String(),
    # amounts: left out or null = computed from the lines at fault (see settle)
    "amount_fen": pl.Int64(),
    "loss_fen": pl.Int64(),
    # left out or null = the rule's own
    "certainty": pl.String(),
    # 0–1, how far beyond the threshold; left out or null = 1.0 for definite, 0.5 for suspected
    "strength": pl.Float64(),
}

REQUIRED_HIT_COLUMNS: Final = ("fixmedins_code", "occurred_from", "occurred_to", "evidence")


def complete_hits(hits: pl.LazyFrame, rule_id: str) -> pl.LazyFrame:
    """The hits with exactly the columns of ``HIT_COLUMNS``; missing optional ones are null.

    Raises ValueError naming the rule when a required column is missing or an unknown one is returned.
    """
    names = hits.collect_schema().names()
    missing = [name for name in REQUIRED_HIT_COLUMNS if name not in names]
    unknown = [name for name in names if name not in HIT_COLUMNS]
    if missing or unknown:
        raise ValueError(f"Rule {rule_id} returned a frame of the wrong shape: missing {missing}, unknown {unknown}; see models.finding.HIT_COLUMNS.")
    return hits.select((pl.col(name).cast(dtype) if name in names else pl.lit(None, dtype)).alias(name) for name, dtype in HIT_COLUMNS.items())


def finding_id(rule_id: str, fixmedins: str, psn: str | None, mdtrt: str | None, lines: list[str], begin: str, end: str) -> str:
    """24 hex digits that depend on the evidence alone, never on the run, the order of rows or the rule's version."""
    text = "|".join([rule_id, fixmedins, psn or "", mdtrt or "", ",".join(sorted(lines)), begin, end])
    return hashlib.sha256(text.encode()).hexdigest()[:24]
