from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule
from models.rules.inpatient._meetings import at_the_place, crowded_places, meetings
from models.rules.inpatient._stays import houses
from models.wording import span


@rule(
    title_zh="他院住院患者在本院被诊疗（疑似冒名）",
    title_en="Treated here while lying in hospitals elsewhere",
    kind=Kind.IMPERSONATION,
    certainty="suspected",
    scope="city",
    gz_code=None,
    legal_basis=("reg.15", "reg.17", "reg.40.1", "reg.41.1", "reg.41.last"),
    needs=("mdtrt_d", "fee_list_d"),
    params=(
        "chance_max",
        "place_houses_min",
        "place_one_house_max",
        "place_persons_min",
        "place_times_min",
        "place_treated_min",
        "place_usual_floor",
        "token_share",
    ),
    exceptions=("exam_by_referral", "refund"),
    extract=meetings,
    version="2",
)
def treated_here_hospitalised_there(t: Tables, p: Params) -> pl.LazyFrame:
    """A place treats people who, on that day, lie in various hospitals and are being cared for there: somebody else bears their cards.

    One such visit may be a mistake of either side and accuses nobody. Found are places at which it is a pattern: at least
    ``place_persons_min`` persons from ``place_houses_min`` hospitals, ``place_treated_min`` of them with a hand laid on, no hospital with more
    than ``place_one_house_max`` of the stays (else the hospital may be the one that hangs beds, see elsewhere_during_stay), ``place_times_min``
    times the other places' rate per visitor and more than chance allows at it. Only days strictly inside the stay count on which the ward gave
    drugs, tests or treatment worth more than ``token_share`` of bed and nursing, and on which the place's terminal did not know the patient's
    own face; dialysis, samples sent out and tests at an equal or higher hospital are cleared. Pharmacies are the matter of
    bought_here_hospitalised_there. At issue are the place's own lines of those days; the ward's care of the day is cited beside them.
    """
    places = crowded_places(t.extracted, p, treated_min=p["place_treated_min"]).filter(~pl.col("shop"))
    names = houses(t).select("fixmedins_code", "fixmedins_name")
    return at_the_place(t.extracted, places, names).select(
        pl.col("elsewhere").alias("fixmedins_code"),
        "psn_no",
        "bkkp_sns",
        "related_bkkp_sns",
        "occurred_from",
        "occurred_to",
        strength=(0.5 + 0.05 * pl.col("there_persons")).clip(0.6, 0.9),
        evidence=filled(
            "参保人{}在{}住院，其间{}共{}天在该机构就诊，而住院医院当日均有用药、检查或治疗；"
            "该机构共有{}家医院{}名在院患者（{}例次）如此，其他机构每千名就诊者不超过{}例，疑为他人持其医保凭证就医。",
            span(pl.col("begn_date"), pl.col("last_day")),
            pl.col("fixmedins_name").fill_null("其他医院"),
            span(pl.col("occurred_from"), pl.col("occurred_to")),
            "days",
            "there_houses",
            "there_persons",
            "there_stays",
            (1000 * pl.col("usual")).round(1),
        ),
    )
