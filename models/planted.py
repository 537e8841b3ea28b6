"""Planted cases for the gates: ordinary institutions whose figures are raised in the way one kind of violation would raise them.

The power test (models/power.py) plants frauds into fee lines and runs the whole chain, which takes minutes; a challenger is asked here whether
it still sees what the champion sees in the features that point to a kind.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from features.parameters import Params


def planted(X: pd.DataFrame, ordinary: np.ndarray, points_to: Mapping[str, tuple[str, ...]], p: Params) -> pd.DataFrame:  # noqa: N803
    """``planted_houses`` rows a kind, in the columns of ``X`` and one more, ``kind``; features that point to the kind are at least ``planted_z``.

    Args:
        X: the detector's input (peer group and standardised features).
        ordinary: (institutions,) True where nobody finds the institution conspicuous; only these are planted on.
        points_to: feature → kinds a high value speaks for.
        p: parameters of unit ``retrain``.
    """
    rng = np.random.default_rng(p["seed"])
    base = X[ordinary]
    made = []
    for kind in sorted({kind for name, kinds in points_to.items() if name in X.columns for kind in kinds}):
        columns = [name for name in X.columns if kind in points_to.get(name, ())]
        able = base[base[columns].notna().any(axis=1)]
        if able.empty:
            continue
        rows = able.iloc[rng.permutation(len(able))[: int(p["planted_houses"])]].copy()
        # a figure the institution has no peers for stays unknown
        rows[columns] = rows[columns].where(rows[columns].isna(), rows[columns].clip(lower=p["planted_z"]))
        made.append(rows.assign(kind=kind))
    return pd.concat(made) if made else X.iloc[:0].assign(kind="")
