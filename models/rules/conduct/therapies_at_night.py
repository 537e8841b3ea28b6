from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule
from models.rules.conduct._peers import habitual
from models.wording import percent, yuan

#: psychotherapy, physiotherapy and rehabilitation, Chinese therapies: given by a therapist at work
THERAPY = r"^00(?:311503|34|4[1-8])"


def _at_night(t: Tables, p: Params) -> pl.LazyFrame:
    """In-patients' therapies charged at night (rows with ``bkkp_sn``), and how many therapies every house charged (rows with ``lines``)."""
    therapies = t.lines.filter(
        pl.col("inpatient")
        & t.of_item((pl.col("list_type") == "201") & pl.col("hilist_code").str.contains(THERAPY))
        & (pl.col("time").dt.time() != pl.time(0, 0))
    )
    night = therapies.filter(pl.col("time").dt.hour().is_in(p["night_hours"])).select(
        "fixmedins_code", "psn_no", "mdtrt_id", "bkkp_sn", "hilist_name", "date", "inscp_fen", hour=pl.col("time").dt.hour()
    )
    return pl.concat([night, therapies.group_by("fixmedins_code").agg(lines=pl.len().cast(pl.Int64))], how="diagonal")


@rule(
    title_zh="深夜收取康复理疗、针灸推拿等治疗费",
    title_en="Therapies in the middle of the night",
    kind=Kind.PHANTOM_SERVICE,
    certainty="suspected",
    scope="city",
    gz_code=None,
    legal_basis=("reg.15", "reg.40.3", "base.problems2025"),
    needs=("fee_list_d",),
    params=("chance_max", "hours_min", "lines_min", "night_hours", "persons_min", "times_city_min", "trim_share", "usual_floor"),
    exceptions=("refund",),
    extract=_at_night,
)
def therapies_at_night(t: Tables, p: Params) -> pl.LazyFrame:
    """Physiotherapy, exercise, acupuncture, massage and psychotherapy of in-patients charged while therapists sleep.

    Many houses post the day's charges in one go late at night: that falls on one hour or two. A house answers where the charges are spread over
    ``hours_min`` of the hours of night (``night_hours``), are at least ``lines_min`` of ``persons_min`` persons, ``times_city_min`` times the
    other houses' share of their therapies (the highest ``trim_share`` of them left out; at least ``usual_floor``) and more than chance allows
    (binomial, ``chance_max``). Charges stamped midnight are a day's charge. One finding a visit. An honest house shows who treated, and when.
    """
    night = t.extracted.filter(pl.col("bkkp_sn").is_not_null()).drop("lines")
    counted = night.group_by("fixmedins_code").agg(
        found=pl.len().cast(pl.Int64), hours=pl.col("hour").n_unique(), persons=pl.col("psn_no").n_unique()
    )
    house = (
        t.extracted.filter(pl.col("lines").is_not_null())
        .group_by("fixmedins_code")
        .agg(pl.col("lines").sum())
        .join(counted, on="fixmedins_code", how="left")
        .with_columns(pl.col("found", "hours", "persons").fill_null(0))
    )
    spread = (pl.col("hours") >= p["hours_min"]) & (pl.col("persons") >= p["persons_min"])
    habit = (
        habitual(house, "found", "lines", p, least="lines_min")
        .filter(spread)
        .select("fixmedins_code", "found", "hours", "usual", share=pl.col("found") / pl.col("lines"))
    )
    return (
        night.join(habit, on="fixmedins_code")
        .group_by("fixmedins_code", "psn_no", "mdtrt_id", "found", "hours", "share", "usual")
        .agg(
            bkkp_sns=pl.col("bkkp_sn"),
            occurred_from=pl.col("date").min(),
            occurred_to=pl.col("date").max(),
            names=pl.col("hilist_name").unique().sort().head(4).str.join("、"),
            worth=pl.col("inscp_fen").sum(),
        )
        .select(
            "fixmedins_code",
            "psn_no",
            "mdtrt_id",
            "bkkp_sns",
            "occurred_from",
            "occurred_to",
            evidence=filled(
                "住院期间深夜收取{}等治疗{}条，涉及医保范围内金额{}元；本机构此类收费{}条，分散在{}个深夜钟点，占治疗明细{}，全市其他机构为{}。须核对治疗师排班和治疗记录。",
                "names",
                pl.col("bkkp_sns").list.len(),
                yuan(pl.col("worth")),
                "found",
                "hours",
                percent(pl.col("share")),
                percent(pl.col("usual")),
            ),
        )
    )
