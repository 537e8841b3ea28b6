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
from models.rules.inpatient._chance import at_least
from models.wording import percent, yuan


def following_days(t: Tables, p: Params) -> pl.LazyFrame:
    """Outpatient sessions by house (``sessions``, rows without person), and those on the day after another that make up for none.

    Of sessions on days in a row every second one is added, or, of two, the one on a weekday on which the person seldom comes. A session makes up
    for a missed one, or was moved, when the interval before the first or after the second of the two is longer by ``longer_hours`` than the
    person's long intervals (nine in ten are shorter).
    """
    apart = pl.col("hours").filter(pl.col("hours") >= p["hours_max"]).quantile(0.9).over("psn_no")
    counted = (
        with_weekday(sessions(t))
        .sort("psn_no", "time", "bkkp_sn")
        .with_columns(hours=(pl.col("time") - pl.col("time").shift(1).over("psn_no")).dt.total_minutes() / 60)
        .with_columns(
            next_day=pl.col("hours").is_between(p["hours_min"], p["hours_max"], closed="left").fill_null(value=False),
            longest=pl.max_horizontal(pl.col("hours").shift(1).over("psn_no"), pl.col("hours").shift(-1).over("psn_no")),
            usual=apart,
            # the pair with the intervals around it: a session moved within its week leaves three intervals as long as ever
            three=pl.col("hours").shift(1).over("psn_no") + pl.col("hours") + pl.col("hours").shift(-1).over("psn_no"),
        )
        # at the edge of the data nobody knows what came before or after
        .with_columns(moved=(pl.col("three") > pl.col("three").quantile(0.9).over("psn_no") - p["longer_hours"]).fill_null(value=True))
        # Monday, Tuesday, Wednesday: one was added, not two
        .with_columns(run=(~pl.col("next_day")).cum_sum().over("psn_no"))
        .with_columns(nth=pl.int_range(pl.len()).over("psn_no", "run"))
        .with_columns(
            # Friday, Sunday, Monday of one who comes Monday, Wednesday, Friday: Sunday was added, not Monday
            before_seldom=(pl.col("seldom").shift(1).over("psn_no") & ~pl.col("seldom")).fill_null(value=False),
            next_sn=pl.when("seldom").then(pl.col("bkkp_sn").shift(-1).over("psn_no")),
        )
    )
    judged = dialysis_induction.clear(acute_dialysis.clear(counted, t, p), t, p)
    second = judged.filter(
        pl.col("next_day") & (pl.col("nth") % 2 == 1) & (pl.col("longest") <= pl.col("usual") + p["longer_hours"]) & ~pl.col("moved")
    )
    first = judged.join(second.filter("before_seldom").select(next_sn="bkkp_sn"), on="next_sn", how="semi")
    # where the first of the two was cleared (an acute state, the first weeks), the second makes nobody's session one too many
    extra = pl.concat([second.filter(~pl.col("before_seldom")), first])
    lines = with_their_lines(t, extra).group_by("session").agg(pl.col("bkkp_sn").alias("lines"), pl.col("inscp_fen").sum().alias("worth"))
    rows = extra.join(lines, left_on="bkkp_sn", right_on="session").select("psn_no", "fixmedins_code", "date", "usual", "lines", "worth")
    houses = judged.group_by("fixmedins_code").agg(sessions=pl.len().cast(pl.Int64))
    return pl.concat([rows, houses], how="diagonal")


@rule(
    title_zh="连日透析（超出本人常规）",
    title_en="Dialysis on following days",
    kind=Kind.DIALYSIS_EXCESS,
    certainty="suspected",
    scope="city",
    gz_code=None,
    legal_basis=("reg.15", "reg.38.2", "reg.40.3"),
    needs=("fee_list_d",),
    params=("chance_max", "hours_max", "hours_min", "induction_days", "longer_hours", "persons_min", "sessions_min", "usual_floor"),
    exceptions=("acute_dialysis", "dialysis_induction", "refund"),
    extract=following_days,
)
def dialysis_on_following_days(t: Tables, p: Params) -> pl.LazyFrame:
    """Sessions slipped in on the day after a session, in a unit that does so far more often than the other units.

    Dialysis is every other day; a session ``hours_min`` to ``hours_max`` hours after the one before it is added, unless it makes up for a
    missed session or one was moved: then the interval before or after the two is longer by ``longer_hours`` than the person's long ones, or the
    three intervals around it together are shorter than the person's by less than that: as many sessions a week as ever. Of the two, the one on a
    weekday on which the person seldom comes is the added one.
    Even an added one may be needed (fluid, potassium). Found are units with
    ``sessions_min`` of them for ``persons_min`` persons, more than chance allows at the other units' rate (binomial, ``chance_max``).
    In-patient sessions and the first weeks of a new patient are cleared. One finding a person, unit and month; an honest unit would show
    orders for the additional session, treatment sheets and weights before and after.
    """
    rows = t.extracted
    added = rows.filter(pl.col("psn_no").is_not_null()).drop("sessions")
    per_house = added.group_by("fixmedins_code").agg(house_added=pl.len(), persons=pl.col("psn_no").n_unique())
    house = (
        rows.filter(pl.col("psn_no").is_null())
        .group_by("fixmedins_code")
        .agg(pl.col("sessions").sum())
        .join(per_house, on="fixmedins_code", how="left")
        .with_columns(pl.col("house_added", "persons").fill_null(0))
        .with_columns(
            rate=((pl.col("house_added").sum() - pl.col("house_added")) / (pl.col("sessions").sum() - pl.col("sessions")).clip(1)).clip(
                p["usual_floor"]
            )
        )
        .with_columns(chance=at_least("house_added", "sessions", "rate"))
        .filter((pl.col("house_added") >= p["sessions_min"]) & (pl.col("persons") >= p["persons_min"]) & (pl.col("chance") <= p["chance_max"]))
    )
    return (
        added.join(house, on="fixmedins_code")
        .with_columns(month=pl.col("date").dt.truncate("1mo"))
        .group_by("psn_no", "fixmedins_code", "month", "sessions", "house_added", "rate")
        .agg(
            pl.col("lines").list.explode(keep_nulls=False, empty_as_null=False).unique().alias("bkkp_sns"),
            pl.col("date").min().alias("occurred_from"),
            pl.col("date").max().alias("occurred_to"),
            pl.len().alias("n"),
            pl.col("date").dt.strftime("%m-%d").sort().str.join("、").alias("on"),
            pl.col("usual").first(),
            pl.col("worth").sum(),
        )
        .select(
            "fixmedins_code",
            "psn_no",
            "bkkp_sns",
            "occurred_from",
            "occurred_to",
            strength=(0.35 + 0.1 * pl.col("n")).clip(upper_bound=0.7),
            evidence=filled(
                "{}该参保人在前次透析次日又记透析{}次（{}），其前后间隔均未超过本人平时的{}小时左右，不属缺透补透或改期；"
                "涉及医保范围内金额{}元。本机构{}次门诊透析中{}次如此，其他机构不超过{}。",
                pl.col("month").dt.strftime("%Y年%m月"),
                "n",
                "on",
                pl.col("usual").round().cast(pl.Int64),
                yuan(pl.col("worth")),
                "sessions",
                "house_added",
                percent(pl.col("rate")),
            ),
        )
    )
