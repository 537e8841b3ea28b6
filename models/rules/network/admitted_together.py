from __future__ import annotations

import polars as pl

from features.networks.network_pairs import ADMITTED_TOGETHER, members
from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule
from models.wording import count, yuan


@rule(
    title_zh="多人反复同批入院",
    title_en="Persons admitted together again and again",
    kind=Kind.FAKE_INPATIENT,
    certainty="suspected",
    scope="city",
    legal_basis=("reg.15", "reg.40.1"),
    needs=("mdtrt_d", "setl_d", "fee_list_d"),
    params=("group_min", "window_days"),
    loss="stay",
    version="2",
)
def admitted_together(t: Tables, p: Params) -> pl.LazyFrame:
    """A group of persons whose admissions to one hospital coincide again and again, far beyond chance.

    Recruiters bring the same people in together. Pairs whose admissions fall within a day of each other more often than the days on which
    the hospital's other patients come allow (Poisson, corrected for all pairs of its returning patients; see features/networks)
    form a graph; in its communities of at least ``group_min`` persons every stay that begins within ``window_days`` of another
    member's is a finding.
    An honest hospital answers with treatments in cycles (chemotherapy, dialysis), which are left out, or with a household in care.
    """
    groups = members(t.facts("network_pair"), ADMITTED_TOGETHER).filter(pl.col("persons") >= p["group_min"])
    stays = t.facts("stay").filter(~pl.col("cycle_care").fill_null(value=False))
    key = ["fixmedins_code", "community"]
    group = stays.join(groups, on=["fixmedins_code", "psn_no"], how="inner").select(
        *key, "persons", "psn_no", "mdtrt_id", "begn_date", pl.coalesce("end_date", "begn_date").alias("end_date"), "inscp_fen"
    )
    together = (
        group.join(_near(group, p["window_days"]), left_on=[*key, "begn_date"], right_on=[*key, "met"], how="inner")
        .filter(pl.col("other") != pl.col("psn_no"))
        .group_by(*key, "persons", "psn_no", "mdtrt_id", "begn_date", "end_date", "inscp_fen")
        .agg(pl.col("other").n_unique().alias("with"))
    )
    whole = group.group_by(key).agg(pl.len().alias("n"), pl.col("begn_date").n_unique().alias("days"))
    chance = (
        t.facts("network_pair")
        .filter(pl.col("network") == ADMITTED_TOGETHER)
        .group_by(key)
        .agg(met=pl.col("together").mean().round(1), expected=pl.col("expected").mean().round(2))
    )
    return (
        together.join(whole, on=key, how="left")
        .join(chance, on=key, how="left")
        .sort("mdtrt_id")
        .select(
            "fixmedins_code",
            "psn_no",
            "mdtrt_id",
            pl.col("begn_date").alias("occurred_from"),
            pl.col("end_date").alias("occurred_to"),
            evidence=filled(
                "该患者所在的{}人团组反复同批入院共{}次，仅集中在{}个入院日；组内两人平均同批{}次，按该院其他患者的入院日计，巧合仅应有{}次。本次{}与其中{}人同批，住院涉及医保范围内金额{}元。",
                "persons",
                "n",
                "days",
                count(pl.col("met")),
                count(pl.col("expected")),
                pl.col("begn_date"),
                "with",
                yuan(pl.col("inscp_fen").fill_null(0)),
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
