from __future__ import annotations

import polars as pl

from features.feature import feature
from features.parameters import Params
from features.tables import Tables


@feature(
    grain="institution",
    title_zh="药品集中度",
    title_en="Concentration on few drugs",
    unit="share",
    why="A house that lives on three drugs sells them, or swaps others for them.",
    numerator="fees of its drugs_top best-selling drugs",
    denominator="its drug fees",
    needs=("fee_list_d",),
    facts=("institution_item",),
    params=("drugs_top",),
    own_kind=True,
    points_to=("item_swap", "drug_hoarding", "phantom_service"),
    statistic="mean",
)
def drug_concentration(t: Tables, p: Params) -> pl.LazyFrame:
    """By the first ten characters of the code, the generic name. Houses that sell fewer than twice drugs_top drugs have no value."""
    drugs = (
        t.facts("institution_item")
        .filter(pl.col("item_drug_fen") > 0)
        .group_by("fixmedins_code", pl.col("hilist_code").str.slice(0, 10).alias("drug"))
        .agg(pl.col("item_drug_fen").sum().alias("fen"), pl.col("item_lines").sum().alias("lines"))
        .sort("fixmedins_code", "fen", "drug", descending=[False, True, False])
    )
    return (
        drugs.group_by("fixmedins_code", maintain_order=True)
        .agg(numerator=pl.col("fen").head(p["drugs_top"]).sum(), total=pl.col("fen").sum(), lines=pl.col("lines").sum(), n=pl.len())
        .filter(pl.col("n") >= 2 * p["drugs_top"])
        .select("fixmedins_code", "numerator", value=pl.col("numerator") / pl.col("total"), denominator=pl.col("lines").cast(pl.Float64))
    )
