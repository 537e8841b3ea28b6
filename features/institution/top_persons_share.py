from __future__ import annotations

import polars as pl

from features.feature import feature
from features.parameters import Params
from features.tables import Tables


@feature(
    grain="institution",
    title_zh="就诊集中度",
    title_en="Concentration on few persons",
    unit="share",
    why="A house that lives on a handful of cards may be swiping them.",
    numerator="fees of the persons_share persons with the highest fees",
    denominator="fees of all its persons",
    facts=("person_month",),
    params=("persons_share",),
    points_to=("impersonation", "drug_hoarding", "phantom_service"),
    statistic="mean",
)
def top_persons_share(t: Tables, p: Params) -> pl.LazyFrame:
    """Share of the institution's fees that its top persons_share of persons bring (at least one person).

    Houses with fewer than 20 persons have no value.
    """
    persons = (
        t.facts("person_month")
        .group_by("fixmedins_code", "psn_no")
        .agg(pl.col("fee_fen").sum())
        .sort("fixmedins_code", "fee_fen", descending=[False, True])
    )
    top = (pl.len() * p["persons_share"]).ceil().cast(pl.Int64)
    return (
        persons.group_by("fixmedins_code", maintain_order=True)
        .agg(numerator=pl.col("fee_fen").head(top).sum(), total=pl.col("fee_fen").sum(), n=pl.len())
        .filter((pl.col("n") >= 20) & (pl.col("total") > 0))
        .select("fixmedins_code", "numerator", value=pl.col("numerator") / pl.col("total"), denominator=pl.col("n").cast(pl.Float64))
    )
