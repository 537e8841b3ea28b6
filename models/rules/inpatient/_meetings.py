"""Who is to blame when a person is in two places: the hospital that charges the bed, or the place that treats somebody under the card."""

from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.tables import Tables
from models.exceptions.exam_by_referral import exam_by_referral
from models.rules.inpatient._chance import at_least
from models.rules.inpatient._elsewhere import WEIGHTS, events_elsewhere
from models.rules.inpatient._stays import dated_stays, stay_lines


def meetings(t: Tables, p: Params) -> pl.LazyFrame:
    """What tells who is to blame when somebody is in two places; rows of three kinds in ``row``.

    ``stay``: every stay with its money, its ``inner_days`` and how many of the charged ones held no substantive care (``bare_days``).
    ``event``: one day of one stay on which the person was seen ``elsewhere`` (``in_person``: more than a purchase, ``certain``: a hand
    laid on or a face recognised), ``cared``: whether the ward gave drugs, tests or treatment worth more than ``token_share`` of bed and
    nursing that day (null where nothing was charged, as in houses that post several days at once), ``hotel_sns`` and ``care_sns`` of the day.
    ``place``: persons with outpatient visits at each institution.
    """
    cleared = exam_by_referral.clear(events_elsewhere(t), t, p)
    hotel = pl.col("role") == "hotel"
    care = ~pl.col("role").is_in(["hotel", "material"]) & ~pl.col("take_home")
    days = (
        stay_lines(t)
        .group_by("mdtrt_id", "date")
        .agg(
            care_fen=pl.col("fee_fen").filter(care).sum(),
            bed_fen=pl.col("fee_fen").filter(hotel).sum(),
            hotel_sns=pl.col("bkkp_sn").filter(hotel),
            care_sns=pl.col("bkkp_sn").filter(care),
            hotel_fen=pl.col("inscp_fen").filter(hotel).sum(),
            hotel_fund=pl.when("case_paid").then(0).otherwise(pl.col("fund_fen")).filter(hotel).sum(),
        )
        .with_columns(cared=pl.col("care_fen") > p["token_share"] * pl.col("bed_fen"))
    )
    dated = (
        dated_stays(t)
        .join(stay_lines(t).group_by("mdtrt_id").agg(last_line=pl.col("date").max()), on="mdtrt_id", how="left")
        .select(
            "mdtrt_id",
            "psn_no",
            "fixmedins_code",
            "begn_date",
            pl.coalesce("last_day", "last_line", "begn_date").alias("last_day"),
            pl.col("inscp_fen").fill_null(0),
            pl.coalesce("drg_fund_fen", "fund_fen", 0).alias("paid_fen"),
        )
    )
    inner = (
        days.join(dated.select("mdtrt_id", "begn_date", "last_day"), on="mdtrt_id", how="inner")
        .filter((pl.col("date") > pl.col("begn_date")) & (pl.col("date") < pl.col("last_day")))
        .group_by("mdtrt_id")
        .agg(charged_days=pl.len(), bare_days=(~pl.col("cared")).sum())
    )
    stays = dated.join(inner, on="mdtrt_id", how="left").with_columns(
        row=pl.lit("stay"), inner_days=((pl.col("last_day") - pl.col("begn_date")).dt.total_days() - 1).clip(0)
    )
    seen = cleared.join(dated.select("mdtrt_id", "psn_no", "fixmedins_code", "begn_date", "last_day"), on="mdtrt_id", how="inner")
    events = seen.join(days, on=["mdtrt_id", "date"], how="left").with_columns(
        row=pl.lit("event"),
        weight=pl.col("what").replace_strict(WEIGHTS),
        certain=pl.col("what").is_in(["face", "hands"]),
        in_person=~pl.col("what").is_in(["shop", "shop_face"]),
    )
    places = t.visits.filter(~pl.col("inpatient")).group_by(pl.col("fixmedins_code").alias("elsewhere")).agg(visitors=pl.col("psn_no").n_unique())
    return pl.concat([stays, events.drop("care_fen", "bed_fen"), places.with_columns(row=pl.lit("place"))], how="diagonal_relaxed")


def crowded_places(rows: pl.LazyFrame, p: Params) -> pl.LazyFrame:
    """Outside places that treat the in-patients of several hospitals on cared-for days, far beyond what happens at other places.

    ``elsewhere there_stays there_persons there_houses visitors usual chance``. Needs ``place_persons_min``, ``place_houses_min`` hospitals, none with
    more than ``place_one_house_max`` of the stays, and a chance of at most ``chance_max`` against the other places' rate per visitor.
    """
    certain = rows.filter((pl.col("row") == "event") & pl.col("certain"))
    per_house = certain.filter("cared").group_by("elsewhere", "fixmedins_code").agg(n=pl.col("mdtrt_id").n_unique(), q=pl.col("psn_no").unique())
    per_place = per_house.group_by("elsewhere").agg(
        there_stays=pl.col("n").sum(),
        there_houses=pl.len(),
        one_house=pl.col("n").max() / pl.col("n").sum(),
        there_persons=pl.col("q").explode().n_unique(),
    )
    visitors = rows.filter(pl.col("row") == "place").group_by("elsewhere").agg(pl.col("visitors").sum())
    places = visitors.join(per_place, on="elsewhere", how="left").with_columns(pl.col("there_stays").fill_null(0))
    total = places.select(all_stays=pl.col("there_stays").sum(), all_visitors=pl.col("visitors").sum())
    return (
        places.join(total, how="cross")
        .with_columns(
            usual=((pl.col("all_stays") - pl.col("there_stays")) / (pl.col("all_visitors") - pl.col("visitors")).clip(1)).clip(p["place_usual_floor"])
        )
        .with_columns(chance=at_least("there_stays", "visitors", "usual"))
        .filter(
            (pl.col("there_persons") >= p["place_persons_min"])
            & (pl.col("there_houses") >= p["place_houses_min"])
            & (pl.col("one_house") <= p["place_one_house_max"])
            & (pl.col("chance") <= p["chance_max"])
        )
        .select("elsewhere", "there_stays", "there_persons", "there_houses", "visitors", "usual", "chance")
    )
