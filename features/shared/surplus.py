"""Drugs bought while months of them are still in hand."""

from __future__ import annotations

from typing import Final

import polars as pl

from features.parameters import Params
from features.reference.items import given_on_the_spot
from features.shared.category import DRUGS, category_code
from features.shared.dialysis_sessions import dialysis_sessions
from features.shared.once import once
from features.tables import Tables

#: ``med_chrgitm_type`` of herbal pieces.
HERBS = "10"

_COLUMNS: Final = (
    "psn_no",
    "drug",
    "time",
    "bkkp_sn",
    "date",
    "fixmedins_code",
    "bilg_dr_code",
    "hilist_name",
    "prd_days",
    "fee_fen",
    "inscp_fen",
)


def surplus_lines(t: Tables, p: Params) -> pl.LazyFrame:
    """Outpatient drug lines of persons who hoard, of drugs of which ``days_in_hand`` days were still in hand: the line with ``drug`` and ``ahead``.

    A drug is the first ten characters of its code, its supply the line's ``prd_days``; ``ahead`` is how far the days bought before exceed the
    days gone by since the first purchase. Injections, herbal pieces and what is given at dialysis are no supply. Days are often
    stated carelessly (a fortnight a pack, whatever the pack holds), so only drugs count of which ``times_calendar_min`` times the days
    they had to last were bought: a doubled dose stays below. Who has such purchases on fewer than ``days_min`` days or of fewer than
    ``drugs_min`` drugs had a changed treatment or a journey ahead, and is left out.
    """
    bought = _fetched(t).filter((pl.col("ahead") >= p["days_in_hand"]) & (pl.col("supplied") >= pl.col("calendar") * p["times_calendar_min"]))
    days, drugs = pl.col("date").n_unique().over("psn_no"), pl.col("drug").n_unique().over("psn_no")
    return bought.filter((days >= p["days_min"]) & (drugs >= p["drugs_min"]))


@once
def _fetched(t: Tables) -> pl.LazyFrame:
    """Every purchase of a drug taken home, in order of person, drug and time, with ``drug ahead supplied calendar``."""
    drug = ["psn_no", "drug"]
    dispensed = ~pl.col("inpatient") & category_code().is_in([code for code in DRUGS if code != HERBS]) & (pl.col("prd_days") > 0)
    return (
        t.lines.filter(dispensed & t.of_item(~given_on_the_spot(pl.col("hilist_code"))))
        .join(dialysis_sessions(t).select("psn_no", "fixmedins_code", "date"), on=["psn_no", "fixmedins_code", "date"], how="anti")
        .with_columns(drug=t.of_item(pl.col("hilist_code").str.slice(0, 10)))
        .select(*_COLUMNS)
        .sort(*drug, "time", "bkkp_sn")
        .with_columns(
            ahead=pl.col("prd_days").cum_sum().over(drug) - pl.col("prd_days") - (pl.col("date") - pl.col("date").min().over(drug)).dt.total_days(),
            supplied=pl.col("prd_days").sum().over(drug),
            calendar=(pl.col("date").max() - pl.col("date").min()).dt.total_days().over(drug) + pl.col("prd_days").last().over(drug),
        )
    )
