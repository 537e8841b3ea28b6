from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.tables import Tables
from models.exceptions.exam_by_referral import exam_by_referral
from models.kinds import Kind
from models.rule import rule
from models.rules.inpatient._chance import at_least
from models.rules.inpatient._elsewhere import WEIGHTS, events_elsewhere
from models.rules.inpatient._stays import dated_stays, houses, stay_lines
from models.wording import percent, span


def absences(t: Tables, p: Params) -> pl.LazyFrame:
    """All stays; with what was seen of the person elsewhere, the hotel lines of those days, and the weight of the evidence."""
    events = exam_by_referral.clear(events_elsewhere(t), t, p).with_columns(weight=pl.col("what").replace_strict(WEIGHTS))
    names = houses(t).select(pl.col("fixmedins_code").alias("elsewhere"), pl.col("fixmedins_name").alias("there"))
    word = pl.col("what").replace_strict({"face": "人脸识别", "hands": "就诊检查治疗", "visit": "门诊", "shop_face": "人脸识别", "shop": "购药"})
    seen = (
        events.join(names, on="elsewhere", how="left")
        .sort("mdtrt_id", "date", "elsewhere", "what")
        .group_by("mdtrt_id")
        .agg(
            days=pl.col("date").n_unique(),
            weight=pl.col("weight").sum(),
            certain=pl.col("what").is_in(["face", "hands"]).any(),
            in_person=~pl.col("what").is_in(["shop", "shop_face"]).all(),
            related_bkkp_sns=pl.col("sns").explode().drop_nulls().unique(),
            said=pl.format("{}在{}{}", "date", pl.col("there").fill_null("其他机构"), word).head(4).str.join("、"),
        )
    )
    on_days = (
        stay_lines(t)
        .join(events.select("mdtrt_id", "date").unique(), on=["mdtrt_id", "date"], how="semi")
        .filter(pl.col("role") == "hotel")
        .group_by("mdtrt_id")
        .agg(
            bkkp_sns=pl.col("bkkp_sn"),
            hotel_fen=pl.col("inscp_fen").sum(),
            hotel_fund=pl.when("case_paid").then(0).otherwise(pl.col("fund_fen")).sum(),
        )
    )
    stays = dated_stays(t).select(
        "mdtrt_id",
        "psn_no",
        "fixmedins_code",
        "begn_date",
        pl.coalesce("last_day", "end_date", "begn_date").alias("last_day"),
        pl.col("inscp_fen").fill_null(0),
        pl.coalesce("drg_fund_fen", "fund_fen", 0).alias("paid_fen"),
    )
    return stays.join(seen, on="mdtrt_id", how="left").join(on_days, on="mdtrt_id", how="left")


@rule(
    title_zh="挂床住院（住院期间在他处活动）",
    title_en="Elsewhere during a stay",
    kind=Kind.BED_HANGING,
    certainty="suspected",
    scope="city",
    gz_code=None,
    legal_basis=("reg.15", "reg.38.1", "reg.40.last"),
    needs=("mdtrt_d", "fee_list_d"),
    params=("chance_max", "house_persons_min", "house_stays_min", "usual_floor"),
    exceptions=("exam_by_referral", "refund"),
    extract=absences,
)
def elsewhere_during_stay(t: Tables, p: Params) -> pl.LazyFrame:
    """The bed is charged while its patient is seen elsewhere: examined or treated, recognised by a terminal, in consultation, shopping for drugs.

    Only days strictly inside the stay count; dialysis elsewhere, samples sent out and tests at an equal or higher hospital are cleared.
    A hand laid on the patient, or a face recognised in a clinic or ward, is evidence by itself. A consultation with drugs only, a walk to
    the shop or a purchase may be a relative's errand or an hour's leave: it counts only in a house where such visits are a habit, at
    least ``house_stays_min`` stays of ``house_persons_min`` persons and more than chance allows at the rest of the city's rate
    (binomial, ``chance_max``).
    One lone event puts the charges of that day at issue; several days, or a house with the habit, the whole stay.
    """
    stays = t.extracted.with_columns(hit=pl.col("in_person").fill_null(value=False))
    total = stays.select(all_stays=pl.len(), all_hits=pl.col("hit").sum())
    habit = (
        stays.group_by("fixmedins_code")
        .agg(house_stays=pl.len(), house_hits=pl.col("hit").sum(), house_persons=pl.col("psn_no").filter("hit").n_unique())
        .join(total, how="cross")
        .with_columns(
            usual=((pl.col("all_hits") - pl.col("house_hits")) / (pl.col("all_stays") - pl.col("house_stays")).clip(1)).clip(p["usual_floor"])
        )
        .with_columns(chance=at_least("house_hits", "house_stays", "usual"))
        .with_columns(
            habitual=(pl.col("house_hits") >= p["house_stays_min"])
            & (pl.col("house_persons") >= p["house_persons_min"])
            & (pl.col("chance") <= p["chance_max"])
        )
    )
    found = (
        stays.filter(pl.col("weight").is_not_null())
        .join(habit, on="fixmedins_code")
        .filter(pl.col("certain") | pl.col("habitual"))
        .with_columns(whole=pl.col("habitual") | ((pl.col("days") >= 2) & (pl.col("weight") >= 1.5)))
    )
    return found.select(
        "fixmedins_code",
        "psn_no",
        "mdtrt_id",
        "bkkp_sns",
        "related_bkkp_sns",
        occurred_from="begn_date",
        occurred_to="last_day",
        amount_fen=pl.when("whole").then("inscp_fen").otherwise(pl.col("hotel_fen").fill_null(0)),
        loss_fen=pl.when("whole").then("paid_fen").otherwise(pl.col("hotel_fund").fill_null(0)),
        strength=(pl.when("habitual").then(0.6).otherwise(0.4) + 0.15 * pl.col("weight")).clip(0.4, 0.95),
        evidence=pl.format(
            "患者在该院住院{}并计收床位、护理费，期间（不含入出院当日）{}，共{}天不在床；已排除外出检查、外检和院外透析。"
            "该院{}例住院中{}例有此情形，占{}，全市其余机构为{}。",
            span(pl.col("begn_date"), pl.col("last_day")),
            "said",
            "days",
            "house_stays",
            "house_hits",
            percent(pl.col("house_hits") / pl.col("house_stays")),
            percent(pl.col("usual")),
        ),
    )
