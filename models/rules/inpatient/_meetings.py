"""Who is to blame when a person is in two places: the hospital that charges the bed, or the place that treats somebody under the card."""

from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.reference.items import PHARMACY_TYPE
from features.shared.once import once
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
    ``place``: persons with outpatient visits at each institution, ``shop`` when it is a pharmacy.
    """
    dated = _dated(t)
    days = _ward_days(t).with_columns(cared=pl.col("care_fen") > p["token_share"] * pl.col("bed_fen"))
    inner = (
        days.join(dated.select("mdtrt_id", "begn_date", "last_day"), on="mdtrt_id", how="inner")
        .filter((pl.col("date") > pl.col("begn_date")) & (pl.col("date") < pl.col("last_day")))
        .group_by("mdtrt_id")
        .agg(charged_days=pl.len(), bare_days=(~pl.col("cared")).sum())
    )
    stays = dated.join(inner, on="mdtrt_id", how="left").with_columns(
        row=pl.lit("stay"), inner_days=((pl.col("last_day") - pl.col("begn_date")).dt.total_days() - 1).clip(0)
    )
    events = (
        exam_by_referral.clear(events_elsewhere(t), t, p)
        .join(dated.select("mdtrt_id", "psn_no", "fixmedins_code", "begn_date", "last_day"), on="mdtrt_id", how="inner")
        .join(days, on=["mdtrt_id", "date"], how="left")
        .join(_lines_of_days(t), on=["mdtrt_id", "date"], how="left")
        .with_columns(
            row=pl.lit("event"),
            weight=pl.col("what").replace_strict(WEIGHTS),
            certain=pl.col("what").is_in(["face", "hands"]),
            in_person=~pl.col("what").is_in(["shop", "shop_face"]),
        )
    )
    return pl.concat([stays, events.drop("care_fen", "bed_fen"), _places(t).with_columns(row=pl.lit("place"))], how="diagonal_relaxed")


@once
def _ward_days(t: Tables) -> pl.LazyFrame:
    """``mdtrt_id date`` with the day's ``care_fen bed_fen hotel_fen hotel_fund``."""
    hotel, care = pl.col("role") == "hotel", _care()
    return (
        stay_lines(t)
        .group_by("mdtrt_id", "date")
        .agg(
            care_fen=pl.col("fee_fen").filter(care).sum(),
            bed_fen=pl.col("fee_fen").filter(hotel).sum(),
            hotel_fen=pl.col("inscp_fen").filter(hotel).sum(),
            hotel_fund=pl.when("case_paid").then(0).otherwise(pl.col("fund_fen")).filter(hotel).sum(),
        )
    )


def _care() -> pl.Expr:
    return ~pl.col("role").is_in(["hotel", "material"]) & ~pl.col("take_home")


@once
def _dated(t: Tables) -> pl.LazyFrame:
    """Every stay with ``begn_date last_day inscp_fen paid_fen``."""
    return (
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


@once
def _lines_of_days(t: Tables) -> pl.LazyFrame:
    """``hotel_sns care_sns`` of the ward's days with an event."""
    lines = stay_lines(t).join(events_elsewhere(t).select("mdtrt_id", "date").unique(), on=["mdtrt_id", "date"], how="semi")
    return lines.group_by("mdtrt_id", "date").agg(
        hotel_sns=pl.col("bkkp_sn").filter(pl.col("role") == "hotel"), care_sns=pl.col("bkkp_sn").filter(_care())
    )


@once
def _places(t: Tables) -> pl.LazyFrame:
    """Outpatient visitors of each institution."""
    bought = pl.col("med_type").str.slice(0, 2) == PHARMACY_TYPE
    return (
        t.visits.filter(~pl.col("inpatient"))
        .group_by(pl.col("fixmedins_code").alias("elsewhere"))
        .agg(visitors=pl.col("psn_no").n_unique(), shop=bought.fill_null(value=False).mean() > 0.5)
    )


def not_the_holder(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Events on days on which the ward cared for the patient and no terminal of the outside place knew his face: its own lines of that day.

    A face recognised outside is the patient himself, and the matter of the hospital that charges the bed.
    """
    events = rows.filter((pl.col("row") == "event") & pl.col("cared") & (pl.col("sns").list.len() > 0))
    return events.join(himself(rows), on=["mdtrt_id", "date", "elsewhere"], how="anti")


def himself(rows: pl.LazyFrame) -> pl.LazyFrame:
    """``mdtrt_id date elsewhere`` where an outside terminal recognised the patient."""
    faces = (pl.col("row") == "event") & pl.col("what").is_in(["face", "shop_face"])
    return rows.filter(faces).select("mdtrt_id", "date", "elsewhere").unique()


def crowded_places(rows: pl.LazyFrame, p: Params, *, treated_min: int) -> pl.LazyFrame:
    """Outside places that treat (or sell drugs to) the in-patients of several hospitals on cared-for days, far beyond what happens at other places.

    ``elsewhere shop there_stays there_persons there_houses visitors usual chance``. Needs ``place_persons_min``, ``place_houses_min`` hospitals,
    none with more than ``place_one_house_max`` of the stays, ``place_times_min`` times the other places' rate per visitor, and a chance of at
    most ``chance_max`` at that rate. Pharmacies are held against pharmacies, for relatives buy; what treats, against what treats, and it must
    have laid hands on ``treated_min`` of them, for relatives fetch drugs there too.
    """
    hands = pl.col("psn_no").filter(pl.col("what") == "hands")
    per_house = (
        not_the_holder(rows)
        .group_by("elsewhere", "fixmedins_code")
        .agg(n=pl.col("mdtrt_id").n_unique(), q=pl.col("psn_no").unique(), treated=hands.unique())
    )
    per_place = per_house.group_by("elsewhere").agg(
        there_stays=pl.col("n").sum(),
        there_houses=pl.len(),
        one_house=pl.col("n").max() / pl.col("n").sum(),
        there_persons=pl.col("q").explode().n_unique(),
        there_treated=pl.col("treated").explode().drop_nulls().n_unique(),
    )
    visitors = rows.filter(pl.col("row") == "place").group_by("elsewhere").agg(pl.col("visitors").sum(), pl.col("shop").any())
    places = visitors.join(per_place, on="elsewhere", how="left").with_columns(pl.col("there_stays").fill_null(0))
    other_stays = pl.col("there_stays").sum().over("shop") - pl.col("there_stays")
    other_visitors = pl.col("visitors").sum().over("shop") - pl.col("visitors")
    return (
        places.with_columns(usual=(other_stays / other_visitors.clip(1)).clip(p["place_usual_floor"]))
        .with_columns(chance=at_least("there_stays", "visitors", "usual"))
        .filter(
            (pl.col("there_persons") >= p["place_persons_min"])
            & (pl.col("there_houses") >= p["place_houses_min"])
            & (pl.col("shop") | (pl.col("there_treated") >= treated_min))
            & (pl.col("one_house") <= p["place_one_house_max"])
            & (pl.col("there_stays") >= p["place_times_min"] * pl.col("usual") * pl.col("visitors"))
            & (pl.col("chance") <= p["chance_max"])
        )
        .select("elsewhere", "shop", "there_stays", "there_persons", "there_houses", "visitors", "usual", "chance")
    )


def at_the_place(rows: pl.LazyFrame, places: pl.LazyFrame, names: pl.LazyFrame) -> pl.LazyFrame:
    """One row a stay and crowded place: the place's lines on those days, the ward's care beside them."""
    return (
        not_the_holder(rows)
        .join(places, on="elsewhere", how="inner")
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
    )
