"""PyOD's main detectors on institution features, for comparison with Huoyan's forest: one score each, higher = more suspicious."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]
CLIP = 6.0


def detectors(rows: int, contamination: float, seed: int) -> dict[str, Any]:
    """The detectors with PyOD's own defaults, neighbourhoods no larger than the city allows."""
    from pyod.models.copod import COPOD  # noqa: PLC0415 - PyOD loads slowly
    from pyod.models.ecod import ECOD  # noqa: PLC0415
    from pyod.models.hbos import HBOS  # noqa: PLC0415
    from pyod.models.iforest import IForest  # noqa: PLC0415
    from pyod.models.knn import KNN  # noqa: PLC0415
    from pyod.models.lof import LOF  # noqa: PLC0415
    from pyod.models.ocsvm import OCSVM  # noqa: PLC0415
    from pyod.models.pca import PCA  # noqa: PLC0415

    near = max(2, min(20, rows - 1))
    return {
        "IForest": IForest(n_estimators=200, contamination=contamination, random_state=seed),
        "ECOD": ECOD(contamination=contamination),
        "COPOD": COPOD(contamination=contamination),
        "HBOS": HBOS(contamination=contamination),
        "KNN": KNN(n_neighbors=min(5, near), contamination=contamination),
        "LOF": LOF(n_neighbors=near, contamination=contamination),
        "OCSVM": OCSVM(contamination=contamination),
        "PCA": PCA(contamination=contamination, random_state=seed),
    }


def detector_scores(X: pd.DataFrame, *, contamination: float = 0.1, seed: int = 0) -> dict[str, Floats]:  # noqa: N803 - scikit-learn's name
    """Detector → scores of shape (institutions,); missing values count as 0 (like the peers), columns without spread are left out."""
    values = np.clip(X.astype(float).fillna(0.0).to_numpy(), -CLIP, CLIP)
    values = values[:, values.std(axis=0) > 0]
    scores: dict[str, Floats] = {}
    for name, detector in detectors(len(values), contamination, seed).items():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            detector.fit(values)
        scores[name] = np.nan_to_num(np.asarray(detector.decision_scores_, dtype=np.float64), posinf=float(np.finfo(np.float32).max))
    return scores


def plain_aggregates(
    institution_month: pd.DataFrame, columns: tuple[str, ...] = ("visits", "purchases", "admissions", "lines", "fee_fen", "fund_fen")
) -> pd.DataFrame:
    """What a bureau has without features: yearly sums on a logarithmic scale and their quotients, standardised over the city."""
    sums = institution_month.groupby("fixmedins_code")[list(columns)].sum().astype(float)
    cases = (sums["visits"] + sums["purchases"] + sums["admissions"]).clip(lower=1.0)
    frame = np.log1p(sums)
    frame["fee_a_case"] = np.log1p(sums["fee_fen"] / cases)
    frame["lines_a_case"] = np.log1p(sums["lines"] / cases)
    frame["stays_a_case"] = sums["admissions"] / cases
    frame["fund_share"] = sums["fund_fen"] / sums["fee_fen"].clip(lower=1.0)
    standardised: pd.DataFrame = (frame - frame.mean()) / frame.std(ddof=0).replace(0.0, 1.0)
    return standardised
