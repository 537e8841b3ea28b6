from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.exceptions.given_on_the_spot import given_on_the_spot
from models.kinds import Kind
from models.rule import rule
from models.rules.conduct._peers import others_rate
from models.rules.inpatient._chance import at_least
from models.wording import count, percent, yuan


def _runs(t: Tables, p: Params) -> pl.LazyFrame:
    """Runs of fills of one drug day after day, each far beyond the days between (rows with ``later``), and on how many days of how many persons
    every house dispensed (rows with ``fills``)."""
    dispensed = ~pl.col("inpatient") & t.of_item(pl.col("hilist_code").str.contains("^[XZ]"))
    by = ["psn_no", "fixmedins_code", "drug"]
    packs = t.computed(
        given_on_the_spot.clear(t.lines.filter(dispensed & (pl.col("prd_days") >= 2)), t, p)
        .with_columns(drug=t.of_item(pl.col("hilist_code").str.slice(0, 10)))
        .select(*by, "date", "bkkp_sn", "prd_days", "inscp_fen", "hilist_name")
    )
    totals = packs.select("psn_no", "fixmedins_code", "date").unique().group_by("fixmedins_code").agg(fills=pl.len().cast(pl.Int64))
    # few buy so often in so short a time; only theirs is looked at closely
    close = pl.col("date").sort().diff().dt.total_days() <= p["days_apart_max"]
    often = packs.filter(pl.len().over(by) >= p["habit_purchases_min"]).group_by(by).agg(close=close.sum())
    bought = (
        packs.join(often.filter(pl.col("close") >= p["habit_purchases_min"] - 1), on=by, how="semi")
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
            n=pl.len().cast(pl.Int64),
            hilist_name=pl.col("hilist_name").first(),
            occurred_from=pl.col("date").min(),
            occurred_to=pl.col("date").max(),
            supplied=pl.col("prd_days").sum(),
            later=pl.col("bkkp_sn").slice(1).list.explode(keep_nulls=False, empty_as_null=False),
            first=pl.col("bkkp_sn").first(),
            worth=pl.col("inscp_fen").slice(1).sum(),
        )
        .with_columns(span=(pl.col("occurred_to") - pl.col("occurred_from")).dt.total_days() + 1)
        .filter((pl.col("n") >= p["habit_purchases_min"]) & (pl.col("supplied") >= pl.col("span") * p["times_calendar_min"]))
        # a short run that gives more than one prescription may hold is hoarding, not a prescription cut up
        .filter((pl.col("n") >= p["purchases_min"]) | (pl.col("supplied") <= p["supply_days_max"]))
        .drop("run")
    )
    return pl.concat([runs, totals], how="diagonal")


@rule(
    title_zh="分解处方",
    title_en="Split prescriptions",
    kind=Kind.SPLIT_BILLING,
    certainty="suspected",
    scope="city",
    gz_code=None,
    legal_basis=("reg.15", "reg.38.2"),
    needs=("fee_list_d",),
    params=(
        "chance_max",
        "days_apart_max",
        "habit_purchases_min",
        "persons_min",
        "purchases_min",
        "supply_days_max",
        "times_calendar_min",
        "times_peers_min",
        "trim_share",
        "usual_floor",
    ),
    exceptions=("given_on_the_spot", "refund"),
    extract=_runs,
)
def split_prescriptions(t: Tables, p: Params) -> pl.LazyFrame:
    """One prescription cut into daily ones: the same drug, the same place, day after day, though each fill lasts for days.

    A run is made of purchases of one drug (group and generic name) by one person at one institution, each at most
    ``days_apart_max`` days after the one before and on another day, with at least ``times_calendar_min`` times as many days
    supplied as the run took. From ``purchases_min`` purchases on it is a finding. A forgotten box brings one or two more purchases: runs from
    ``habit_purchases_min`` on, which together give no more than one prescription may hold (``supply_days_max``), count where a house has them
    with ``persons_min`` persons, ``times_peers_min`` times the rate of institutions of its kind (per person and day of dispensing; the highest
    ``trim_share`` of them left out; at least ``usual_floor``) and more than chance allows (binomial, ``chance_max``). What is given on the spot
    and lines without days of supply are cleared. At fault is every purchase after the first. One finding a person, institution and run.
    """
    runs = t.extracted.filter(pl.col("later").is_not_null()).drop("fills")
    peers = others_rate(pl.col("persons"), pl.col("fills"), p["trim_share"], over=["is_pharmacy", "tier"])
    house = (
        t.extracted.filter(pl.col("fills").is_not_null())
        .group_by("fixmedins_code")
        .agg(pl.col("fills").sum())
        .join(runs.group_by("fixmedins_code").agg(persons=pl.col("psn_no").n_unique().cast(pl.Int64)), on="fixmedins_code", how="left")
        .with_columns(pl.col("persons").fill_null(0))
        .join(t.institutions.select("fixmedins_code", "is_pharmacy", "tier"), on="fixmedins_code", how="left")
        .with_columns(peers=peers.clip(p["usual_floor"]))
        .with_columns(chance=at_least("persons", "fills", "peers"), share=pl.col("persons") / pl.col("fills"))
        .with_columns(
            habit=(pl.col("persons") >= p["persons_min"])
            & (pl.col("share") >= p["times_peers_min"] * pl.col("peers"))
            & (pl.col("chance") <= p["chance_max"])
        )
        .select("fixmedins_code", "persons", "habit", "share", "peers")
    )
    return (
        runs.join(house, on="fixmedins_code")
        .filter((pl.col("n") >= p["purchases_min"]) | pl.col("habit"))
        .with_columns(said=filled("{}{}次{}天用量", "hilist_name", "n", count(pl.col("supplied"))))
        .group_by("psn_no", "fixmedins_code", "occurred_from", "occurred_to", "span", "persons", "habit", "share", "peers")
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
            evidence=filled(
                "{}至{}共{}天内在本机构接连开取同一药品：{}；第2次起涉及医保范围内金额{}元{}。",
                "occurred_from",
                "occurred_to",
                "span",
                pl.col("said").list.join("、"),
                yuan(pl.col("worth")),
                pl.when("habit")
                .then(filled("；本机构{}人如此，为配药人日的{}，同类机构为{}", "persons", percent(pl.col("share")), percent(pl.col("peers"))))
                .otherwise(pl.lit("")),
            ),
        )
    )
