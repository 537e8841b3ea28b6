from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule
from models.rules.conduct._peers import habitual
from models.rules.inpatient._stays import stay_lines
from models.wording import percent, yuan


def _treated_late(t: Tables, p: Params) -> pl.LazyFrame:
    """Stays with treatments dated after the discharge (rows with ``late``, the line numbers), and how many stays with treatments every house
    discharged (rows with ``stays``)."""
    # without a recorded discharge nobody knows what came after it
    ends = t.stays.filter((pl.col("end_date") >= pl.col("begn_date")) & pl.col("endtime").is_not_null()).select("mdtrt_id", left="endtime")
    lines = stay_lines(t).filter(pl.col("stay_end").is_not_null()).join(ends, on="mdtrt_id")
    treatments = lines.filter((pl.col("role") == "therapy") & (pl.col("list_type") == "201"))
    # a discharge without its hour ends the day
    hourly = pl.col("left").dt.time() != pl.time(0, 0)
    next_days = (pl.col("date") > pl.col("stay_end")) & (pl.col("date") <= pl.col("stay_end").dt.offset_by(f"{p['days_max']}d"))
    same_day = (pl.col("date") == pl.col("stay_end")) & hourly & (pl.col("time") > pl.col("left").dt.offset_by(f"{p['hours_after_min']}h"))
    # what is stamped midnight is a day's charge, and the books of the day are closed in the night
    by_day = pl.col("time").dt.hour() >= p["first_hour"]
    late = treatments.filter((next_days | same_day) & by_day)
    # a stay whose drugs, bed or nursing are posted as late is one booked late
    booked_late = lines.filter(pl.col("role").is_in(["hotel", "drug"]) & ~pl.col("take_home") & (pl.col("date") > pl.col("stay_end"))).select(
        "mdtrt_id"
    )
    found = (
        late.join(booked_late, on="mdtrt_id", how="anti")
        # what is posted in one go is bookkeeping: treatments come one after another
        .filter((pl.col("time").n_unique() == pl.len()).over("mdtrt_id"))
        .filter((pl.col("date") > pl.col("stay_end")).any().over("mdtrt_id"))
        .group_by("fixmedins_code", "psn_no", "mdtrt_id", "left")
        .agg(
            pl.col("bkkp_sn").sort().alias("late"),
            pl.col("date").min().alias("occurred_from"),
            pl.col("date").max().alias("occurred_to"),
            pl.col("time").dt.hour().unique().alias("hours"),
            pl.col("hilist_name").unique().sort().head(4).str.join("、").alias("names"),
            pl.col("inscp_fen").sum().alias("worth"),
        )
    )
    totals = treatments.group_by("fixmedins_code").agg(stays=pl.col("mdtrt_id").n_unique().cast(pl.Int64))
    return pl.concat([found, totals], how="diagonal")


@rule(
    title_zh="出院后仍收取治疗费",
    title_en="Treated after discharge",
    kind=Kind.PHANTOM_SERVICE,
    certainty="suspected",
    scope="city",
    gz_code=None,
    legal_basis=("reg.15", "reg.20", "reg.40.3"),
    needs=("mdtrt_d", "fee_list_d"),
    params=(
        "chance_max",
        "days_max",
        "first_hour",
        "hours_after_min",
        "hours_min",
        "stays_min",
        "times_city_min",
        "trim_share",
        "usual_floor",
    ),
    exceptions=("refund",),
    extract=_treated_late,
)
def treated_after_discharge(t: Tables, p: Params) -> pl.LazyFrame:
    """Treatments by hand and machine dated on the days after the patient went home, as a house's habit.

    Such lines of a single stay may be bookkeeping, which is why ``charges_outside_stay`` leaves out the first days. Here they count up to
    ``days_max`` days after the discharge, and on its day from ``hours_after_min`` hours after it. Left out are stays whose drugs, bed or
    nursing were posted after the discharge too, several treatments posted at one moment, and what is stamped before ``first_hour``, when the day's
    books are closed. A house answers from ``stays_min`` such stays on, at ``times_city_min`` times the other houses' share of stays with treatments
    (the highest ``trim_share`` of them left out; at least ``usual_floor``), more than chance allows (binomial, ``chance_max``), and where the
    lines are spread over ``hours_min`` hours of the day: a clerk posts at one hour or two. One finding a stay. An honest house shows the records
    of treatment, or that the discharge was entered too early.
    """
    found = t.extracted.filter(pl.col("late").is_not_null()).drop("stays")
    counted = found.group_by("fixmedins_code").agg(
        after=pl.len().cast(pl.Int64), hours=pl.col("hours").list.explode(keep_nulls=False, empty_as_null=False).n_unique()
    )
    house = (
        t.extracted.filter(pl.col("stays").is_not_null())
        .group_by("fixmedins_code")
        .agg(pl.col("stays").sum())
        .join(counted, on="fixmedins_code", how="left")
        .with_columns(pl.col("after", "hours").fill_null(0))
    )
    habit = habitual(house, "after", "stays", p, least="stays_min").filter(pl.col("hours") >= p["hours_min"])
    return found.join(habit.select("fixmedins_code", "after", "stays", "usual"), on="fixmedins_code").select(
        "fixmedins_code",
        "psn_no",
        "mdtrt_id",
        pl.col("late").alias("bkkp_sns"),
        "occurred_from",
        "occurred_to",
        evidence=filled(
            "患者{}出院，此后仍收取{}等治疗{}条（{}至{}），涉及医保范围内金额{}元；本机构有治疗的住院{}次中{}次如此，全市其他机构为{}。须核对治疗记录和出院时间。",
            pl.col("left").dt.strftime("%Y-%m-%d %H:%M"),
            "names",
            pl.col("late").list.len(),
            "occurred_from",
            "occurred_to",
            yuan(pl.col("worth")),
            "stays",
            "after",
            percent(pl.col("usual")),
        ),
    )
