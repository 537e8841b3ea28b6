from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.exceptions.family_account import family_account
from models.kinds import Kind
from models.rule import rule
from models.rules.inpatient._meetings import at_the_place, crowded_places, meetings
from models.rules.inpatient._stays import houses
from models.wording import span


def _purchases(t: Tables, p: Params) -> pl.LazyFrame:
    """The meetings of ``_meetings``, with only those lines of purchases elsewhere towards which the pooled fund paid."""
    rows = meetings(t, p).with_row_index("n")
    pooled = family_account.clear(t.lines.filter(~pl.col("inpatient")).select("mdtrt_id", "bkkp_sn"), t, p).select(sns="bkkp_sn")
    bought = rows.select("n", "sns").explode("sns").join(pooled, on="sns", how="semi").group_by("n").agg(pl.col("sns").sort())
    return rows.drop("sns").join(bought, on="n", how="left").drop("n")


@rule(
    title_zh="多家医院在院患者凭证在本药店购药（冒名）",
    title_en="Cards of persons in various hospitals used at one pharmacy",
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
        "place_usual_floor",
        "token_share",
    ),
    exceptions=("family_account", "refund"),
    extract=_purchases,
)
def bought_here_hospitalised_there(t: Tables, p: Params) -> pl.LazyFrame:
    """A pharmacy sells on the cards of people who lie in various hospitals on that day: somebody gathers and uses them.

    Relatives buy for a patient, and so do the patients of the hospital across the street. Found are pharmacies at which it is a pattern no
    family explains: at least ``place_persons_min`` persons from ``place_houses_min`` hospitals, no hospital with more than
    ``place_one_house_max`` of the stays, ``place_times_min`` times the other pharmacies' rate per customer and more than chance allows at it.
    Only days strictly inside the stay count on which the ward gave drugs, tests or treatment worth more than ``token_share`` of bed and
    nursing; purchases from the family's personal accounts are cleared, and days on which the terminal knew the patient's own face: he was out
    of bed. An honest answer would be relatives who stock up at a pharmacy between several hospitals. At issue are the pharmacy's lines of
    those days; the ward's care of the day is cited beside them.
    """
    places = crowded_places(t.extracted, p, treated_min=0).filter("shop")
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
            "参保人{}在{}住院，其间{}共{}天在本药店购药，而住院医院当日均有用药、检查或治疗；"
            "本药店共有{}家医院{}名在院患者（{}例次）如此，其他药店每千名购药者不超过{}例，疑为他人持其医保凭证购药。",
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
