from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.exceptions.maternity import maternity
from models.exceptions.therapy_cycle import therapy_cycle
from models.kinds import Kind
from models.rule import rule
from models.rules.conduct._peers import others_rate
from models.rules.inpatient._bed_days import bed_days
from models.rules.inpatient._chance import at_least
from models.rules.inpatient._stays import dated_stays, houses, stay_lines
from models.wording import percent, span, yuan

CLEARED = (maternity, therapy_cycle)


def weekends_of_stays(t: Tables, p: Params) -> pl.LazyFrame:
    """Finished stays without operation that have ``weekend_days_min`` Saturdays and Sundays and ``weekdays_min`` other days inside: how many, how
    many of either were idle, and the idle weekend's lines."""
    weekend, idle = pl.col("date").dt.weekday() > 5, pl.col("idle")
    per_stay = (
        bed_days(t, p)
        .group_by("mdtrt_id")
        .agg(
            weekend=weekend.sum(),
            weekend_idle=(weekend & idle).sum(),
            weekdays=(~weekend).sum(),
            weekdays_idle=(~weekend & idle).sum(),
            bkkp_sns=pl.col("sns").filter(weekend & idle).explode(),
            amount=pl.col("fen").filter(weekend).sum(),
            idle_from=pl.col("date").filter(weekend & idle).min(),
            idle_to=pl.col("date").filter(weekend & idle).max(),
        )
        .filter((pl.col("weekend") >= p["weekend_days_min"]) & (pl.col("weekdays") >= p["weekdays_min"]))
    )
    # who is to be operated on on Monday waits over the weekend
    operated = stay_lines(t).filter(pl.col("role") == "operation").select("mdtrt_id").unique()
    stays = dated_stays(t).filter(pl.col("last_day").is_not_null()).join(operated, on="mdtrt_id", how="anti")
    stays = stays.select("mdtrt_id", "psn_no", "fixmedins_code", "begn_date", "last_day", "los", "main_dx", "dscg_maindiag_name")
    for unit in CLEARED:
        stays = unit.clear(stays, t, p)
    return stays.join(per_stay, on="mdtrt_id")


@rule(
    title_zh="周末空床（周一至周五治疗、周末只收床位）",
    title_en="Beds empty at weekends",
    kind=Kind.BED_HANGING,
    certainty="suspected",
    scope="city",
    gz_code=None,
    legal_basis=("reg.15", "reg.38.1"),
    needs=("mdtrt_d", "fee_list_d"),
    params=(
        "chance_max",
        "misdated_share",
        "stays_min",
        "times_usual",
        "token_share",
        "trim_share",
        "usual_floor",
        "weekday_idle_max",
        "weekdays_min",
        "weekend_days_min",
        "weekend_idle_min",
    ),
    exceptions=(*(unit.name for unit in CLEARED), "misdated_stay", "refund"),
    extract=weekends_of_stays,
)
def idle_weekends(t: Tables, p: Params) -> pl.LazyFrame:
    """Patients are treated from Monday to Friday and are at home at the weekend, while bed and nursing go on being charged.

    A stay counts when at least ``weekend_days_min`` Saturdays and Sundays and ``weekdays_min`` other days lie strictly inside it, at least
    ``weekend_idle_min`` of the former were idle (bed and nursing, drugs and treatment worth at most ``token_share`` of them, no test) and at
    most ``weekday_idle_max`` of the latter. Tablets handed out on Friday do not excuse it: whoever needs but tablets can take them at home.
    Where the therapists are off but drugs go on, the weekend is not idle. One such patient may wait for Monday; found are houses with at least
    ``stays_min`` such stays, ``times_usual`` times the rate of the other houses (the highest ``trim_share`` of them left out), more than
    chance allows (binomial, ``chance_max``; the rate taken as at least ``usual_floor``). Stays with an operation, for which one waits over
    the weekend, maternity and cycles such as radiotherapy, which is given on weekdays, are left out, as are psychiatric, rehabilitation and
    nursing houses. At issue are bed and nursing of the idle weekend days. An honest house would show the ward round of the Sunday.
    """
    general = houses(t).filter(pl.col("care_class") == "general").select("fixmedins_code")
    off = (pl.col("weekend_idle") >= p["weekend_days_min"]) & (pl.col("weekend_idle") >= p["weekend_idle_min"] * pl.col("weekend"))
    stays = t.extracted.join(general, on="fixmedins_code", how="semi").with_columns(
        off=off & (pl.col("weekdays_idle") <= p["weekday_idle_max"] * pl.col("weekdays"))
    )
    house = (
        stays.group_by("fixmedins_code")
        .agg(house_stays=pl.len(), house_off=pl.col("off").sum(), persons=pl.col("psn_no").filter("off").n_unique())
        .with_columns(usual=others_rate(pl.col("house_off"), pl.col("house_stays"), p["trim_share"]).clip(p["usual_floor"]))
        .with_columns(chance=at_least("house_off", "house_stays", "usual"), share=pl.col("house_off") / pl.col("house_stays"))
        .filter(
            (pl.col("persons") >= p["stays_min"]) & (pl.col("share") >= p["times_usual"] * pl.col("usual")) & (pl.col("chance") <= p["chance_max"])
        )
    )
    return (
        stays.filter("off")
        .join(house, on="fixmedins_code")
        .select(
            "fixmedins_code",
            "psn_no",
            "mdtrt_id",
            "bkkp_sns",
            occurred_from="idle_from",
            occurred_to="idle_to",
            strength=(0.4 + pl.col("share")).clip(0.4, 0.85),
            evidence=filled(
                "患者以{}（{}）住院{}共{}天，期间{}个周末日中有{}天只收床位、护理和诊查费，药品、检查、治疗全无或仅象征性计收，而其余{}天中{}天有诊疗；"
                "周末空床日床位护理等费用{}元。该院跨周末的非手术住院{}例中{}例如此（{}），其他机构不超过{}。",
                pl.col("dscg_maindiag_name").fill_null("未填诊断名称"),
                pl.col("main_dx").fill_null("未编码"),
                span(pl.col("begn_date"), pl.col("last_day")),
                "los",
                "weekend",
                "weekend_idle",
                "weekdays",
                pl.col("weekdays") - pl.col("weekdays_idle"),
                yuan(pl.col("amount")),
                "house_stays",
                "house_off",
                percent(pl.col("share")),
                percent(pl.col("usual")),
            ),
        )
    )
