"""How far a value lies from its peers, allowing for chance: a funnel with over-dispersion and empirical-Bayes shrinkage.

Sources: Spiegelhalter 2005, "Funnel plots for comparing institutional performance" (over-dispersed z); Efron and Morris 1972
(limited shrinkage).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from features.feature import Statistic

Array = npt.NDArray[np.float64]

_MAD_TO_SD: Final = 1.4826
_MEAN_DEVIATION_TO_SD: Final = 1.2533
#: the farthest tenth never sets the spread
_KEPT: Final = 0.9
_NORMAL: Final = 1.96


@dataclass(frozen=True, slots=True)
class Funnel:
    """What one group of peers shows of one feature; everything but ``pooled`` and ``prior`` on the scale of comparison (log or plain).

    ``centre`` is the median, ``between`` the spread of true values (standard deviation), ``unit_variance`` the chance variance of one
    unit of denominator, ``pooled`` and ``prior`` the rate and the pseudo-denominator every value is smoothed with before.
    """

    centre: float
    between: float
    unit_variance: float
    pooled: float
    prior: float
    statistic: Statistic
    log: bool

    @classmethod
    def fit(
        cls, values: Array, n: Array, statistic: Statistic, scatter: Array | None = None, *, log: bool, prior_events: float, prior_share: float
    ) -> Funnel:
        """From the values and denominators of the peers; of the same length ≥ 1, denominators above 0.

        ``scatter`` (nan where unknown) is what the cases of each institution say of chance in a mean: the squared distances from its own
        quotient, summed. Where nobody's is known, chance is read from how much more the smaller institutions differ than the larger.

        Shares and rates are smoothed with ``prior_events`` events at the peers' rate, logarithmic means with ``prior_share`` of the
        median denominator (so that nothing at all has a logarithm); plain means are taken as they are.
        """
        pooled = _pooled_rate(values, n)
        prior = prior_events / pooled if statistic != "mean" else prior_share * float(np.median(n)) if log else 0.0
        bare = cls(0.0, 0.0, 0.0, pooled, prior, statistic, log)
        seen, size = bare._seen(values, n)
        centre = _weighted_median(seen, np.sqrt(size))
        spread = _spread(np.abs(seen - centre))
        if statistic == "mean" and scatter is not None and np.isfinite(scatter).any():
            # on a logarithmic scale the variance of a quotient is that of the quotient over its square (delta method)
            unit_variance = _case_variance(scatter, n) / (float(np.exp(2 * centre)) if log else 1.0)
        elif statistic == "mean":
            unit_variance = _unit_variance(seen, size, centre)
        else:
            rate = max(pooled, float(np.exp(centre)) if log else centre)
            # on a logarithmic scale the variance of a rate is one over its expected events
            unit_variance = min(rate, 1.0) * (1 - min(rate, 1.0)) if statistic == "share" else 1 / rate if log else rate
        between = float(np.sqrt(max(spread**2 - float(np.median(unit_variance / size)), 0.0)))
        return cls(centre, between, unit_variance, pooled, prior, statistic, log)

    def widened(self, between_min: float) -> Funnel:
        """The same with at least this spread between institutions."""
        return replace(self, between=max(self.between, between_min))

    @property
    def median(self) -> float:
        """The centre in the feature's own unit."""
        return float(np.exp(self.centre)) if self.log else self.centre

    def z(self, values: Array, n: Array) -> Array:
        """Signed distance from the centre in standard deviations of what chance and honest differences give together."""
        seen, size = self._seen(values, n)
        total = np.sqrt(self.between**2 + self.unit_variance / size)
        deviation = seen - self.centre
        result: Array = np.divide(deviation, total, out=np.zeros_like(deviation), where=total > 0)
        return result

    def shrunk(self, values: Array, n: Array) -> Array:
        """The empirical-Bayes value in the feature's unit, never farther from the observed than one chance deviation.

        The limit (Efron and Morris 1972) keeps a true outlier from being talked into the crowd.
        """
        seen, size = self._seen(values, n)
        chance = self.unit_variance / size
        total = self.between**2 + chance
        weight = np.divide(self.between**2, total, out=np.ones_like(chance), where=total > 0)
        pull = (1 - weight) * (seen - self.centre)
        limit = np.sqrt(chance)
        return self._unscaled(seen - np.clip(pull, -limit, limit))

    def interval(self, values: Array, n: Array) -> tuple[Array, Array]:
        """Limits that hold the institution's own long-run value in 95 of 100 cases, in the feature's unit; knows nothing of its peers.

        Shares by Wilson, rates by Byar's approximation, means by the chance variance of the group (from cases where they are known).
        """
        if self.statistic == "share":
            half = _NORMAL * np.sqrt(np.clip(values * (1 - values), 0, None) / n + _NORMAL**2 / (4 * n**2))
            middle, scale = values + _NORMAL**2 / (2 * n), 1 + _NORMAL**2 / n
            return np.clip((middle - half) / scale, 0, 1), np.clip((middle + half) / scale, 0, 1)
        if self.statistic == "rate":
            events = values * n
            below, above = np.maximum(events, 1e-9), events + 1
            low = np.where(events > 0, below * (1 - 1 / (9 * below) - _NORMAL / (3 * np.sqrt(below))) ** 3, 0.0)
            high = above * (1 - 1 / (9 * above) + _NORMAL / (3 * np.sqrt(above))) ** 3
            return np.maximum(low, 0.0) / n, high / n
        seen, size = self._seen(values, n)
        half = _NORMAL * np.sqrt(self.unit_variance / size)
        return self._unscaled(seen - half), self._unscaled(seen + half)

    def _seen(self, values: Array, n: Array) -> tuple[Array, Array]:
        """Smoothed values on the scale of comparison, and the denominators that stand behind them."""
        size = n + self.prior
        smoothed = (values * n + self.pooled * self.prior) / size
        return (np.log(np.maximum(smoothed, 1e-12)) if self.log else smoothed), size

    def _unscaled(self, values: Array) -> Array:
        result: Array = np.exp(values) if self.log else values
        return result


def _pooled_rate(values: Array, n: Array) -> float:
    """Events over denominators of all but the highest tenth of institutions; never below half an event in all."""
    kept = values <= np.quantile(values, _KEPT)
    rate = float(np.sum((values * n)[kept]) / np.sum(n[kept]))
    return max(rate, 0.5 / float(np.sum(n)))


def _spread(deviation: Array) -> float:
    spread = _MAD_TO_SD * float(np.median(deviation))
    if spread > 0:
        return spread
    # more than half lie at the centre: the mean deviation still sees the others
    kept = np.sort(deviation)[: max(1, int(np.ceil(_KEPT * len(deviation))))]
    return _MEAN_DEVIATION_TO_SD * float(np.mean(kept))


def _case_variance(scatter: Array, n: Array) -> float:
    """Chance variance of a quotient per unit of 1/n, from the cases themselves; the institutions whose cases scatter most are left out."""
    known = np.isfinite(scatter)
    relative = scatter[known] / n[known]
    kept = relative <= np.quantile(relative, _KEPT)
    return float(np.sum(scatter[known][kept]) / np.sum(n[known][kept]))


def _unit_variance(values: Array, n: Array, centre: float) -> float:
    """How much more the smaller half scatters than the larger half, per unit of 1/n; 0 when it does not."""
    if len(values) < 4:
        return 0.0
    deviation = np.abs(values - centre)
    order = np.argsort(n, kind="stable")
    half = len(order) // 2
    small, large = order[:half], order[-half:]
    # the median of 1/n, since one tiny institution must not set the scale for all
    distance = float(np.median(1 / n[small]) - np.median(1 / n[large]))
    if distance <= 0:
        return 0.0
    return max(_spread(deviation[small]) ** 2 - _spread(deviation[large]) ** 2, 0.0) / distance


def _weighted_median(values: Array, weights: Array) -> float:
    order = np.argsort(values, kind="stable")
    cumulated = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(cumulated, cumulated[-1] / 2)])
