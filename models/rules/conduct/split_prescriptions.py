from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.tables import Tables
from models.exceptions.given_on_the_spot import given_on_the_spot
from models.kinds import Kind
from models.rule import rule
from models.wording import count, yuan


@rule(
    title_zh="分解处方",
    title_en="Split prescriptions",
    kind=Kind.SPLIT_BILLING,
    certainty="suspected",
    scope="person",
    gz_code=None,
    legal_basis=("reg.15", "reg.38.2"),
    needs=("fee_list_d",),
    params=("purchases_min", "days_apart_max", "times_calendar_min"),
    exceptions=("given_on_the_spot", "refund"),
)
def split_prescriptions(t: Tables, p: Params) -> pl.LazyFrame:
    """One prescription cut into daily ones: the same drug, the same place, day after day, though each fill lasts for days.

    A run is made of purchases of one drug (group and generic name) by one person at one institution, each at most
    ``days_apart_max`` days after the one before and on another day, with at least ``times_calendar_min`` times as many days
    supplied as the run took. From ``purchases_min`` purchases on it is a finding. What is given on the spot and lines without
    days of supply are cleared; a forgotten box brings one or two more purchases, not three. At fault is every purchase after the first.
    One finding a person, institution and run.
    """
    dispensed = ~pl.col("inpatient") & t.of_item(pl.col("hilist_code").str.contains("^[XZ]"))
    by = ["psn_no", "fixmedins_code", "drug"]
    packs = t.computed(
        given_on_the_spot.clear(t.lines.filter(dispensed & (pl.col("prd_days") >= 2)), t, p)
        .with_columns(drug=t.of_item(pl.col("hilist_code").str.slice(0, 10)))
        .select(*by, "date", "bkkp_sn", "prd_days", "inscp_fen", "hilist_name")
    )
    # few buy so often in so short a time; only theirs is looked at closely
    close = pl.col("date").sort().diff().dt.total_days() <= p["days_apart_max"]
    often = (
        packs.filter(pl.len().over(by) >= p["purchases_min"]).group_by(by).agg(close=close.sum()).filter(pl.col("close") >= p["purchases_min"] - 1)
    )
    bought = (
        packs.join(often, on=by, how="semi")
        .group_by(*by, "date")
        .agg(
            pl.col("bkkp_sn").sort(),
            pl.col("prd_days").sum(),
            pl.col("inscp_fen").sum(),
            pl.col("hilist_name").first(),
        )
    )
    runs = (
        bought.sort(*by, "date")
        .with_columns(new=((pl.col("date") - pl.col("date").shift(1).over(by)).dt.total_days() > p["days_apart_max"]).fill_null(value=True))
        .with_columns(run=pl.col("new").cum_sum().over(by))
        .group_by(*by, "run", maintain_order=True)
        .agg(
            pl.len().alias("n"),
            pl.col("hilist_name").first(),
            pl.col("date").min().alias("occurred_from"),
            pl.col("date").max().alias("occurred_to"),
            pl.col("prd_days").sum().alias("supplied"),
            pl.col("bkkp_sn").slice(1).list.explode(keep_nulls=False, empty_as_null=False).alias("later"),
            pl.col("bkkp_sn").first().alias("first"),
            pl.col("inscp_fen").slice(1).sum().alias("worth"),
        )
        .with_columns(span=(pl.col("occurred_to") - pl.col("occurred_from")).dt.total_days() + 1)
        .filter((pl.col("n") >= p["purchases_min"]) & (pl.col("supplied") >= pl.col("span") * p["times_calendar_min"]))
    )
    return (
        runs.with_columns(said=pl.format("{}{}次{}天用量", "hilist_name", "n", count(pl.col("supplied"))))
        .group_by("psn_no", "fixmedins_code", "occurred_from", "occurred_to", "span")
        .agg(
            pl.col("later").list.explode(keep_nulls=False, empty_as_null=False).alias("bkkp_sns"),
            pl.col("first").list.explode(keep_nulls=False, empty_as_null=False).alias("related_bkkp_sns"),
            pl.col("said").sort_by("worth", "drug", descending=[True, False]).head(4),
            pl.col("worth").sum(),
        )
        .select(
            "fixmedins_code",
            "psn_no",
            "bkkp_sns",
            "related_bkkp_sns",
            "occurred_from",
            "occurred_to",
            evidence=pl.format(
                "{}至{}共{}天内在本机构接连开取同一药品：{}；第2次起涉及医保范围内金额{}元。",
                "occurred_from",
                "occurred_to",
                "span",
                pl.col("said").list.join("、"),
                yuan(pl.col("worth")),
            ),
        )
    )
