from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.once import at_hand
from features.shared.text import filled
from features.tables import Tables
from models.exceptions.maternity import maternity
from models.kinds import Kind
from models.rule import rule
from models.rules.conduct._peers import others_rate
from models.rules.inpatient._bed_days import bed_days
from models.rules.inpatient._chance import at_least
from models.rules.inpatient._stays import dated_stays, houses
from models.wording import percent, span, yuan

#: Saturdays and Sundays are quieter than other days, and not equally so everywhere.
DAYS = {"weekend": pl.col("date").dt.weekday() > 5, "weekday": pl.col("date").dt.weekday() <= 5}


def long_stays(t: Tables, p: Params) -> pl.LazyFrame:
    """Finished stays of at least ``inner_days_min`` readable inner days, which are given in order (``days``: date, idle, lines, fen)."""
    days = bed_days(t, p).group_by("mdtrt_id").agg(n=pl.len(), days=pl.struct("date", "idle", "sns", "fen").sort_by("date"))
    stays = dated_stays(t).filter(pl.col("last_day").is_not_null())
    stays = maternity.clear(
        stays.select("mdtrt_id", "psn_no", "fixmedins_code", "begn_date", "last_day", "los", "main_dx", "dscg_maindiag_name"), t, p
    )
    low = houses(t).filter(pl.col("care_class") != "general").select("fixmedins_code", "care_class")
    return stays.join(days.filter(pl.col("n") >= p["inner_days_min"]), on="mdtrt_id").join(low, on="fixmedins_code")


@rule(
    title_zh="长期住院患者离院数周仍收床位护理",
    title_en="Away for weeks while the bed is charged",
    kind=Kind.BED_HANGING,
    certainty="suspected",
    scope="city",
    gz_code=None,
    legal_basis=("reg.15", "reg.38.1"),
    needs=("mdtrt_d", "fee_list_d"),
    params=(
        "chance_alone_max",
        "chance_max",
        "habit_chance_max",
        "habit_stays_min",
        "inner_days_min",
        "misdated_share",
        "run_days_min",
        "token_share",
        "treated_days_min",
        "trim_share",
        "usual_floor",
        "usual_max",
        "ward_treated_min",
    ),
    exceptions=("maternity", "misdated_stay", "refund"),
    extract=long_stays,
)
def away_for_weeks(t: Tables, p: Params) -> pl.LazyFrame:
    """A patient of a psychiatric, rehabilitation or nursing house is treated, then for weeks only bed and nursing are charged, then treated again.

    In such houses days without treatment are common, weeks of nothing in the middle of a treated stay are not: no drug, no therapy, no
    game in the day room. The longest run of idle days (bed and nursing, drugs and treatment worth at most ``token_share`` of them, no test) is
    judged when it has at least ``run_days_min`` days and the patient was treated again on ``treated_days_min`` days after it. Its chance
    is that of as many idle days in a row, at any place of the stay, when a day (weekends apart) is idle as often as in the patient's own
    other days, in the house's other days or in the like houses, whichever is most: who is always treated sparingly is not found. Days of runs
    this long are left out of these rates. A run of ``chance_alone_max`` or less is found by itself; one of ``chance_max`` where at least
    ``habit_stays_min`` patients of the house have one and that is more than chance allows at the like houses' rate (binomial,
    ``habit_chance_max``; the highest ``trim_share`` of them left out, the rate at least ``usual_floor``). Where
    more than ``usual_max`` of the like houses' stays have such runs, they are how care is given or posted, and nothing is found. The
    house's other patients must have been treated on at least ``ward_treated_min`` of the run's days on which there were any: a closed ward
    treats nobody. Where the habit stands, runs up to the discharge and of patients who lay there alone are found too. At issue are
    bed and nursing of the run. An honest house would show nursing notes; leave of absence in its record proves the bed was not slept in.
    """
    (stays,) = at_hand(t.extracted)
    (days,) = at_hand(_with_runs(stays, p))
    (runs,) = at_hand(_longest(days, p))
    judged = _with_chance(stays, days, runs)
    # on which days on which others lay in the house any of them was treated
    ward = days.group_by("fixmedins_code", "date").agg(treated=(~pl.col("idle")).any(), present=pl.len()).filter(pl.col("present") > 1)
    awake = (
        runs.select("mdtrt_id", "fixmedins_code", pl.date_ranges("run_from", "run_to").alias("date"))
        .explode("date")
        .join(ward, on=["fixmedins_code", "date"])
        .group_by("mdtrt_id")
        .agg(ward_treated=pl.col("treated").mean())
    )
    awake_enough = pl.col("ward_treated") >= p["ward_treated_min"]
    rare = (pl.col("chance") <= p["chance_max"]) & awake_enough.fill_null(value=True)
    away = (
        stays.join(judged.join(awake, on="mdtrt_id", how="left"), on="mdtrt_id", how="left")
        .with_columns(rare=rare.fill_null(value=False), back=(pl.col("after") >= p["treated_days_min"]).fill_null(value=False))
        .with_columns(away=pl.col("rare") & pl.col("back") & pl.col("ward_treated").is_not_null())
    )
    house = (
        away.group_by("fixmedins_code", "care_class")
        .agg(house_stays=pl.len(), house_away=pl.col("away").sum(), persons=pl.col("psn_no").filter("away").n_unique())
        .with_columns(others=others_rate(pl.col("house_away"), pl.col("house_stays"), p["trim_share"], over="care_class"))
        .with_columns(usual=pl.col("others").clip(p["usual_floor"]))
        .with_columns(house_chance=at_least("house_away", "house_stays", "usual"))
        .filter(pl.col("others") <= p["usual_max"])
        .with_columns(habit=(pl.col("persons") >= p["habit_stays_min"]) & (pl.col("house_chance") <= p["habit_chance_max"]))
        .drop("care_class")
    )
    return (
        away.filter("rare")
        .join(house, on="fixmedins_code")
        .filter(pl.col("habit") | (pl.col("away") & (pl.col("chance") <= p["chance_alone_max"])))
        .select(
            "fixmedins_code",
            "psn_no",
            "mdtrt_id",
            "bkkp_sns",
            occurred_from="run_from",
            occurred_to="run_to",
            strength=pl.when("habit").then(0.75).otherwise(0.6),
            evidence=filled(
                "患者以{}（{}）住院{}共{}天，其间{}连续{}天只收床位、护理和诊查费，药品、检查、治疗全无或仅象征性计收，{}"
                "（其余{}天中无诊疗的占{}；该院其他住院日占{}）；连续空床日床位护理等费用{}元。该院{}例长期住院中{}例如此，同类其他机构为{}。",
                pl.col("dscg_maindiag_name").fill_null("未填诊断名称"),
                pl.col("main_dx").fill_null("未编码"),
                span(pl.col("begn_date"), pl.col("last_day")),
                "los",
                span(pl.col("run_from"), pl.col("run_to")),
                "run_days",
                pl.when("back").then(pl.lit("而此后又有诊疗")).otherwise(pl.lit("直至出院")),
                "rest",
                percent(pl.col("own")),
                percent(pl.col("house_idle")),
                yuan(pl.col("amount")),
                "house_stays",
                "house_away",
                percent(pl.col("others")),
            ),
        )
    )


def _with_runs(stays: pl.LazyFrame, p: Params) -> pl.LazyFrame:
    """The stays' days, ``run`` numbering unbroken rows of days alike and ``long`` where it is an idle one of at least ``run_days_min`` days."""
    days = stays.select("mdtrt_id", "fixmedins_code", "care_class", "days").explode("days").unnest("days").sort("mdtrt_id", "date")
    # a day of which no bed was charged breaks the run: nobody knows what was done on it
    broken = (pl.col("date").diff() != pl.duration(days=1)) | (pl.col("idle") != pl.col("idle").shift(1))
    numbered = days.with_columns(run=broken.fill_null(value=True).cum_sum().over("mdtrt_id"))
    return numbered.with_columns(long=pl.col("idle") & (pl.len().over("mdtrt_id", "run") >= p["run_days_min"]))


def _longest(days: pl.LazyFrame, p: Params) -> pl.LazyFrame:
    """Of each stay the longest long run, one after which at least ``treated_days_min`` days were treated (``after``) before any other."""
    treated = ~pl.col("idle")
    return (
        days.with_columns(after=treated.sum().over("mdtrt_id") - treated.cum_sum().over("mdtrt_id", order_by="date"))
        .filter("long")
        .group_by("mdtrt_id", "fixmedins_code", "run")
        .agg(
            pl.col("after").first(),
            *(kind.sum().alias(f"run_{name}s") for name, kind in DAYS.items()),
            run_days=pl.len(),
            run_from=pl.col("date").min(),
            run_to=pl.col("date").max(),
            bkkp_sns=pl.col("sns").explode(),
            amount=pl.col("fen").sum(),
        )
        .sort(pl.col("after") >= p["treated_days_min"], "run_days", "run", descending=[True, True, False])
        .unique("mdtrt_id", keep="first", maintain_order=True)
    )


def _with_chance(stays: pl.LazyFrame, days: pl.LazyFrame, runs: pl.LazyFrame) -> pl.LazyFrame:
    """The runs with ``chance``, the patient's ``own`` and the house's ``house_idle`` share of idle days outside of long runs."""
    rest = days.filter(~pl.col("long"))
    own = rest.group_by("mdtrt_id").agg(rest=pl.len(), own=pl.col("idle").mean())
    idle_of = {name: pl.col("idle").filter(kind) for name, kind in DAYS.items()}
    counts = [column for name, idle in idle_of.items() for column in (idle.sum().alias(f"{name}_idle"), idle.len().alias(name))]
    house = rest.group_by("fixmedins_code", "care_class").agg(*counts, house_idle=pl.col("idle").mean())
    shares = []
    for name in DAYS:
        idle, all_days = pl.col(f"{name}_idle"), pl.col(name)
        others = (idle.sum().over("care_class") - idle) / (all_days.sum().over("care_class") - all_days)
        shares.append(pl.max_horizontal(idle / all_days, others).fill_nan(None).alias(f"q_{name}"))
    house = house.with_columns(shares).select("fixmedins_code", "house_idle", *(f"q_{name}" for name in DAYS))
    # so many places are there in the stay at which the run could begin
    starts = (pl.col("n") - pl.col("run_days") + 1).cast(pl.Float64)
    log_chance = pl.sum_horizontal(pl.col(f"run_{name}s") * pl.max_horizontal(f"q_{name}", "own").log() for name in DAYS)
    return (
        runs.drop("fixmedins_code")
        .join(own, on="mdtrt_id")
        .join(stays.select("mdtrt_id", "fixmedins_code", "n"), on="mdtrt_id")
        .join(house, on="fixmedins_code")
        .with_columns(chance=(starts * log_chance.exp()).clip(0.0, 1.0))
        .drop("fixmedins_code", "n")
    )
