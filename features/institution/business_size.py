from __future__ import annotations

import polars as pl

from features.feature import feature
from features.parameters import Params
from features.shared.measures import family
from features.tables import Tables


@feature(
    grain="institution",
    title_zh="业务规模",
    title_en="Size of business",
    unit="count",
    why="Size explains amounts and is never a suspicion by itself.",
    numerator="settlements, persons-months, fees and fund payment of the period",
    denominator="the institution",
    facts=("institution_month",),
    columns={"settlements": "结算笔数", "person_months": "服务人月", "fee_fen": "费用(分)", "fund_fen": "基金支付(分)", "stays": "住院人次"},
    descriptive=True,
)
def business_size(t: Tables, p: Params) -> pl.LazyFrame:  # noqa: ARG001
    """Sums of the period, for description and for weighting."""
    one = pl.lit(1)
    columns = {"settlements": "settlements", "person_months": "persons", "fee_fen": "fee_fen", "fund_fen": "fund_fen", "stays": "admissions"}
    sums = family(t.facts("institution_month"), {name: (pl.col(column), one) for name, column in columns.items()})
    return sums.with_columns(value=pl.col("numerator"))
