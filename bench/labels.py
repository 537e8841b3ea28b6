"""A run's ranking beside labels from outside and beside plain volume: does the score say anything that the volume does not?

    huoyan run DESYNPUF --out OUT --mapping desynpuf
    python -m bench.labels OUT LABELS.csv

``LABELS.csv``: PRVDR_NUM, PotentialFraud (Yes, No). Within volume: pairs of one fifth of the hospitals by number of stays.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import polars as pl
from sklearn.metrics import average_precision_score

from bench.evaluate import auc


def compared(suspects: pl.DataFrame, ranking: pl.DataFrame, cases: pl.DataFrame, labels: pl.DataFrame) -> pl.DataFrame:
    """One row a measure: roc_auc, average_precision, auc_within_volume."""
    volume = cases.group_by("fixmedins_code").agg(stays=pl.len(), paid=pl.col("fund_fen").sum(), paid_per_stay=pl.col("fund_fen").mean())
    joined = (
        labels.select(fixmedins_code="PRVDR_NUM", guilty=pl.col("PotentialFraud") == "Yes")
        .join(suspects.select("fixmedins_code", "score"), on="fixmedins_code", how="left")
        .join(ranking.select("fixmedins_code", "evidence_llr", "anomaly"), on="fixmedins_code", how="left")
        .join(volume, on="fixmedins_code", how="left")
    )
    label = joined["guilty"].to_numpy()
    stays = joined["stays"].fill_null(0).to_numpy()
    fifth = np.digitize(stays, np.quantile(stays, [0.2, 0.4, 0.6, 0.8]))
    rows = []
    for name in ("score", "evidence_llr", "anomaly", "stays", "paid", "paid_per_stay"):
        value = joined[name].cast(pl.Float64).fill_null(0.0).to_numpy()
        parts = [(auc(value[fifth == k], label[fifth == k]), int(label[fifth == k].sum()) * int((~label[fifth == k]).sum())) for k in range(5)]
        known = [(area, pairs) for area, pairs in parts if area is not None]
        within = sum(area * pairs for area, pairs in known) / max(sum(pairs for _, pairs in known), 1)
        rows.append((name, auc(value, label), float(average_precision_score(label, value)), within))
    return pl.DataFrame(rows, schema=["measure", "roc_auc", "average_precision", "auc_within_volume"], orient="row")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("labels", type=Path)
    options = parser.parse_args()
    suspects = pl.read_csv(
        options.out / "suspects.csv", infer_schema_length=None, schema_overrides={"fixmedins_code": pl.String, "admdvs": pl.String}
    )
    table = compared(
        suspects,
        pl.read_parquet(options.out / "ranking.parquet"),
        pl.read_parquet(options.out / "drg" / "cases.parquet"),
        pl.read_csv(options.labels, infer_schema=False),
    )
    print(table)


if __name__ == "__main__":
    main()
