"""Control limits that allow for volume: how far a unit lies from what its cases lead to expect, in standard errors."""

from __future__ import annotations

import polars as pl

#: The measures with a control limit: observed sum, expected sum, variance, which side is worth an alert.
WATCHED: dict[str, tuple[str, str, str, str, str]] = {
    # measure: (observed, expected, variance, side, Chinese name)
    "cost_index": ("fee_fen", "e_fee", "v_fee", "both", "费用消耗指数"),
    "time_index": ("los", "e_los", "v_los", "both", "时间消耗指数"),
    "readmission_rate": ("readmitted", "e_readmitted", "v_readmitted", "high", "31天再入院率"),
    "transfer_rate": ("transferred", "e_transferred", "v_transferred", "high", "转院率"),
    "mortality": ("died", "e_died", "v_died", "high", "住院死亡率"),
    "severe_share": ("severe", "e_severe", "v_severe", "high", "并发症合并症病例占比"),
    "high_outlier_share": ("high", "e_high", "v_high", "high", "高倍率病例占比"),
    "low_outlier_share": ("low", "e_low", "v_low", "high", "低倍率病例占比"),
}


def with_limits(table: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    """Adds ``<measure>_z`` for every watched measure, within each group of ``by`` corrected for overdispersion.

    Between-unit spread beyond chance (hospitals differ in ways no grouping captures) widens the limits: z is divided by the root of
    the winsorised mean of z² over units where that exceeds 1 (Spiegelhalter's multiplicative correction; 10 % each side).
    """
    frame = table
    for measure, (observed, expected, variance, _, _) in WATCHED.items():
        raw = (pl.col(f"s_{observed}") - pl.col(f"s_{expected}")) / pl.when(pl.col(f"s_{variance}") > 0).then(pl.col(f"s_{variance}").sqrt())
        # a unit of a single group expects exactly what it is itself; its z says nothing and is 0
        frame = frame.with_columns(raw.fill_null(0.0).fill_nan(0.0).alias("_z"))
        low, high = pl.col("_z").quantile(0.1).over(by), pl.col("_z").quantile(0.9).over(by)
        phi = (pl.col("_z").clip(low, high) ** 2).mean().over(by)
        frame = frame.with_columns((pl.col("_z") / pl.max_horizontal(phi, pl.lit(1.0)).sqrt()).round(3).alias(f"{measure}_z"))
    return frame.drop("_z")
