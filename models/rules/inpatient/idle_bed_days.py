from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.exceptions.maternity import maternity
from models.exceptions.misdated_stay import misdated_stay
from models.exceptions.oral_treatment import oral_treatment
from models.kinds import Kind
from models.rule import rule
from models.rules.inpatient._stays import houses, stay_lines
from models.wording import percent, span, yuan


def idle_days(t: Tables, p: Params) -> pl.LazyFrame:
    """Stays with the days strictly inside them on which anything was charged (``days``) and those that were idle; the idle days' lines."""
    inside = (pl.col("date") > pl.col("stay_begn")) & (pl.col("stay_end").is_null() | (pl.col("date") < pl.col("stay_end")))
    lines = misdated_stay.clear(stay_lines(t).filter(inside), t, p)
    care = (pl.col("role") != "hotel") & ~pl.col("take_home") & (pl.col("role") != "material")
    hotel = pl.col("role") == "hotel"
    # a bag of saline beside seventy yuan of bed and nursing is a fig leaf; a test or a treatment never is
    real = care & pl.col("role").is_in(["exam", "lab", "operation"])
    by_day = lines.group_by("mdtrt_id", "date").agg(
        real=real.sum(),
        care_fen=pl.col("fee_fen").filter(care).sum(),
        hotel_fen=pl.col("fee_fen").filter(hotel).sum(),
        bed=(hotel & pl.col("med_chrgitm_type").is_in(["01", "07"])).any(),
        bulk=(hotel & (pl.col("cnt") > 1)).any(),
        sns=pl.col("bkkp_sn").filter(hotel),
        fen=pl.col("inscp_fen").filter(hotel).sum(),
    )
    # where beds are charged in bulk (several days in one line) single days cannot be read
    readable = by_day.filter(~pl.col("bulk").any().over("mdtrt_id"))
    token = pl.col("care_fen") <= p["token_share"] * pl.col("hotel_fen")
    idle = readable.filter((pl.col("real") == 0) & token & pl.col("bed"))
    idle = oral_treatment.clear(idle, t, p).with_columns(idle=pl.lit(value=True))
    days = readable.join(idle.select("mdtrt_id", "date", "idle"), on=["mdtrt_id", "date"], how="left").with_columns(
        pl.col("idle").fill_null(value=False)
    )
    per_stay = days.group_by("mdtrt_id").agg(
        days=pl.len(),
        idle=pl.col("idle").sum(),
        bkkp_sns=pl.col("sns").filter("idle").explode().drop_nulls(),
        amount=pl.col("fen").filter("idle").sum(),
        occurred_from=pl.col("date").filter("idle").min(),
        occurred_to=pl.col("date").filter("idle").max(),
    )
    stays = maternity.clear(t.stays.select("mdtrt_id", "psn_no", "fixmedins_code", "begn_date", "los", "adm_dept_name"), t, p)
    return stays.join(per_stay, on="mdtrt_id", how="inner")


@rule(
    title_zh="挂床住院（只收床位护理、无诊疗）",
    title_en="Idle bed days",
    kind=Kind.BED_HANGING,
    certainty="suspected",
    scope="city",
    gz_code=None,
    legal_basis=("reg.15", "reg.38.1"),
    needs=("mdtrt_d", "fee_list_d"),
    params=("idle_days_min", "idle_share_low_intensity", "idle_share_min", "misdated_share", "oral_cover_days", "peer_margin", "token_share"),
    exceptions=("maternity", "oral_treatment", "misdated_stay", "refund"),
    extract=idle_days,
)
def idle_bed_days(t: Tables, p: Params) -> pl.LazyFrame:
    """Bed and nursing are charged on days on which nothing was done: no drug, injection, test, treatment or operation.

    A token (drugs and injections worth at most ``token_share`` of the day's bed and nursing, no test) does not make a day of treatment. The
    days of admission and discharge do not count, nor days covered by tablets dispensed earlier, nor stays whose beds are charged in bulk, nor
    childbed, whose quiet days are observation of mother and child. A stay is found from ``idle_days_min`` such days that are ``idle_share_min``
    of its inner days (``idle_share_low_intensity`` in psychiatric, rehabilitation and nursing houses) and exceed what is usual among its peers
    (the median house of the same kind) by ``peer_margin``: where little is done for everybody, as in long psychiatric care, doing little is not
    hanging. At issue are bed and nursing of the idle days.
    """
    care = houses(t).select("fixmedins_code", "fixmedins_name", "care_class")
    stays = t.extracted.join(care, on="fixmedins_code", how="left").with_columns(share=pl.col("idle") / pl.col("days"))
    house = stays.group_by("care_class", "fixmedins_code").agg(house_share=pl.col("idle").sum() / pl.col("days").sum())
    peers = house.group_by("care_class").agg(usual=pl.col("house_share").median())
    floor = pl.when(pl.col("care_class") == "general").then(p["idle_share_min"]).otherwise(p["idle_share_low_intensity"])
    hit = (pl.col("idle") >= p["idle_days_min"]) & (pl.col("share") >= pl.max_horizontal(floor, pl.col("usual") + p["peer_margin"]))
    return (
        stays.join(peers, on="care_class")
        .filter(hit)
        .select(
            "fixmedins_code",
            "psn_no",
            "mdtrt_id",
            "bkkp_sns",
            "occurred_from",
            "occurred_to",
            strength=(0.4 + 0.5 * pl.col("share")).clip(0.4, 0.9),
            evidence=filled(
                "患者{}起住院{}天，除入出院当日外的{}个计费日中有{}天（{}，占{}）只收床位、护理和诊查费，无检查检验、手术，药品治疗全无或仅象征性计收，"
                "也不在口服药疗程内；同类机构该比例中位数为{}。空床日床位护理等费用{}元。",
                "begn_date",
                "los",
                "days",
                "idle",
                span(pl.col("occurred_from"), pl.col("occurred_to")),
                percent(pl.col("share")),
                percent(pl.col("usual")),
                yuan(pl.col("amount")),
            ),
        )
    )
