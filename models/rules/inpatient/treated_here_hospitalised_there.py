from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule
from models.rules.inpatient._meetings import crowded_places, meetings
from models.rules.inpatient._stays import houses
from models.run_rules import empty_hits
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
    params=("chance_max", "place_houses_min", "place_one_house_max", "place_persons_min", "place_usual_floor", "token_share"),
    exceptions=("exam_by_referral", "refund"),
    extract=meetings,
)
def treated_here_hospitalised_there(t: Tables, p: Params) -> pl.LazyFrame:
    """A place treats people who, on that day, lie in various hospitals and are being cared for there: somebody else bears their cards.

    One such visit may be a mistake of either side and accuses nobody. Found are places at which it is a pattern: at least
    ``place_persons_min`` persons from ``place_houses_min`` hospitals, no hospital with more than ``place_one_house_max`` of the stays (else
    the hospital may be the one that hangs beds, see elsewhere_during_stay), and more than chance allows at other places' rate per visitor.
    Only days strictly inside the stay count on which the ward gave drugs, tests or treatment worth more than ``token_share`` of bed and nursing;
    dialysis, samples sent out and tests at an equal or higher hospital are cleared. Pharmacies cannot be found: relatives buy.
    At issue are the place's own lines of those days; the ward's care of the day is cited beside them.
    """
    rows = t.extracted
    places = crowded_places(rows, p).collect()
    if places.is_empty():
        return empty_hits()
    names = houses(t).select("fixmedins_code", "fixmedins_name")
    return (
        rows.filter((pl.col("row") == "event") & pl.col("cared") & pl.col("in_person") & (pl.col("sns").list.len() > 0))
        .join(places.lazy(), on="elsewhere", how="inner")
        .join(names, on="fixmedins_code", how="left")
        .sort("mdtrt_id", "date")
        .group_by(
            "elsewhere", "psn_no", "mdtrt_id", "begn_date", "last_day", "fixmedins_name", "there_stays", "there_persons", "there_houses", "usual"
        )
        .agg(
            bkkp_sns=pl.col("sns").explode().unique(),
            related_bkkp_sns=pl.col("care_sns").explode().unique(),
            occurred_from=pl.col("date").min(),
            occurred_to=pl.col("date").max(),
            days=pl.col("date").n_unique(),
        )
        .select(
            pl.col("elsewhere").alias("fixmedins_code"),
            "psn_no",
            "bkkp_sns",
            "related_bkkp_sns",
            "occurred_from",
            "occurred_to",
            strength=(0.5 + 0.05 * pl.col("there_persons")).clip(0.6, 0.9),
            evidence=pl.format(
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
    )
