"""The written gates a challenger must pass before it replaces the champion. Each gate is a named function with a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import spearmanr

from features.parameters import Params

Scores = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Gate:
    """The outcome of one gate: what was measured, the limit, and whether it passed."""

    name: str
    passed: bool
    measured: float
    limit: float
    sentence_zh: str


def rank_stability(champion: Scores, challenger: Scores, p: Params) -> Gate:
    """Spearman correlation of the two rankings over the same institutions; shape (institutions,) each."""
    measured = 1.0 if np.ptp(champion) == 0 or np.ptp(challenger) == 0 else float(spearmanr(champion, challenger).statistic)
    limit = float(p["rank_correlation_min"])
    return Gate("rank_stability", measured >= limit, round(measured, 4), limit, f"新旧模型排序相关系数{measured:.3f}，要求不低于{limit}。")


def top_churn(champion: Scores, challenger: Scores, p: Params) -> Gate:
    """Share of the champion's top list that the challenger drops."""
    size = max(1, round(len(champion) * float(p["top_share"])))
    old, new = (set(np.argsort(-scores, kind="stable")[:size].tolist()) for scores in (champion, challenger))
    measured = 1 - len(old & new) / size
    limit = float(p["top_churn_max"])
    return Gate("top_churn", measured <= limit, round(measured, 4), limit, f"前{size}名中有{measured:.0%}被替换，要求不高于{limit:.0%}。")


def known_cases(champion: Scores, challenger: Scores, confirmed: npt.NDArray[np.bool_], p: Params) -> Gate:
    """Mean score of institutions confirmed by verdicts: the challenger must not rank them worse than the champion by more than the margin."""
    if not confirmed.any():
        return Gate("known_cases", passed=True, measured=0.0, limit=0.0, sentence_zh="尚无经核实的机构，本项不作要求。")
    measured = float(challenger[confirmed].mean() - champion[confirmed].mean())
    limit = -float(p["known_cases_margin"])
    return Gate("known_cases", measured >= limit, round(measured, 4), limit, f"已核实机构平均分变化{measured:+.3f}，要求不低于{limit:+.3f}。")


def all_passed(gates: Sequence[Gate]) -> bool:
    """True when every gate passed."""
    return all(gate.passed for gate in gates)
