from __future__ import annotations

import polars as pl

from features.networks.network_pairs import DRUG_CIRCUIT, members
from features.parameters import Params
from features.shared.surplus import surplus_lines
from features.shared.text import filled
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule
from models.wording import count, yuan


def _surplus(t: Tables, p: Params) -> pl.LazyFrame:
    """Drug lines of hoarders bought while months of the drug were in hand."""
    return surplus_lines(t, p).select("psn_no", "fixmedins_code", "bkkp_sn", "date", "hilist_name", "ahead", "inscp_fen")


@rule(
    title_zh="多人结伴囤药（药品流转团伙）",
    title_en="Drug circuit",
    kind=Kind.DRUG_HOARDING,
    certainty="suspected",
    scope="city",
    gz_code=None,
    legal_basis=("reg.15", "reg.38.5", "reg.41.3", "reg.41.last"),
    needs=("fee_list_d", "psn_info_b"),
    params=("days_in_hand", "days_min", "drugs_min", "group_min", "times_calendar_min"),
    exceptions=("given_on_the_spot", "refund"),
    extract=_surplus,
)
def drug_circuit(t: Tables, p: Params) -> pl.LazyFrame:
    """Cards of strangers that buy what none of them needs at the same places on the same days: one hand holds them and sells the drugs on.

    Looked at are persons who, on at least ``days_min`` days, bought drugs (``drugs_min`` or more) of which ``days_in_hand`` days were in
    hand and ``times_calendar_min`` times what the calendar needs was bought in all. Two of them are tied when they did so at the same
    institutions on the same days far more often than the crowd of each day explains (Poisson, corrected for all pairs; see
    features/networks), so a clinic's market day or a physician's surgery ties nobody; persons behind one door are never tied. In
    communities of at least ``group_min`` persons the surplus bought on days with another member is a finding: one a person and
    institution. Refills in step, however many come on one day, are no surplus. An honest answer would be a ward or a home whose
    carer fetches for all, with the physicians' orders for it.
    """
    pairs = t.facts("network_pair").filter((pl.col("network") == DRUG_CIRCUIT) & (pl.col("persons") >= p["group_min"]))
    ring = members(pairs, DRUG_CIRCUIT)
    bought = t.extracted.join(ring, on="psn_no", how="inner")
    days = bought.group_by("community", "fixmedins_code", "date").agg(pl.col("psn_no").n_unique().alias("there"))
    met = bought.join(days.filter(pl.col("there") >= 2), on=["community", "fixmedins_code", "date"], how="inner")
    whole = met.group_by("community").agg(
        places=pl.col("fixmedins_code").n_unique(), rounds=pl.struct("fixmedins_code", "date").n_unique(), all_worth=pl.col("inscp_fen").sum()
    )
    chance = pairs.unique(["a", "b"]).group_by("community").agg(expected=pl.col("expected").mean().round(2))
    return (
        met.group_by("psn_no", "fixmedins_code", "community", "persons")
        .agg(
            pl.col("bkkp_sn").alias("bkkp_sns"),
            pl.col("date").min().alias("occurred_from"),
            pl.col("date").max().alias("occurred_to"),
            pl.col("date").n_unique().alias("days"),
            pl.col("there").max(),
            pl.col("ahead").max(),
            pl.col("hilist_name").unique().sort().head(4).alias("names"),
            pl.col("inscp_fen").sum().alias("worth"),
        )
        .join(whole, on="community", how="left")
        .join(chance, on="community", how="left")
        .select(
            "fixmedins_code",
            "psn_no",
            "bkkp_sns",
            "occurred_from",
            "occurred_to",
            strength=(0.4 + 0.05 * pl.col("persons") + 0.03 * pl.col("days")).clip(upper_bound=0.95),
            evidence=filled(
                "该参保人与{}名不同住址的参保人结伴购药：{}人在{}家机构共{}次同日购买手中余量已足的药品，两人间巧合预期仅{}次。其中本人在本机构{}天（同日最多{}人）购{}等，余量最多超出日历{}天，涉及医保范围内金额{}元；团伙合计{}元。",
                pl.col("persons") - 1,
                "persons",
                "places",
                "rounds",
                count(pl.col("expected")),
                "days",
                "there",
                pl.col("names").list.join("、"),
                count(pl.col("ahead").cast(pl.Float64)),
                yuan(pl.col("worth")),
                yuan(pl.col("all_worth")),
            ),
        )
    )
