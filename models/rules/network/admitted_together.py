from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.tables import Tables
from models.kinds import Kind
from models.networks.co_admission import coinciding_pairs, communities
from models.rule import rule
from models.run_rules import empty_hits
from models.wording import yuan


def _admissions(t: Tables, p: Params) -> pl.LazyFrame:
    """Settled stays that are not part of a treatment in cycles."""
    cycles = pl.col("main_dx").fill_null("").str.contains_any(p["cycle_diagnoses"])
    return t.stays.filter(pl.col("settled") & ~cycles).select(
        "fixmedins_code", "psn_no", "mdtrt_id", "begn_date", "end_date", "inscp_fen", "fund_fen"
    )


@rule(
    title_zh="多人反复同批入院",
    title_en="Persons admitted together again and again",
    kind=Kind.FAKE_INPATIENT,
    certainty="suspected",
    scope="city",
    legal_basis=("reg.15", "reg.40.1"),
    needs=("mdtrt_d", "setl_d"),
    params=("window_days", "p_value_max", "group_min", "cycle_diagnoses", "seed"),
    loss="stay",
    extract=_admissions,
)
def admitted_together(t: Tables, p: Params) -> pl.LazyFrame:
    """A group of persons whose admissions to one hospital coincide again and again, far beyond chance.

    Recruiters bring the same people in together. Pairs whose admissions fall within ``window_days`` of each other more often than a
    Poisson law of their own admission numbers allows form a graph; in its communities of at least ``group_min`` persons every stay that
    begins beside another member's is a finding.
    An honest hospital answers with treatments in cycles (chemotherapy, dialysis), which are left out, or with a household in care.
    """
    stays = t.extracted
    members = communities(coinciding_pairs(stays, p["window_days"], p["p_value_max"]), p["seed"])
    sizes = members.group_by("fixmedins_code", "community").agg(pl.len().alias("persons")).filter(pl.col("persons") >= p["group_min"])
    if sizes.is_empty():
        return empty_hits()
    group = stays.join(members.join(sizes, on=["fixmedins_code", "community"]).lazy(), on=["fixmedins_code", "psn_no"], how="inner")
    others = _near(group, p["window_days"])
    together = (
        group.join(others, left_on=["fixmedins_code", "community", "begn_date"], right_on=["fixmedins_code", "community", "met"], how="inner")
        .filter(pl.col("other") != pl.col("psn_no"))
        .group_by("fixmedins_code", "community", "persons", "psn_no", "mdtrt_id", "begn_date", "end_date", "inscp_fen")
        .agg(pl.col("other").n_unique().alias("with"))
    )
    whole = group.group_by("fixmedins_code", "community").agg(pl.len().alias("n"), pl.col("begn_date").n_unique().alias("days"))
    return (
        together.join(whole, on=["fixmedins_code", "community"], how="left")
        .with_columns(pl.col("end_date").fill_null(pl.col("begn_date")))
        .sort("mdtrt_id")
        .select(
            "fixmedins_code",
            "psn_no",
            "mdtrt_id",
            pl.col("begn_date").alias("occurred_from"),
            pl.col("end_date").alias("occurred_to"),
            evidence=pl.format(
                "该患者所在的{}人团组反复同批入院共{}次，仅集中在{}个入院日，远超随机巧合；本次{}与其中{}人同批，住院涉及医保范围内金额{}元。",
                "persons",
                "n",
                "days",
                pl.col("begn_date"),
                "with",
                yuan(pl.col("inscp_fen")),
            ),
        )
    )


def _near(group: pl.LazyFrame, window_days: int) -> pl.LazyFrame:
    """Every member's admission on each day within the window: ``fixmedins_code community other met``."""
    return (
        group.select("fixmedins_code", "community", pl.col("psn_no").alias("other"), "begn_date")
        .with_columns(day=pl.int_ranges(-window_days, window_days + 1))
        .explode("day")
        .select("fixmedins_code", "community", "other", met=pl.col("begn_date") + pl.duration(days="day"))
    )
