"""The ranked list: rule evidence and anomaly mixed into one probability, with amounts and reasons.

    log-odds = base rate + evidence (rules against peers) + missing evidence + behaviour (features that point to a kind, forest percentile; capped)

The base rate is the stated share of cheats, corrected by the city's own evidence (base_rate.py).
A house without findings, or with findings its peers have as well, starts below the prior: most cheats leave clear traces. Evidence first has
to make up for that (``no_finding_llr``, made up in full at ``full_evidence_llr``). Features and the forest see the same figures, so the
larger of the two counts.
Before any verdicts the terms rest on the stated priors of unit ``scoring`` in the city file.
"""

from __future__ import annotations

from typing import Final

import polars as pl
from scipy.special import logit

from features.parameters import Params
from models.scoring.base_rate import base_rate

#: What the city's base rate is added to, each a log-likelihood ratio.
TERMS: Final = ("evidence_llr", "missing_llr", "anomaly_llr", "feature_llr")

#: Columns of suspects.csv (spec/output.md), in order.
SUSPECT_COLUMNS: Final = (
    "rank",
    "fixmedins_code",
    "fixmedins_name",
    "admdvs",
    "peer_group",
    "level",
    "score",
    "probability",
    "amount_at_issue",
    "fund_loss",
    "expected_recovery",
    "kinds",
    "reasons",
)

#: What stands for reasons where none is worth telling.
NO_FINDINGS: Final = "未发现疑点。"
FEW_FINDINGS: Final = "只有零星疑点，与同类机构相比不突出，见疑点明细。"


def mix(institutions: pl.DataFrame, evidence: pl.DataFrame, anomaly: pl.DataFrame, p: Params, behaviour: pl.DataFrame | None = None) -> pl.DataFrame:
    """One row an institution with the terms, their sum ``log_odds``, ``probability`` (0–1) and ``score`` (0–100).

    The terms are ``prior_log_odds`` (the same for all: the city's base rate), ``evidence_llr missing_llr anomaly_llr feature_llr``.

    Args:
        institutions: ``fixmedins_code`` of all that did business.
        evidence: ``total_evidence``'s frame.
        anomaly: ``fixmedins_code`` and ``anomaly`` (0–1, share of peers less anomalous).
        p: parameters of unit ``scoring``.
        behaviour: ``total_behaviour``'s frame (``fixmedins_code feature_llr``); left out, features say nothing.
    """
    pointed = pl.DataFrame(schema={"fixmedins_code": pl.String, "feature_llr": pl.Float64}) if behaviour is None else behaviour
    frame = (
        institutions.select("fixmedins_code")
        .join(evidence.select("fixmedins_code", "evidence_llr", "kinds", "kind_llrs", "corroborated"), on="fixmedins_code", how="left")
        .join(anomaly, on="fixmedins_code", how="left")
        .join(pointed.select("fixmedins_code", "feature_llr"), on="fixmedins_code", how="left")
        .with_columns(pl.col("evidence_llr").fill_null(0.0), pl.col("anomaly").fill_null(0.5), pl.col("feature_llr").fill_null(0.0))
        .with_columns(pl.col("corroborated").fill_null(value=False))
    )
    percentile = pl.col("anomaly").clip(0.01, 0.99)
    surprise = (percentile / (1 - percentile)).log() * p["anomaly_slope"]
    missing = pl.lit(p["no_finding_llr"]) * (1 - pl.col("evidence_llr") / p["full_evidence_llr"]).clip(0.0, 1.0)
    forest = surprise.clip(-p["anomaly_cap"], p["anomaly_cap"])
    beyond_forest = (pl.col("feature_llr") - forest.clip(lower_bound=0.0)).clip(lower_bound=0.0)
    frame = frame.with_columns(missing_llr=missing.round(6), anomaly_llr=forest.round(6), feature_llr=beyond_forest.round(6))
    llr = frame.select(pl.sum_horizontal(TERMS)).to_series().to_numpy()
    prior = round(float(logit(base_rate(llr, p))), 6)
    return stated(frame.with_columns(prior_log_odds=pl.lit(prior), log_odds=(prior + pl.sum_horizontal(TERMS)).round(6)), p)


def stated(frame: pl.DataFrame, p: Params) -> pl.DataFrame:
    """``frame`` with ``probability`` (0–1) and ``score`` (0–100) of its ``log_odds``."""
    return frame.with_columns(
        probability=(1 / (1 + (-pl.col("log_odds")).exp())).round(4),
        score=(50 + 50 * (pl.col("log_odds") / p["score_scale"]).tanh()).round(1),
    )


def level(p: Params) -> pl.Expr:
    """red, yellow or green by probability, yuan at stake, and for red corroboration: one suspicion alone, however strong, is looked at first."""
    worth = pl.col("fund_loss") + pl.col("amount_at_issue") >= p["red_amount_min"]
    return (
        pl.when((pl.col("probability") >= p["red_probability_min"]) & worth & pl.col("corroborated"))
        .then(pl.lit("red"))
        .when(pl.col("probability") >= p["yellow_probability_min"])
        .then(pl.lit("yellow"))
        .otherwise(pl.lit("green"))
    )


def rank_suspects(mixed: pl.DataFrame, institutions: pl.DataFrame, amounts: pl.DataFrame, reasons: pl.DataFrame, p: Params) -> pl.DataFrame:
    """suspects.csv: best suspect first; ties by expected recovery, then code.

    Args:
        mixed: ``mix``'s frame.
        institutions: ``fixmedins_code fixmedins_name admdvs peer_group``.
        amounts: ``fixmedins_code amount_fen loss_fen`` (distinct lines).
        reasons: ``fixmedins_code reasons``.
        p: parameters of unit ``scoring``.
    """
    recovery = pl.col("loss_fen") * pl.col("probability") * p["recovery_share"]
    frame = (
        mixed.join(institutions, on="fixmedins_code", how="left")
        .join(amounts, on="fixmedins_code", how="left")
        .join(reasons, on="fixmedins_code", how="left")
        .with_columns(pl.col("amount_fen").fill_null(0), pl.col("loss_fen").fill_null(0.0))
        .with_columns(
            amount_at_issue=(pl.col("amount_fen") / 100).round(2),
            fund_loss=(pl.col("loss_fen") / 100).round(2),
            expected_recovery=(recovery / 100).round(2),
            kinds=pl.col("kinds").list.join(";").fill_null(""),
            reasons=pl.coalesce("reasons", pl.when(pl.col("kinds").list.len() > 0).then(pl.lit(FEW_FINDINGS)).otherwise(pl.lit(NO_FINDINGS))),
        )
        .with_columns(level=level(p))
        .sort(["log_odds", "expected_recovery", "fixmedins_code"], descending=[True, True, False])
        .with_row_index("rank", offset=1)
    )
    return frame.select(SUSPECT_COLUMNS)
