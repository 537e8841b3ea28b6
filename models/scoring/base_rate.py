"""How many of a city's institutions cheat: the stated share, corrected by what the city's own evidence says (empirical Bayes).

The stated prior is one for every city. Where a fifth of the houses cheat it understates each of them, most of all those whose deeds left no
trace; where nobody cheats it overstates all. The share that explains the evidence best is found by expectation maximisation: every house
counts as guilty by its probability under the share of the step before. The stated share enters as so many houses' worth of experience,
and the result never lies above a written limit, so that a rule that misfires over a whole city cannot argue itself into being right.

Source: Dempster, Laird and Rubin 1977 (mixing proportion of known components); Saerens, Latinne and Decaestecker 2002 (new prior of a
classifier from unlabelled cases).
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit

from features.parameters import Params

Floats = npt.NDArray[np.float64]

_STEPS: Final = 500
_CLOSE: Final = 1e-7


def base_rate(llr: Floats, p: Params) -> float:
    """Share of guilty institutions, 0–1.

    Args:
        llr: each institution's log-likelihood ratio of all its evidence, what is missing included; shape (institutions,).
        p: parameters of unit ``scoring``: ``prior_guilty_share``, ``prior_guilty_houses`` (what it weighs), ``base_rate_max``.
    """
    stated, weight, highest = float(p["prior_guilty_share"]), float(p["prior_guilty_houses"]), float(p["base_rate_max"])
    share = stated
    for _ in range(_STEPS):
        found = (weight * stated + float(expit(logit(share) + llr).sum())) / (weight + len(llr))
        found = min(found, max(highest, stated))
        if abs(found - share) < _CLOSE:
            break
        share = found
    return round(share, 4)
