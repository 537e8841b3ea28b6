from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule
from models.rules.inpatient._chance import at_least
from models.rules.inpatient._meetings import crowded_places, himself, meetings
from models.rules.inpatient._stays import houses
from models.wording import span

WORDS = {"face": "人脸识别", "hands": "就诊检查治疗", "visit": "门诊", "shop_face": "人脸识别", "shop": "购药"}


@rule(
    title_zh="挂床住院（住院期间在他处活动）",
    title_en="Elsewhere during a stay",
    kind=Kind.BED_HANGING,
    certainty="suspected",
    scope="city",
    gz_code=None,
    legal_basis=("reg.15", "reg.38.1", "reg.40.last"),
    needs=("mdtrt_d", "fee_list_d"),
    params=(
        "bare_share_min",
        "chance_max",
        "house_persons_min",
        "house_stays_min",
        "place_houses_min",
        "place_one_house_max",
        "place_persons_min",
        "place_times_min",
        "place_treated_min",
        "place_usual_floor",
        "shop_one_max",
        "shops_min",
        "token_share",
        "usual_floor",
    ),
    exceptions=("exam_by_referral", "refund"),
    extract=meetings,
    version="3",
)
def elsewhere_during_stay(t: Tables, p: Params) -> pl.LazyFrame:
    """The bed is charged while its patient is seen elsewhere: examined or treated, recognised by a terminal, in consultation, shopping for drugs.

    Only days strictly inside the stay count; dialysis elsewhere, samples sent out and tests at an equal or higher hospital are cleared.
    Two bills contradict each other, and either may be the false one. Where the outside place treats the in-patients of several hospitals
    on days on which these were cared for, that place answers (see treated_here_hospitalised_there), not the hospitals. The hospital
    answers where such stays are its habit: at least ``house_stays_min`` stays of ``house_persons_min`` persons, more than chance allows at
    the rest of the city's rate per inner day (binomial, ``chance_max``); purchases alone make a habit only when spread over at least
    ``shops_min`` pharmacies, none with more than ``shop_one_max`` of them, for relatives buy at the hospital's gate. Without a habit a stay
    is found only when a hand was laid on the patient, or the face recognised, elsewhere on a day on which the ward did nothing, and at
    least ``bare_share_min`` of the stay's inner days were like that: then the charges of that day are at issue. Houses of
    little hands-on care (nursing, rehabilitation, psychiatry), where such days are the rule, answer for a habit only.
    """
    rows = t.extracted
    places = crowded_places(rows, p, treated_min=p["place_treated_min"])
    events = (
        rows.filter(pl.col("row") == "event")
        .join(places.select("elsewhere", crowded=pl.lit(value=True)), on="elsewhere", how="left")
        .join(himself(rows).with_columns(himself=pl.lit(value=True)), on=["mdtrt_id", "date", "elsewhere"], how="left")
        .filter(~(pl.col("crowded").fill_null(value=False) & pl.col("cared").fill_null(value=True) & ~pl.col("himself").fill_null(value=False)))
    )
    stays = rows.filter(pl.col("row") == "stay").select(
        "mdtrt_id", "psn_no", "fixmedins_code", "begn_date", "last_day", "inscp_fen", "paid_fen", "inner_days", "bare_days", "charged_days"
    )
    named = houses(t)
    names = named.select(pl.col("fixmedins_code").alias("elsewhere"), pl.col("fixmedins_name").alias("there"))
    active = named.select("fixmedins_code", active=pl.col("care_class") == "general")
    seen = (
        events.join(names, on="elsewhere", how="left")
        .sort("mdtrt_id", "date", "elsewhere", "what")
        .group_by("mdtrt_id")
        .agg(
            days=pl.col("date").n_unique(),
            weight=pl.col("weight").sum(),
            proven=(pl.col("certain") & ~pl.col("cared").fill_null(value=True)).any(),
            in_person=pl.col("in_person").any(),
            related_bkkp_sns=pl.col("sns").explode().drop_nulls().unique(),
            said=filled("{}在{}{}", "date", pl.col("there").fill_null("其他机构"), pl.col("what").replace_strict(WORDS)).head(4).str.join("、"),
        )
    )
    on_days = (
        events.unique(["mdtrt_id", "date"], keep="first", maintain_order=True)
        .group_by("mdtrt_id")
        .agg(bkkp_sns=pl.col("hotel_sns").explode().drop_nulls(), hotel_fen=pl.col("hotel_fen").sum(), hotel_fund=pl.col("hotel_fund").sum())
    )
    stays = stays.join(seen, on="mdtrt_id", how="left").join(on_days, on="mdtrt_id", how="left")
    judged = stays.join(_habit(stays, "in_person", p), on="fixmedins_code").join(_shopping(stays, events, p), on="fixmedins_code")
    judged = judged.join(active, on="fixmedins_code", how="left")
    # a home for the old or a psychiatric ward does nothing but nurse on most days, and takes its patient to a physician when he needs one
    bare = pl.col("active") & (pl.col("bare_days") >= p["bare_share_min"] * pl.col("charged_days"))
    habitual = (pl.col("in_person") & pl.col("habitual")) | pl.col("shopping")
    found = judged.filter(pl.col("weight").is_not_null()).with_columns(
        habitual=habitual,
        lone=(pl.col("proven") & bare).fill_null(value=False),
        house_hits=pl.when("shopping").then("shop_hits").otherwise("house_hits"),
        usual=pl.when("shopping").then("shop_usual").otherwise("usual"),
    )
    return found.filter(pl.col("habitual") | pl.col("lone")).select(
        "fixmedins_code",
        "psn_no",
        "mdtrt_id",
        "bkkp_sns",
        "related_bkkp_sns",
        occurred_from="begn_date",
        occurred_to="last_day",
        amount_fen=pl.when("habitual").then("inscp_fen").otherwise(pl.col("hotel_fen").fill_null(0)),
        loss_fen=pl.when("habitual").then("paid_fen").otherwise(pl.col("hotel_fund").fill_null(0)),
        strength=(pl.when("habitual").then(0.6).otherwise(0.4) + 0.15 * pl.col("weight")).clip(0.4, 0.95),
        evidence=filled(
            "患者在该院住院{}并计收床位、护理费，期间（不含入出院当日）{}，共{}天不在床；已排除外出检查、外检和院外透析，"
            "也不属他处集中冒用在院患者医保凭证。该院{}例住院、{}个住院日中{}例有此情形，全市其余机构每千个住院日不超过{}例。",
            span(pl.col("begn_date"), pl.col("last_day")),
            "said",
            "days",
            "house_stays",
            "house_days",
            "house_hits",
            (1000 * pl.col("usual")).round(1),
        ),
    )


def _habit(stays: pl.LazyFrame, hit: str, p: Params) -> pl.LazyFrame:
    """Each house's stays with the flag ``hit``, against the other houses' rate per inner day: longer stays give more occasion."""
    mine = (
        stays.with_columns(hit=pl.col(hit).fill_null(value=False))
        .group_by("fixmedins_code")
        .agg(
            house_stays=pl.len(),
            house_days=pl.col("inner_days").sum(),
            house_hits=pl.col("hit").sum(),
            house_persons=pl.col("psn_no").filter("hit").n_unique(),
        )
    )
    total = mine.select(all_days=pl.col("house_days").sum(), all_hits=pl.col("house_hits").sum())
    return (
        mine.join(total, how="cross")
        .with_columns(
            usual=((pl.col("all_hits") - pl.col("house_hits")) / (pl.col("all_days") - pl.col("house_days")).clip(1)).clip(p["usual_floor"])
        )
        .with_columns(chance=at_least("house_hits", "house_days", "usual"))
        .with_columns(
            habitual=(pl.col("house_hits") >= p["house_stays_min"])
            & (pl.col("house_persons") >= p["house_persons_min"])
            & (pl.col("chance") <= p["chance_max"])
        )
        .drop("all_days", "all_hits")
    )


def _shopping(stays: pl.LazyFrame, events: pl.LazyFrame, p: Params) -> pl.LazyFrame:
    """``shopping``: the house's in-patients are seen outside, be it only at pharmacies, as a habit and at many different places."""
    spread = (
        events.group_by("fixmedins_code", "elsewhere")
        .agg(n=pl.len())
        .group_by("fixmedins_code")
        .agg(shops=pl.len(), one_shop=pl.col("n").max() / pl.col("n").sum())
    )
    any_event = stays.with_columns(any_event=pl.col("weight").is_not_null())
    return (
        _habit(any_event, "any_event", p)
        .join(spread, on="fixmedins_code", how="left")
        .select(
            "fixmedins_code",
            shop_hits="house_hits",
            shop_usual="usual",
            shopping=(pl.col("habitual") & (pl.col("shops") >= p["shops_min"]) & (pl.col("one_shop") <= p["shop_one_max"])).fill_null(value=False),
        )
    )
