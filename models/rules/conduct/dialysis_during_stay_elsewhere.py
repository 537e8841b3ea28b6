from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.exceptions.dialysis_sent_out import dialysis_sent_out
from models.kinds import Kind
from models.rule import rule
from models.rules.conduct._dialysis import sessions, with_their_lines
from models.wording import yuan


@rule(
    title_zh="在外院住院期间透析收费",
    title_en="Dialysis during a stay elsewhere",
    kind=Kind.DIALYSIS_EXCESS,
    certainty="suspected",
    scope="person",
    gz_code=None,
    legal_basis=("reg.15", "reg.40.1", "reg.40.3"),
    needs=("mdtrt_d", "fee_list_d"),
    params=("margin_days",),
    exceptions=("dialysis_sent_out", "refund"),
)
def dialysis_during_stay_elsewhere(t: Tables, p: Params) -> pl.LazyFrame:
    """Outpatient dialysis billed on days on which the person was an in-patient of another hospital.

    Days of admission and discharge belong to both houses (``margin_days`` at each end is left out). Stays in hospitals that
    cannot dialyse are cleared: they send their patients out lawfully. One finding a person, unit and stay. An honest answer
    would be a leave of absence in the nursing record or a consultation order of the ward.
    """
    away = t.stays.select(
        "psn_no",
        pl.col("mdtrt_id").alias("stay_id"),
        pl.col("fixmedins_code").alias("stay_at"),
        pl.col("begn_date").alias("stay_from"),
        pl.col("end_date").alias("stay_to"),
    ).drop_nulls()
    margin = f"{p['margin_days']}d"
    overlapping = (
        sessions(t)
        .filter(~pl.col("inpatient"))
        .join(away, on="psn_no", how="inner")
        .filter(
            (pl.col("fixmedins_code") != pl.col("stay_at"))
            & (pl.col("date") >= pl.col("stay_from").dt.offset_by(margin))
            & (pl.col("date") <= pl.col("stay_to").dt.offset_by(f"-{margin}"))
        )
    )
    faulty = dialysis_sent_out.clear(overlapping, t, p)
    taken = with_their_lines(t, faulty).group_by("session").agg(pl.col("bkkp_sn").alias("taken"), pl.col("inscp_fen").sum().alias("worth"))
    bed = t.lines.filter(pl.col("inpatient")).select(pl.col("mdtrt_id").alias("stay_id"), "date", pl.col("bkkp_sn").alias("bed_line"))
    there = (
        faulty.select("stay_id", "date").unique().join(bed, on=["stay_id", "date"], how="inner").group_by("stay_id").agg(pl.col("bed_line").sort())
    )
    return (
        faulty.join(taken, left_on="bkkp_sn", right_on="session", how="inner")
        .group_by("psn_no", "fixmedins_code", "stay_id", "stay_at", "stay_from", "stay_to")
        .agg(
            pl.col("mdtrt_id").min(),
            pl.col("taken").list.explode(keep_nulls=False, empty_as_null=False).unique().alias("bkkp_sns"),
            pl.col("date").min().alias("occurred_from"),
            pl.col("date").max().alias("occurred_to"),
            pl.col("date").n_unique().alias("n"),
            pl.col("worth").sum(),
        )
        .join(there, on="stay_id", how="left")
        .select(
            "fixmedins_code",
            "psn_no",
            "mdtrt_id",
            "bkkp_sns",
            pl.col("bed_line").alias("related_bkkp_sns"),
            "occurred_from",
            "occurred_to",
            strength=(0.5 + 0.1 * pl.col("n")).clip(upper_bound=0.95),
            evidence=filled(
                "参保人{}至{}在{}住院，本机构在其住院期间（不含入出院当日）仍记门诊血液透析{}次，涉及医保范围内金额{}元；住院医院本身具备透析能力。",
                "stay_from",
                "stay_to",
                "stay_at",
                "n",
                yuan(pl.col("worth")),
            ),
        )
    )
