from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.once import at_hand
from features.shared.text import filled
from features.tables import Tables
from models.exceptions.maternity import maternity
from models.exceptions.planned_readmission import planned_readmission
from models.exceptions.therapy_cycle import therapy_cycle
from models.exceptions.transfer import transfer
from models.kinds import Kind
from models.rule import rule
from models.rules.conduct._peers import others_rate
from models.rules.inpatient._chance import at_least
from models.rules.inpatient._stays import dated_stays, houses
from models.wording import percent, span, yuan

CLEARED = (therapy_cycle, planned_readmission, maternity, transfer)


def long_stays(t: Tables, p: Params) -> pl.LazyFrame:
    """Finished stays of at least ``days_min`` days; where the person was back at once, the length of the stay and the second stay (``next_id``)."""
    stays = dated_stays(t).filter(pl.col("last_day").is_not_null() & pl.col("settled"))
    persons, order = ["psn_no", "fixmedins_code"], ["begn_date", "mdtrt_id"]
    later = {
        name: pl.col(name).shift(-1).over(persons, order_by=order).alias(f"next_{name}")
        for name in ("mdtrt_id", "begn_date", "last_day", "main_dx", "dscg_maindiag_name", "case_paid")
    }
    paid = pl.coalesce("drg_fund_fen", "fund_fen", 0)
    chains = (
        stays.with_columns(paid_fen=paid)
        .with_columns(*later.values(), next_paid_fen=pl.col("paid_fen").shift(-1).over(persons, order_by=order))
        .with_columns(
            length=(pl.col("last_day") - pl.col("begn_date")).dt.total_days(), gap=(pl.col("next_begn_date") - pl.col("last_day")).dt.total_days()
        )
        .filter(pl.col("length") >= p["days_min"])
    )
    home = ~pl.col("dscg_way").fill_null("1").is_in(["2", "4", "5"])
    same = pl.col("main_dx").str.slice(0, 2) == pl.col("next_main_dx").str.slice(0, 2)
    # accounts are closed at the year's end everywhere
    turn = (pl.col("last_day").dt.ordinal_day() >= p["year_end_day"]) | (pl.col("last_day").dt.ordinal_day() <= p["year_begin_day"])
    cut = chains.filter(home & same & pl.col("gap").is_between(0, p["gap_days"]) & ~turn).select("psn_no", mdtrt_id="next_mdtrt_id", first="mdtrt_id")
    for unit in CLEARED:
        cut = unit.clear(cut, t, p)
    return chains.join(cut.select(mdtrt_id="first").with_columns(cut=pl.lit(value=True)), on="mdtrt_id", how="left").select(
        "fixmedins_code",
        "psn_no",
        pl.col("next_mdtrt_id").alias("next_id"),
        "begn_date",
        "last_day",
        "next_begn_date",
        "next_last_day",
        "next_main_dx",
        "next_dscg_maindiag_name",
        "next_paid_fen",
        "next_case_paid",
        "length",
        "gap",
        cut=pl.col("cut").fill_null(value=False),
    )


@rule(
    title_zh="长期住院满限即出、当日再入",
    title_en="Stays cut at one length",
    kind=Kind.SPLIT_STAY,
    certainty="suspected",
    scope="city",
    gz_code="GZ10000204001000",
    legal_basis=("reg.15", "reg.38.1", "impl.23", "impl.35"),
    needs=("mdtrt_d", "setl_d"),
    params=(
        "chance_max",
        "days_min",
        "gap_days",
        "habit_chance_max",
        "habit_peers_min",
        "habit_persons_min",
        "habit_times_usual",
        "habit_usual_floor",
        "persons_min",
        "slack_days",
        "trim_share",
        "usual_floor",
        "year_begin_day",
        "year_end_day",
    ),
    exceptions=tuple(unit.name for unit in CLEARED),
    loss="stay",
    extract=long_stays,
    version="2",
)
def stays_cut_at_limit(t: Tables, p: Params) -> pl.LazyFrame:
    """A house sends its long patients home after so many days, each after as many as the others, and has them back the same or the next day.

    Illness does not end on the same day for everybody, a limit does: the days from which the rate falls, the deductible is due anew or a long
    stay must be accounted for. Counted are stays of at least ``days_min`` days that ended at home and were followed within
    ``gap_days`` by one at the same house for a disease of the same block. Found are houses at which at least ``persons_min`` persons were cut
    after one and the same length (within ``slack_days``) and more than chance allows (binomial, ``chance_max``) were lengths of such stays
    spread as those of the other long stays of the houses of this kind of care, no less than ``usual_floor`` on one length; there other
    lengths shared by as many persons are told too. Where limits differ by disease the lengths do too; then the habit itself tells: cuts of
    ``habit_persons_min`` persons in a share of the house's long stays ``habit_times_usual`` times that of the other houses of its kind of care
    (at least ``habit_peers_min`` long stays, the highest ``trim_share`` of the houses left out, no less than ``habit_usual_floor``), which
    chance gives with at most ``habit_chance_max``. A stay that merely goes on is settled as interim within one visit and is none of these;
    accounts closed at the turn of the year (``year_end_day``, ``year_begin_day``), cycles, announced returns, transfers and maternity are
    cleared. Unlike split_stay it also judges stays paid by the day. At issue is the second stay; the fund lost its payment where it
    pays the case, not where it pays the days. An honest house would show the
    bureau's own rule to close accounts at that length.
    """
    care = houses(t).select("fixmedins_code", "fixmedins_name", "care_class")
    (stays,) = at_hand(t.extracted.join(care, on="fixmedins_code", how="left"))
    cuts = stays.filter("cut").select("fixmedins_code", "psn_no", "next_id", "length")
    alike = (
        cuts.join(cuts.select("fixmedins_code", other="psn_no", other_length="length"), on="fixmedins_code")
        .filter((pl.col("length") - pl.col("other_length")).abs() <= p["slack_days"])
        .group_by("fixmedins_code", "next_id", "length")
        .agg(persons=pl.col("other").n_unique(), here=pl.len())
    )
    total = cuts.group_by("fixmedins_code").agg(cuts=pl.len())
    # how many of the long stays that were not cut end at that length anyway, in all houses of the kind
    uncut = stays.filter(~pl.col("cut")).select("care_class", other_length="length")
    usual = (
        alike.join(care, on="fixmedins_code")
        .select("care_class", "length")
        .unique()
        .join(uncut, on="care_class")
        .group_by("care_class", "length")
        .agg(usual=((pl.col("length") - pl.col("other_length")).abs() <= p["slack_days"]).mean())
    )
    found = (
        alike.join(total, on="fixmedins_code")
        .join(care, on="fixmedins_code", how="left")
        .join(usual, on=["care_class", "length"], how="left")
        .with_columns(usual=pl.col("usual").fill_null(0.0).clip(p["usual_floor"]))
        .with_columns(chance=at_least("here", "cuts", "usual"))
        .filter(pl.col("persons") >= p["persons_min"])
        .filter(pl.col("chance").min().over("fixmedins_code") <= p["chance_max"])
        .select("fixmedins_code", "next_id", "persons", "cuts", "here", "usual")
    )
    habitual = (
        stays.group_by("fixmedins_code", "care_class")
        .agg(long=pl.len(), n_cut=pl.col("cut").sum(), n_persons=pl.col("psn_no").filter("cut").n_unique())
        .with_columns(
            elsewhere=others_rate(pl.col("n_cut"), pl.col("long"), p["trim_share"], over="care_class"),
            peers=pl.col("long").sum().over("care_class") - pl.col("long"),
        )
        .with_columns(rate=pl.col("elsewhere").clip(p["habit_usual_floor"]))
        .with_columns(chance=at_least("n_cut", "long", "rate"))
        .filter(
            (pl.col("peers") >= p["habit_peers_min"])
            & (pl.col("n_persons") >= p["habit_persons_min"])
            & (pl.col("n_cut") >= p["habit_times_usual"] * pl.col("rate") * pl.col("long"))
            & (pl.col("chance") <= p["habit_chance_max"])
        )
        .select("fixmedins_code", "long", "n_cut", "n_persons", "elsewhere")
    )
    at_one_length = filled(
        "该院长期住院后即时再入的{}例中，{}例（{}人）同样恰在满{}天前后出院，同类机构其他长期住院在该天数出院的不超过{}",
        "cuts",
        "here",
        "persons",
        "length",
        percent(pl.col("usual")),
    )
    by_habit = filled(
        "该院长期住院{}例中{}例（{}人）出院后即时再入（{}），同类其他机构为{}",
        "long",
        "n_cut",
        "n_persons",
        percent(pl.col("n_cut") / pl.col("long")),
        percent(pl.col("elsewhere")),
    )
    return (
        stays.filter("cut")
        .join(found, on=["fixmedins_code", "next_id"], how="left")
        .join(habitual, on="fixmedins_code", how="left")
        .filter(pl.col("here").is_not_null() | pl.col("n_cut").is_not_null())
        .select(
            "fixmedins_code",
            "psn_no",
            pl.col("next_id").alias("mdtrt_id"),
            occurred_from="begn_date",
            occurred_to="next_last_day",
            # the days of a stay paid by the day or by item would have been paid in one stay too
            loss_fen=pl.when("next_case_paid").then("next_paid_fen").otherwise(0),
            strength=(0.5 + 0.04 * pl.coalesce("persons", "n_persons")).clip(0.5, 0.9),
            evidence=filled(
                "患者{}住院满{}天出院，{}又以{}（{}）住进同一院{}；{}；非转院、非周期治疗、非跨年结账。后一次住院基金支付{}元。",
                span(pl.col("begn_date"), pl.col("last_day")),
                "length",
                pl.when(pl.col("gap") == 0).then(pl.lit("当日")).otherwise(pl.lit("次日")),
                pl.col("next_dscg_maindiag_name").fill_null("同类诊断"),
                "next_main_dx",
                span(pl.col("next_begn_date"), pl.col("next_last_day")),
                pl.coalesce(at_one_length, by_habit),
                yuan(pl.col("next_paid_fen")),
            ),
        )
    )
