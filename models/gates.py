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


def labelled_history(champion: Scores, challenger: Scores, label: Scores, p: Params) -> Gate:
    """Area under the curve of institutions confirmed over cleared ones: the challenger's must not lie below the champion's by more than a margin.

    ``label`` is 1 (confirmed), 0 (all that was decided was dismissed or cleared) or nan (no verdict since the champion was fitted: only
    what neither model can have been chosen by is counted); the scores are to be of figures from before those verdicts. Without
    ``labelled_min`` of each the gate asks nothing.
    """
    confirmed, cleared = label == 1, label == 0
    if not enough_labels(label, p):
        wanted = f"在用模型启用后查实、排除各不足{p['labelled_min']}家，本项不作要求。"
        return Gate("labelled_history", passed=True, measured=0.0, limit=0.0, sentence_zh=wanted)
    old, new = (_above(scores[confirmed], scores[cleared]) for scores in (champion, challenger))
    limit = old - float(p["labelled_margin"])
    sentence = f"查实机构排在排除机构之前的比例：新模型{new:.3f}，在用模型{old:.3f}，要求不低于{limit:.3f}。"
    return Gate("labelled_history", new >= limit, round(new, 4), round(limit, 4), sentence)


def enough_labels(label: Scores, p: Params) -> bool:
    """True with at least ``labelled_min`` confirmed and as many cleared."""
    return bool(min((label == 1).sum(), (label == 0).sum()) >= p["labelled_min"])


def planted_cases(champion: Scores, challenger: Scores, p: Params) -> Gate:
    """Share of planted institutions (models/planted.py) that score at least ``planted_score``; arrays are the two models' scores of them."""
    if not len(champion):
        return Gate("planted_cases", passed=True, measured=0.0, limit=0.0, sentence_zh="没有可植入的指标，本项不作要求。")
    old, new = (float((scores >= p["planted_score"]).mean()) for scores in (champion, challenger))
    limit = old - float(p["planted_margin"])
    return Gate(
        "planted_cases", new >= limit, round(new, 4), round(limit, 4), f"植入异常检出：新模型{new:.0%}，在用模型{old:.0%}，要求不低于{limit:.0%}。"
    )


def _above(higher: Scores, lower: Scores) -> float:
    """Share of pairs in which the first stands above the second, ties half."""
    below = np.searchsorted(np.sort(lower), higher, side="left").sum()
    level = np.searchsorted(np.sort(lower), higher, side="right").sum() - below
    return float((below + level / 2) / (len(higher) * len(lower)))


def all_passed(gates: Sequence[Gate]) -> bool:
    """True when every gate passed."""
    return all(gate.passed for gate in gates)
