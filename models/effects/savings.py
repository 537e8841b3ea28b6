"""Yuan saved by a change of a cost per case (or per session), with the interval of the estimate."""

from __future__ import annotations

from dataclasses import dataclass

from models.effects.staggered import Effect


@dataclass(frozen=True)
class Savings:
    """Yuan over the period, positive = saved; ``proved`` only when the whole interval lies on one side and nothing forbids the claim."""

    yuan: float
    low: float
    high: float
    proved: bool
    sentence: str


def savings(effect: Effect, cases: int, unit_zh: str = "例") -> Savings:
    """What the effect on a cost per case means for ``cases`` cases after the start.

    A claim is made only when the interval excludes nought and the trends before the start did not differ.
    """
    yuan, low, high = (-value * cases for value in (effect.estimate, effect.high, effect.low))
    parallel = not effect.pretrend_p < 0.05
    proved = (low > 0 or high < 0) and parallel
    if proved:
        word = "节约" if yuan > 0 else "增加"
        inside = sorted((abs(low), abs(high)))
        sentence = (
            f"实施后每{unit_zh}费用变化{effect.estimate:.2f}元（95%区间{effect.low:.2f}至{effect.high:.2f}），"
            f"{cases}{unit_zh}共{word}{abs(yuan):,.0f}元（{inside[0]:,.0f}至{inside[1]:,.0f}）。"
        )
    else:
        why = "区间包含零" if parallel else "实施前走势已不平行"
        sentence = (
            f"数据不足以证明节约或增加：{why}；每{unit_zh}费用变化的估计为{effect.estimate:.2f}元（95%区间{effect.low:.2f}至{effect.high:.2f}）。"
        )
    return Savings(yuan, low, high, proved, sentence)
