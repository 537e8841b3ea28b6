"""Since when a figure stands out: the month in which an institution went from its peers' level to its own."""

from __future__ import annotations

import polars as pl


def began(monthly: pl.DataFrame, figures: pl.DataFrame) -> pl.DataFrame:
    """``fixmedins_code feature began from_the_first``: the month from which the figure lay nearer to its own level than to the peers'.

    Args:
        monthly: ``features.monthly.monthly_features``: a figure's value, numerator and denominator in each month.
        figures: ``fixmedins_code feature value peer_median`` of the whole period.

    Of all months the one is taken after which the figure lies furthest, summed over the months and weighted by their denominators, beyond
    the middle between the peers' median and its own value (the likeliest single change of level); a lone odd month before it does not
    count. ``from_the_first`` says that this is the figure's first month in the data. Figures that never lie beyond have no row.
    """
    sign = pl.when(pl.col("own") >= pl.col("peer_median")).then(1.0).otherwise(-1.0)
    half = (pl.col("own") + pl.col("peer_median")) / 2
    # a quotient weighs by what it is a share of; a peak or a distance by month
    quotient = (pl.col("numerator") - pl.col("value") * pl.col("denominator")).abs() <= 1e-6 * pl.col("numerator").abs() + 1e-9
    weight = pl.when(quotient).then("denominator").otherwise(1.0)
    keys = ["fixmedins_code", "feature"]
    own = figures.select(*keys, "peer_median", own="value")
    return (
        monthly.join(own, on=keys)
        .sort(*keys, "month")
        .with_columns(beyond=sign * (pl.col("value") - half) * weight, first=pl.col("month").min().over(keys))
        .with_columns(rest=pl.col("beyond").cum_sum(reverse=True).over(keys))
        .filter(pl.col("rest") > 0)
        .sort(*keys, "rest", "month", descending=[False, False, True, False])
        .unique(keys, keep="first", maintain_order=True)
        .select(*keys, began="month", from_the_first=pl.col("month") == pl.col("first"))
    )
