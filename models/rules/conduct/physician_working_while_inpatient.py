from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule
from models.rules.conduct._physicians import billed_by_day, registrations
from models.wording import yuan


def _orders_and_stays(t: Tables, p: Params) -> pl.LazyFrame:
    """What physicians with a known person number ordered (rows with ``date``), and the stays of such persons (rows with ``came``)."""
    known = registrations(t).filter(pl.col("psn_no").is_not_null())
    margin = f"{p['margin_days']}d"
    stays = (
        t.stays.join(known.select("psn_no").unique(), on="psn_no", how="semi")
        .filter(pl.col("end_date").is_not_null())
        .select(
            "psn_no",
            pl.col("mdtrt_id").alias("stay_id"),
            pl.col("fixmedins_code").alias("stay_at"),
            pl.col("begn_date").dt.offset_by(margin).alias("came"),
            pl.col("end_date").dt.offset_by(f"-{margin}").alias("left"),
        )
        .filter(pl.col("came") <= pl.col("left"))
    )
    return pl.concat([billed_by_day(t, known), stays], how="diagonal")


@rule(
    title_zh="医师本人住院期间仍开单（挂证）",
    title_en="Physician working while in-patient",
    kind=Kind.LICENCE_RENTAL,
    certainty="suspected",
    scope="city",
    gz_code=None,
    legal_basis=("reg.15", "reg.40.2"),
    needs=("dr_info_b", "mdtrt_d", "fee_list_d"),
    params=("margin_days", "days_min"),
    exceptions=("refund",),
    extract=_orders_and_stays,
)
def physician_working_while_inpatient(t: Tables, p: Params) -> pl.LazyFrame:
    """Orders in a physician's name on days on which the physician lay in a hospital as a patient.

    ``margin_days`` at each end of the stay are left out. At least ``days_min`` days of one stay. Either the orders are another's,
    or the stay is not real; the finding is against the institution that billed the orders, and names the stay. One finding a
    physician, institution and stay.
    """
    orders = t.extracted.filter(pl.col("dr_code").is_not_null()).select("dr_code", "fixmedins_code", "date", "bkkp_sn", "inscp_fen")
    stays = t.extracted.filter(pl.col("stay_id").is_not_null()).select("psn_no", "stay_id", "stay_at", "came", "left")
    persons = registrations(t).filter(pl.col("psn_no").is_not_null()).select("dr_code", "psn_no").unique()
    return (
        stays.join(persons, on="psn_no", how="inner")
        .join(orders, on="dr_code", how="inner")
        .filter(pl.col("date").is_between(pl.col("came"), pl.col("left")))
        .group_by("dr_code", "fixmedins_code", "stay_id", "stay_at", "came", "left")
        .agg(
            pl.col("bkkp_sn").list.explode(keep_nulls=False, empty_as_null=False).alias("bkkp_sns"),
            pl.col("date").n_unique().alias("days"),
            pl.col("date").min().alias("occurred_from"),
            pl.col("date").max().alias("occurred_to"),
            pl.col("inscp_fen").sum().alias("worth"),
        )
        .filter(pl.col("days") >= p["days_min"])
        .select(
            "fixmedins_code",
            "bkkp_sns",
            "occurred_from",
            "occurred_to",
            evidence=filled(
                "医师{}本人{}至{}在{}住院，其间{}天仍以其名义在本机构开单，涉及医保范围内金额{}元。",
                "dr_code",
                "came",
                "left",
                "stay_at",
                "days",
                yuan(pl.col("worth")),
            ),
        )
    )
