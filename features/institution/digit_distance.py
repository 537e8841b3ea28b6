from __future__ import annotations

import polars as pl

from features.feature import feature
from features.parameters import Params
from features.shared.measures import house_of
from features.tables import Tables


@feature(
    grain="institution",
    title_zh="金额首位数字偏离",
    title_en="First digits of amounts",
    unit="distance",
    why="Invented amounts have other first digits than earned ones.",
    numerator="total variation distance of the first digits of settlement fees from those of the tier and kind of business",
    denominator="settlements",
    facts=("institution_month",),
    params=("settlements_min",),
    points_to=("phantom_service", "data_quality"),
)
def digit_distance(t: Tables, p: Params) -> pl.LazyFrame:
    """Half the sum of absolute differences from the pooled digits of the other institutions of its tier and type.

    Benford's law itself is no standard for fees with fixed prices. Fewer than settlements_min settlements give no value.
    """
    digits = [f"digit_{digit}" for digit in range(1, 10)]
    months = t.facts("institution_month")
    house = house_of(months)
    houses = (
        months.group_by(list(dict.fromkeys(("fixmedins_code", house))))
        .agg(pl.col(digits).sum())
        .join(t.institutions.select("fixmedins_code", "tier", "is_pharmacy", "medins_type_name"), on="fixmedins_code", how="left")
    )
    group = ["tier", "is_pharmacy", "medins_type_name"]
    total = pl.sum_horizontal(digits)
    others = [(pl.col(name).sum().over(group) - pl.col(name).sum().over([*group, house])).alias(f"{name}_others") for name in digits]
    compared = houses.with_columns(others).with_columns(n=total, m=pl.sum_horizontal(f"{name}_others" for name in digits))
    distance = pl.sum_horizontal((pl.col(name) / pl.col("n") - pl.col(f"{name}_others") / pl.col("m")).abs() for name in digits) / 2
    return compared.filter((pl.col("n") >= p["settlements_min"]) & (pl.col("m") >= p["settlements_min"])).select(
        "fixmedins_code", value=distance, numerator=distance, denominator=pl.col("n").cast(pl.Float64)
    )
