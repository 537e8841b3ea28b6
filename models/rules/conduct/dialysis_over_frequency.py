from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.exceptions.acute_dialysis import acute_dialysis
from models.exceptions.dialysis_induction import dialysis_induction
from models.kinds import Kind
from models.rule import rule
from models.rules.conduct._dialysis import sessions, with_their_lines, with_weekday
from models.wording import yuan


@rule(
    title_zh="透析频次异常",
    title_en="Dialysis over frequency",
    kind=Kind.DIALYSIS_EXCESS,
    certainty="suspected",
    scope="person",
    gz_code="GZ10000102014000",
    legal_basis=("reg.15", "reg.38.2", "reg.40.3"),
    needs=("fee_list_d",),
    params=("sessions_a_month_max", "sessions_a_week_max", "sessions_a_week_usual", "surplus_a_month_min", "hours_between_min", "induction_days"),
    exceptions=("acute_dialysis", "dialysis_induction", "refund"),
)
def dialysis_over_frequency(t: Tables, p: Params) -> pl.LazyFrame:
    """More dialysis sessions of one person than treatment three times a week can explain.

    Three sessions a week give 12 to 14 in a calendar month; that is never touched. At fault are (1) a session that begins
    less than ``hours_between_min`` hours after the one before it, (2) the sessions of a week beyond ``sessions_a_week_max``,
    which leaves room for one caught up after a holiday, or beyond ``sessions_a_week_usual`` where a month has at least
    ``surplus_a_month_min`` such surplus sessions: nobody catches up week after week, (3) those of a month beyond
    ``sessions_a_month_max``. Sessions on a weekday on which the person seldom comes are taken first, then those with the shortest interval before
    them. Sessions as an in-patient
    and the first weeks of a new patient are cleared. One finding a person, unit and month. An honest unit would show
    treatment sheets, machine print-outs and weights before and after.
    """
    every = with_weekday(sessions(t))
    spaced = (
        every.sort("psn_no", "time", "bkkp_sn")
        .with_columns(hours=(pl.col("time") - pl.col("time").shift(1).over("psn_no")).dt.total_minutes() / 60)
        .with_columns(month=pl.col("date").dt.truncate("1mo"), week=pl.col("date").dt.truncate("1w"))
    )
    candidates = dialysis_induction.clear(acute_dialysis.clear(spaced, t, p), t, p)
    # of a week's sessions the one on a weekday that is not the person's is the one too many, then the one soonest after another
    short = pl.when("seldom").then(0).otherwise(10_000) + pl.col("hours").fill_null(999.0)
    ranked = (
        candidates.with_columns(
            close=pl.col("hours").fill_null(999.0) < p["hours_between_min"],
            in_month=pl.col("units").sum().over("psn_no", "month"),
            rank_month=short.rank("ordinal").over("psn_no", "month"),
            in_week=pl.col("units").sum().over("psn_no", "week"),
            rank_week=short.rank("ordinal").over("psn_no", "week"),
        )
        .with_columns(
            surplus=pl.col("rank_week") <= pl.col("in_week") - p["sessions_a_week_usual"],
        )
        .with_columns(surpluses=pl.col("surplus").sum().over("psn_no", "month"))
    )
    faulty = ranked.filter(
        pl.col("close")
        | (pl.col("units") > 1)
        | (pl.col("rank_month") <= pl.col("in_month") - p["sessions_a_month_max"])
        | (pl.col("rank_week") <= pl.col("in_week") - p["sessions_a_week_max"])
        | (pl.col("surplus") & (pl.col("surpluses") >= p["surplus_a_month_min"]))
    )
    taken = with_their_lines(t, faulty).group_by("session").agg(pl.col("bkkp_sn").alias("taken"), pl.col("inscp_fen").sum().alias("worth"))
    related = candidates.group_by("psn_no", "fixmedins_code", "month").agg(
        pl.col("bkkp_sn").alias("month_lines"), pl.col("units").sum().alias("here"), pl.col("date").n_unique().alias("days")
    )
    return (
        faulty.join(taken, left_on="bkkp_sn", right_on="session", how="inner")
        .group_by("psn_no", "fixmedins_code", "month")
        .agg(
            pl.col("taken").list.explode(keep_nulls=False, empty_as_null=False).unique().alias("bkkp_sns"),
            pl.col("date").min().alias("occurred_from"),
            pl.col("date").max().alias("occurred_to"),
            pl.len().alias("n"),
            pl.col("close").sum().alias("pairs"),
            pl.col("in_month").first(),
            pl.col("in_week").max(),
            pl.col("hours").filter(pl.col("close")).min().alias("least"),
            pl.col("worth").sum(),
        )
        .join(related, on=["psn_no", "fixmedins_code", "month"], how="left")
        .select(
            "fixmedins_code",
            "psn_no",
            "bkkp_sns",
            pl.col("month_lines").list.set_difference("bkkp_sns").alias("related_bkkp_sns"),
            "occurred_from",
            "occurred_to",
            strength=(0.4 + 0.1 * pl.col("n")).clip(upper_bound=0.95),
            evidence=filled(
                "{}该参保人共记血液透析{}次（其中本机构{}次、分布在{}天），单周最多{}次；常规透析每周3次、每月12至14次。"
                "本机构有{}次与前次间隔不足{}小时{}。超出常规的{}次及其同次耗材药品涉及医保范围内金额{}元。",
                pl.col("month").dt.strftime("%Y年%m月"),
                "in_month",
                "here",
                "days",
                "in_week",
                "pairs",
                pl.lit(str(p["hours_between_min"])),
                pl.when(pl.col("pairs") > 0).then(filled("（最短{}小时）", pl.col("least").round(1))).otherwise(pl.lit("")),
                "n",
                yuan(pl.col("worth")),
            ),
        )
    )
