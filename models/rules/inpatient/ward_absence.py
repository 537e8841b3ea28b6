from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.exceptions.bound_to_bed import bound_to_bed
from models.kinds import Kind
from models.rule import rule
from models.rules.inpatient._chance import at_most
from models.rules.inpatient._stays import dated_stays
from models.wording import percent, span

WARD = "2"


def ward_presence(t: Tables, p: Params) -> pl.LazyFrame:
    """Rows of two kinds: ``stay`` (with the days the ward's terminal saw its patient) and ``day`` (on which a house's terminals saw anyone)."""
    records = t.raw("scene_rcd_d").filter(pl.col("scene_type") == WARD).with_columns(date=pl.col("begntime").dt.date())
    days = records.select("fixmedins_code", "date").unique()
    stays = bound_to_bed.clear(
        dated_stays(t).filter(pl.col("last_day").is_not_null()).select("mdtrt_id", "psn_no", "fixmedins_code", "begn_date", "last_day"), t, p
    )
    stays = stays.join(records.select("fixmedins_code").unique(), on="fixmedins_code", how="semi")
    seen = (
        stays.join(records.select("psn_no", "fixmedins_code", "date").unique(), on=["psn_no", "fixmedins_code"], how="inner")
        .filter(pl.col("date").is_between("begn_date", "last_day"))
        .group_by("mdtrt_id")
        .agg(seen=pl.col("date").unique())
    )
    money = t.stays.select("mdtrt_id", pl.col("inscp_fen").fill_null(0), pl.coalesce("drg_fund_fen", "fund_fen", 0).alias("paid_fen"))
    of_stays = stays.join(seen, on="mdtrt_id", how="left").join(money, on="mdtrt_id", how="left")
    return pl.concat([of_stays.with_columns(row=pl.lit("stay")), days.with_columns(row=pl.lit("day"))], how="diagonal")


@rule(
    title_zh="挂床住院（病区人脸终端长期无识别）",
    title_en="Absent from the ward's terminal",
    kind=Kind.BED_HANGING,
    certainty="suspected",
    scope="city",
    gz_code=None,
    legal_basis=("reg.15", "reg.38.1", "reg.40.last"),
    needs=("mdtrt_d", "setl_d", "scene_rcd_d"),
    params=("chance_max", "days_min", "house_rate_min", "seen_share_max"),
    exceptions=("bound_to_bed",),
    extract=ward_presence,
)
def ward_absence(t: Tables, p: Params) -> pl.LazyFrame:
    """A stay in a ward with face terminals whose patient the terminal hardly ever saw.

    Only days on which the house's terminals saw somebody count (a broken terminal accuses nobody), only stays that began when the ward had one
    (who was admitted before was never enrolled with it), only houses whose terminals see at least
    ``house_rate_min`` of patient-days. A stay is found when it was seen on at most ``seen_share_max`` of its days and that has a chance of
    at most ``chance_max`` at the rate of the house's other stays. Intensive care, infants and the bedridden are left out.
    """
    rows = t.extracted
    working = rows.filter(pl.col("row") == "day").select("fixmedins_code", "date").unique()
    installed = working.group_by("fixmedins_code").agg(installed=pl.col("date").min())
    stays = rows.filter(pl.col("row") == "stay").drop("date", "row").join(installed, on="fixmedins_code")
    stays = stays.filter(pl.col("begn_date") >= pl.col("installed")).drop("installed")
    watched = (
        stays.join(working, on="fixmedins_code", how="inner")
        .filter(pl.col("date").is_between("begn_date", "last_day"))
        .with_columns(here=pl.col("seen").list.contains(pl.col("date")).fill_null(value=False))
        .group_by("mdtrt_id", "psn_no", "fixmedins_code", "begn_date", "last_day", "inscp_fen", "paid_fen")
        .agg(days=pl.len(), seen=pl.col("here").sum())
    )
    house = watched.group_by("fixmedins_code").agg(all_days=pl.col("days").sum(), all_seen=pl.col("seen").sum())
    judged = (
        watched.join(house, on="fixmedins_code")
        .with_columns(rate=(pl.col("all_seen") - pl.col("seen")) / (pl.col("all_days") - pl.col("days")).clip(1))
        .with_columns(chance=at_most("seen", "days", "rate"))
        .filter(pl.col("seen") / pl.col("days") <= p["seen_share_max"])
        .filter((pl.col("days") >= p["days_min"]) & (pl.col("rate") >= p["house_rate_min"]) & (pl.col("chance") <= p["chance_max"]))
    )
    return judged.select(
        "fixmedins_code",
        "psn_no",
        "mdtrt_id",
        occurred_from="begn_date",
        occurred_to="last_day",
        amount_fen=pl.col("inscp_fen"),
        loss_fen=pl.col("paid_fen"),
        strength=(0.9 - pl.col("seen") / pl.col("days")).clip(0.4, 0.9),
        evidence=filled(
            "患者住院{}，病区终端正常工作的{}天中仅{}天识别到本人（{}），同院其他住院患者平均为{}；已排除重症监护、婴幼儿和卧床患者。",
            span(pl.col("begn_date"), pl.col("last_day")),
            "days",
            "seen",
            percent(pl.col("seen") / pl.col("days")),
            percent(pl.col("rate")),
        ),
    )
