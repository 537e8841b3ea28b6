from __future__ import annotations

import polars as pl

from features.feature import feature
from features.parameters import Params
from features.tables import Tables


@feature(
    grain="institution",
    title_zh="业务量突变",
    title_en="Jumps of volume",
    unit="ratio",
    why="Persons, beds and staff do not double in a month; invented business does.",
    numerator="the largest rise from one month to the next; the busiest month; the last quarter",
    denominator="the institution's median month (for the last quarter: the months before)",
    facts=("institution_month",),
    params=("month_floor_share", "cases_add"),
    columns={"jump": "月环比最大升幅", "peak": "最高月", "recent": "近三月与此前比"},
    points_to=("phantom_service", "fake_inpatient"),
    log=True,
    months="until",
)
def volume_change(t: Tables, p: Params) -> pl.LazyFrame:
    """Visits, purchases and admissions by month.

    Months at the edges of the delivery, in which the whole city has less than month_floor_share of its median month, are left
    out. cases_add cases are added on both sides, so that small numbers do not jump. Seasons move all peers alike.
    """
    cases = pl.col("visits") + pl.col("purchases") + pl.col("admissions")
    months = t.facts("institution_month").select("fixmedins_code", "month", cases=cases)
    city = months.group_by("month").agg(pl.col("cases").sum()).filter(pl.col("cases") >= p["month_floor_share"] * pl.col("cases").median())
    every = months.select("fixmedins_code").unique().join(city.select("month"), how="cross")
    added = p["cases_add"]
    filled = (
        every.join(months, on=["fixmedins_code", "month"], how="left")
        .with_columns(cases=pl.col("cases").fill_null(0) + added)
        .sort("fixmedins_code", "month")
        .with_columns(rise=pl.col("cases") / pl.col("cases").shift(1).over("fixmedins_code"))
    )
    by_house = filled.group_by("fixmedins_code", maintain_order=True).agg(
        jump=pl.col("rise").max(),
        peak=pl.col("cases").max() / pl.col("cases").median(),
        recent=pl.col("cases").tail(3).mean() / pl.col("cases").head(pl.len() - 3).mean(),
        total=pl.col("cases").sum() - pl.len() * added,
        n=pl.len(),
    )
    usable = by_house.filter(pl.col("n") >= 4)
    return pl.concat(
        [
            usable.select(
                "fixmedins_code", member=pl.lit(name), value=pl.col(name), numerator=pl.col(name), denominator=pl.col("total").cast(pl.Float64)
            )
            for name in ("jump", "peak", "recent")
        ]
    )
