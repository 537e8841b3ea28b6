"""How far down or up an institution might stand: the list drawn again many times from evidence that could as well have been seen.

Each draw takes the hits of every institution and rule from a Poisson law around what was seen, and the anomaly from the spread of the
forests' percentile; everything else stays as in the list. The interval is that of the ranks over the draws.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from features.parameters import Params
from models.scoring.evidence import bounded_llr, count_llr


def rank_intervals(mixed: pl.DataFrame, evidence: pl.DataFrame, p: Params) -> pl.DataFrame:
    """``fixmedins_code rank_low rank_high``: the 5 % and 95 % ranks (1 = most suspicious) over ``interval_draws`` draws.

    Args:
        mixed: ``mix``'s frame (all institutions; ``log_odds evidence_llr``).
        evidence: ``rule_evidence``'s frame.
        p: parameters of unit ``scoring``.
    """
    codes = mixed["fixmedins_code"].to_list()
    place = {code: index for index, code in enumerate(codes)}
    rng = np.random.default_rng(p["interval_seed"])
    draws = int(p["interval_draws"])
    odds = np.tile(mixed["log_odds"].to_numpy(), (draws, 1))
    odds = odds + rng.normal(0.0, p["interval_anomaly_sd"], size=odds.shape)
    own = evidence.filter(pl.col("fixmedins_code").is_in(codes)).sort("fixmedins_code", "rule_id")
    if own.height:
        hits = rng.poisson(own["hits"].to_numpy(), size=(draws, own.height)).astype(float)
        honest, guilty = own["honest_mean"].to_numpy(), own["guilty_mean"].to_numpy()
        level, cap, weight = own["level_llr"].to_numpy(), own["cap"].to_numpy(), own["weight"].to_numpy()
        drawn = bounded_llr(count_llr(hits, honest, guilty, p), level, cap, weight, p)
        change = (drawn - own["llr"].to_numpy()) * _share_counted(own, p)
        rows = np.array([place[code] for code in own["fixmedins_code"]])
        for index in range(own.height):
            odds[:, rows[index]] += change[:, index]
    ranks = (-odds).argsort(axis=1, kind="stable").argsort(axis=1, kind="stable") + 1
    low, high = np.quantile(ranks, [0.05, 0.95], axis=0, method="nearest")
    return pl.DataFrame({"fixmedins_code": codes, "rank_low": low.astype(np.int64), "rank_high": high.astype(np.int64)})


def _share_counted(own: pl.DataFrame, p: Params) -> np.ndarray:
    """By how much each rule's ratio enters its institution's total: discounts within a kind and between kinds."""
    within = own.with_row_index("row").with_columns(
        place=pl.col("llr").rank("ordinal", descending=True).over("fixmedins_code", "kind") - 1,
        kind_llr=pl.col("llr").max().over("fixmedins_code", "kind"),
    )
    between = within.with_columns(kind_place=pl.col("kind_llr").rank("dense", descending=True).over("fixmedins_code") - 1)
    share = p["same_kind_discount"] ** between["place"].to_numpy().astype(float) * p["next_kind_discount"] ** between["kind_place"].to_numpy().astype(
        float
    )
    result: np.ndarray = share
    return result
