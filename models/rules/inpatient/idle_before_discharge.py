from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.exceptions.bed_day_paid import bed_day_paid
from models.exceptions.day_procedure import day_procedure
from models.exceptions.maternity import maternity
from models.exceptions.misdated_stay import misdated_stay
from models.exceptions.therapy_cycle import therapy_cycle
from models.kinds import Kind
from models.rule import rule
from models.rules.conduct._peers import others_rate
from models.rules.inpatient._chance import at_least
from models.rules.inpatient._stays import dated_stays, houses, stay_lines
from models.wording import percent, span, yuan

CLEARED = (day_procedure, maternity, therapy_cycle, bed_day_paid)


def tails(t: Tables, p: Params) -> pl.LazyFrame:
    """Finished stays that were not operated on, with the run of idle days just before the discharge: ``tail`` days, their lines and fees."""
    inside = (pl.col("date") > pl.col("stay_begn")) & (pl.col("date") < pl.col("stay_end"))
    lines = misdated_stay.clear(stay_lines(t).filter(inside.fill_null(value=False) & ~pl.col("take_home")), t, p)
    hotel = pl.col("role") == "hotel"
    days = lines.group_by("mdtrt_id", "date", "stay_end").agg(
        hotel_fen=pl.col("fee_fen").filter(hotel).sum(),
        care_fen=pl.col("fee_fen").filter(~hotel & (pl.col("role") != "material")).sum(),
        bulk=(hotel & (pl.col("cnt") > 1)).any(),
        sns=pl.col("bkkp_sn").filter(hotel),
        fen=pl.col("inscp_fen").filter(hotel).sum(),
    )
    # where beds are charged in bulk (several days in one line) single days cannot be read
    readable = days.filter(~pl.col("bulk").any().over("mdtrt_id"))
    idle = (pl.col("hotel_fen") > 0) & (pl.col("care_fen") <= p["token_share"] * pl.col("hotel_fen"))
    back = (pl.col("stay_end") - pl.col("date")).dt.total_days()
    busy = pl.when(~idle).then(back).min().over("mdtrt_id").fill_null(10_000)
    per_stay = (
        readable.with_columns(back=back, busy=busy)
        .filter(pl.col("back") < pl.col("busy"))
        .group_by("mdtrt_id")
        .agg(
            tail=pl.len(),
            # a day without any line breaks the run: nobody knows what was done on it
            whole=pl.len() == pl.col("back").max(),
            bkkp_sns=pl.col("sns").explode(),
            amount=pl.col("fen").sum(),
            idle_from=pl.col("date").min(),
            idle_to=pl.col("date").max(),
        )
    )
    stays = dated_stays(t).filter(pl.col("last_day").is_not_null() & (pl.col("los") >= p["los_min"]))
    stays = stays.filter(~pl.col("dscg_way").is_in(["2", "4", "5"]).fill_null(value=False))
    stays = stays.select("mdtrt_id", "psn_no", "fixmedins_code", "begn_date", "last_day", "los", "main_dx", "dscg_maindiag_name")
    for unit in CLEARED:
        stays = unit.clear(stays, t, p)
    return stays.join(per_stay, on="mdtrt_id", how="left")


@rule(
    title_zh="治疗结束后拖延出院",
    title_en="Idle days before discharge",
    kind=Kind.BED_HANGING,
    certainty="suspected",
    scope="city",
    gz_code=None,
    legal_basis=("reg.15", "reg.38.1"),
    needs=("mdtrt_d", "fee_list_d"),
    params=("chance_max", "los_min", "misdated_share", "stays_min", "tail_days_min", "times_usual", "token_share", "trim_share", "usual_floor"),
    exceptions=(*(unit.name for unit in CLEARED), "misdated_stay", "refund"),
    extract=tails,
)
def idle_before_discharge(t: Tables, p: Params) -> pl.LazyFrame:
    """Treatment has ended, the bed goes on being charged: a run of days before the discharge on which nothing was done but a token.

    A stay of at least ``los_min`` days has a tail when on each of its last ``tail_days_min`` days (the day of discharge apart) bed and nursing were
    charged, and drugs, tests and treatments together cost at most ``token_share`` of them. Tablets handed out before do not excuse it: whoever
    needs but tablets can take them at home. One such patient waits for a result or for relatives; found are houses with at least
    ``stays_min`` such stays, ``times_usual`` times the rate of the other houses of the kind (the highest ``trim_share`` of them left out),
    more than chance allows (binomial, ``chance_max``; the rate taken as at least ``usual_floor``). Operations, after which one waits for
    the wound, maternity, cycles, stays paid by the day, the dying and those who leave against advice are left out, as are
    psychiatric, rehabilitation and nursing houses. At issue are bed and nursing of the tail.
    """
    general = houses(t).filter(pl.col("care_class") == "general").select("fixmedins_code")
    has_tail = ((pl.col("tail") >= p["tail_days_min"]) & pl.col("whole")).fill_null(value=False)
    stays = t.extracted.join(general, on="fixmedins_code", how="semi").with_columns(has_tail=has_tail)
    house = (
        stays.group_by("fixmedins_code")
        .agg(house_stays=pl.len(), house_tails=pl.col("has_tail").sum())
        .with_columns(usual=others_rate(pl.col("house_tails"), pl.col("house_stays"), p["trim_share"]).clip(p["usual_floor"]))
        .with_columns(chance=at_least("house_tails", "house_stays", "usual"))
        .filter(
            (pl.col("house_tails") >= p["stays_min"])
            & (pl.col("house_tails") >= p["times_usual"] * pl.col("usual") * pl.col("house_stays"))
            & (pl.col("chance") <= p["chance_max"])
        )
    )
    return (
        stays.filter("has_tail")
        .join(house, on="fixmedins_code")
        .select(
            "fixmedins_code",
            "psn_no",
            "mdtrt_id",
            "bkkp_sns",
            occurred_from="idle_from",
            occurred_to="idle_to",
            strength=(0.4 + 0.5 * pl.col("house_tails") / pl.col("house_stays")).clip(0.4, 0.85),
            evidence=filled(
                "患者以{}（{}）住院{}共{}天，出院前连续{}天（{}）只收床位、护理和诊查费，药品、检查、治疗全无或仅象征性计收，床位护理等费用{}元；"
                "该院{}例非手术住院中{}例如此（{}），其他机构不超过{}。",
                pl.col("dscg_maindiag_name").fill_null("未填诊断名称"),
                pl.col("main_dx").fill_null("未编码"),
                span(pl.col("begn_date"), pl.col("last_day")),
                "los",
                "tail",
                span(pl.col("idle_from"), pl.col("idle_to")),
                yuan(pl.col("amount")),
                "house_stays",
                "house_tails",
                percent(pl.col("house_tails") / pl.col("house_stays")),
                percent(pl.col("usual")),
            ),
        )
    )
