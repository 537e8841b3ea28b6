from __future__ import annotations

import polars as pl

from features.feature import feature
from features.parameters import Params
from features.shared.category import month_of
from features.tables import Tables


@feature(
    grain="institution_month",
    title_zh="金额数字特征",
    title_en="Digits of amounts",
    unit="count",
    why="Invented amounts are round, or their first digits fall otherwise than at comparable houses.",
    numerator="settlements by the first digit of their fee; settlements of whole ten yuan",
    denominator="settlements of at least one yuan",
    columns={**{f"digit_{digit}": f"首位数字{digit}" for digit in range(1, 10)}, "round_settlements": "整十元结算笔数"},
    points_to=("phantom_service", "data_quality"),
)
def amount_digits(t: Tables, p: Params) -> pl.LazyFrame:  # noqa: ARG001
    """First digits of the fees of standing settlements, for Benford's law and for comparison with peers. Under one yuan does not count."""
    amounts = t.settlements.filter(pl.col("fee_fen") >= 100).select(
        "fixmedins_code", "fee_fen", month=month_of("setl_time"), digit=pl.col("fee_fen").cast(pl.String).str.slice(0, 1)
    )
    return amounts.group_by("fixmedins_code", "month").agg(
        *((pl.col("digit") == str(digit)).sum().cast(pl.Int64).alias(f"digit_{digit}") for digit in range(1, 10)),
        (pl.col("fee_fen") % 1000 == 0).sum().cast(pl.Int64).alias("round_settlements"),
    )
