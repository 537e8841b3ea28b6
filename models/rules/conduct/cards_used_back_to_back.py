from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.tables import Tables
from models.exceptions.treated_together import treated_together
from models.kinds import Kind
from models.rule import rule
from models.wording import yuan


def _purchases(t: Tables, p: Params) -> pl.LazyFrame:
    """Every visit at which drugs were fetched and nothing else done; ``household`` is the address as the lake keeps it.

    Whoever is treated (dialysis, infusions, physiotherapy) comes with the same neighbours at the same hours: such visits are out.
    """
    lines = (
        treated_together.clear(t.lines, t, p)
        .filter(~pl.col("inpatient") & pl.col("hilist_code").str.contains("^[XZT]"))
        .group_by("mdtrt_id")
        .agg(pl.col("bkkp_sn"), pl.col("inscp_fen").sum())
    )
    return (
        t.visits.filter(~pl.col("inpatient") & (pl.col("begntime").dt.time() != pl.time(0, 0)))
        .select("mdtrt_id", "psn_no", "fixmedins_code", "begntime")
        .join(lines, on="mdtrt_id", how="inner")
        .join(t.persons.select("psn_no", pl.col("live_addr").alias("household")), on="psn_no", how="left")
    )


@rule(
    title_zh="多卡连刷（敛卡空刷）",
    title_en="Cards used back to back",
    kind=Kind.PHANTOM_SERVICE,
    certainty="suspected",
    scope="city",
    gz_code=None,
    legal_basis=("reg.15", "reg.40.1", "reg.41.1", "reg.41.last"),
    needs=("mdtrt_d", "fee_list_d"),
    params=("minutes_apart_max", "days_together_min", "cards_min", "share_together_min"),
    exceptions=("treated_together", "refund"),
    extract=_purchases,
)
def cards_used_back_to_back(t: Tables, p: Params) -> pl.LazyFrame:
    """The same cards, one after the other, at the same till, on day after day: somebody holds them.

    Two cards are together when their purchases at one institution follow each other within ``minutes_apart_max`` minutes with
    nobody between, on at least ``days_together_min`` days, and these are at least ``share_together_min`` of the rarer card's visits
    there. Households (same address) are cleared: one person fetches for the family. Chains of at least ``cards_min`` cards make a
    finding: one a person of the chain and institution, with the purchases made in company.
    """
    visits = t.extracted.sort("fixmedins_code", "begntime", "mdtrt_id").with_columns(
        date=pl.col("begntime").dt.date(), times=pl.col("begntime").dt.date().n_unique().over("fixmedins_code", "psn_no")
    )
    after = {name: pl.col(name).shift(-1).over("fixmedins_code") for name in ("psn_no", "begntime", "household", "mdtrt_id", "times")}
    steps = (
        visits.with_columns(
            other=after["psn_no"],
            gap=(after["begntime"] - pl.col("begntime")).dt.total_seconds() / 60,
            their_home=after["household"],
            other_visit=after["mdtrt_id"],
            other_times=after["times"],
        )
        .filter(
            (pl.col("gap") <= p["minutes_apart_max"])
            & (pl.col("psn_no") != pl.col("other"))
            & ~(pl.col("household") == pl.col("their_home")).fill_null(value=False)
        )
        .with_columns(a=pl.min_horizontal("psn_no", "other"), b=pl.max_horizontal("psn_no", "other"))
    )
    pairs = (
        steps.group_by("fixmedins_code", "a", "b")
        .agg(pl.col("date").n_unique().alias("days"), pl.min_horizontal("times", "other_times").min().alias("rarer"))
        .filter((pl.col("days") >= p["days_together_min"]) & (pl.col("days") >= pl.col("rarer") * p["share_together_min"]))
    )
    members = pl.concat(
        [pairs.select("fixmedins_code", pl.col("a").alias("psn_no")), pairs.select("fixmedins_code", pl.col("b").alias("psn_no"))]
    ).unique()
    chains = members.filter(pl.len().over("fixmedins_code") >= p["cards_min"]).with_columns(cards=pl.len().over("fixmedins_code"))
    in_company = steps.join(pairs.select("fixmedins_code", "a", "b"), on=["fixmedins_code", "a", "b"], how="inner")
    together = pl.concat([in_company.select("mdtrt_id"), in_company.select(pl.col("other_visit").alias("mdtrt_id"))]).unique()
    return (
        visits.join(together, on="mdtrt_id", how="semi")
        .join(chains, on=["fixmedins_code", "psn_no"], how="inner")
        .group_by("fixmedins_code", "psn_no", "cards")
        .agg(
            pl.col("bkkp_sn").list.explode(keep_nulls=False, empty_as_null=False).alias("bkkp_sns"),
            pl.col("date").n_unique().alias("days"),
            pl.col("date").min().alias("occurred_from"),
            pl.col("date").max().alias("occurred_to"),
            pl.col("inscp_fen").sum().alias("worth"),
        )
        .select(
            "fixmedins_code",
            "psn_no",
            "bkkp_sns",
            "occurred_from",
            "occurred_to",
            strength=(0.3 + 0.05 * pl.col("cards") + 0.02 * pl.col("days")).clip(upper_bound=0.95),
            evidence=pl.format(
                "该参保人的凭证与另外{}张不同住址的凭证在本机构反复前后相接购药（每次相隔不超过{}分钟），共{}天，涉及医保范围内金额{}元。",
                pl.col("cards") - 1,
                pl.lit(str(p["minutes_apart_max"])),
                "days",
                yuan(pl.col("worth")),
            ),
        )
    )
