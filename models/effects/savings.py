"""Yuan saved by a change of a value a case (cost, sessions at their price), with the interval of the estimate."""

from __future__ import annotations

from dataclasses import dataclass

from models.effects.panel import Measure
from models.effects.staggered import Effect


@dataclass(frozen=True)
class Savings:
    """Yuan over the period and a year, positive = saved; ``proved`` only when the interval excludes nought and nothing forbids the claim."""

    yuan: float
    low: float
    high: float
    yuan_a_year: float
    low_a_year: float
    high_a_year: float
    proved: bool
    sentence: str


def savings(effect: Effect, cases: int, measure: Measure, cases_a_year: float, check: Effect | None = None) -> Savings:
    """What the effect on ``measure`` means for ``cases`` cases after the start, and for a year's ``cases_a_year``.

    A claim is made only when the interval excludes nought, the trends before the start did not differ and the placebo ``check`` shows
    nothing. Raises ValueError for a
    measure that is worth no money.
    """
    if measure.yuan is None:
        raise ValueError(f"{measure.title_zh} is worth no yuan by itself; give what one unit of it costs.")
    yuan, low, high = (-value * cases * measure.yuan for value in (effect.estimate, effect.high, effect.low))
    a_year = cases_a_year / cases if cases else 0.0
    parallel = not effect.pretrend_p < 0.05
    quiet = check is None or check.low <= 0 <= check.high
    proved = (low > 0 or high < 0) and parallel and quiet
    changed = f"{measure.title_zh}变化{effect.estimate:.2f}{measure.unit_zh}（95%区间{effect.low:.2f}至{effect.high:.2f}）"
    if proved:
        word = "节约" if yuan > 0 else "增加"
        inside = sorted((abs(low), abs(high)))
        sentence = (
            f"实施后{changed}，{cases}{measure.of_zh}共{word}{abs(yuan):,.0f}元（{inside[0]:,.0f}至{inside[1]:,.0f}），"
            f"折合每年{abs(yuan) * a_year:,.0f}元（{inside[0] * a_year:,.0f}至{inside[1] * a_year:,.0f}）。"
        )
    else:
        why = "实施前走势已不平行" if not parallel else "提前三个月的安慰剂检验已显示变化" if not quiet else "区间包含零"
        sentence = f"数据不足以证明节约或增加：{why}；{changed}。"
    return Savings(yuan, low, high, yuan * a_year, low * a_year, high * a_year, proved, sentence)
