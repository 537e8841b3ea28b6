from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule
from models.rules.conduct._peers import others_rate
from models.rules.inpatient._chance import at_least
from models.wording import percent, yuan


def _sessions(t: Tables, p: Params) -> pl.LazyFrame:
    """In-patients' sessions that take one therapist's whole attention: a row a person, service and day with its first line's ``time`` and the
    stay's ``los``."""
    alone = t.of_item(
        (pl.col("list_type") == "201") & pl.col("hilist_name").str.contains(p["one_to_one"]) & ~pl.col("hilist_name").str.contains(p["in_groups"])
    )
    return (
        t.lines.filter(
            pl.col("inpatient")
            & pl.col("bilg_dr_code").is_not_null()
            & alone
            # a charge at midnight is a day's charge, whatever the hour it was given
            & (pl.col("time").dt.time() != pl.time(0, 0))
        )
        .sort("time", "bkkp_sn")
        .group_by("fixmedins_code", "psn_no", "mdtrt_id", "date", "hilist_code", dr_code="bilg_dr_code")
        .agg(pl.col("bkkp_sn", "time", "hilist_name").first(), pl.col("inscp_fen").sum())
        .join(t.stays.select("mdtrt_id", "los"), on="mdtrt_id")
    )


@rule(
    title_zh="逐人心理行为治疗相隔仅数分钟",
    title_en="One-to-one sessions minutes apart",
    kind=Kind.PHANTOM_SERVICE,
    certainty="suspected",
    scope="city",
    gz_code=None,
    legal_basis=("reg.15", "reg.38.4", "reg.40.3"),
    needs=("fee_list_d",),
    params=(
        "chance_max",
        "days_min",
        "hours_a_day",
        "in_groups",
        "minutes",
        "one_to_one",
        "sessions_min",
        "times_city_min",
        "times_usual_min",
        "trim_share",
        "usual_floor",
        "visit_sessions_min",
    ),
    exceptions=("refund",),
    extract=_sessions,
)
def sessions_minutes_apart(t: Tables, p: Params) -> pl.LazyFrame:
    """Psychotherapy or behaviour therapy of in-patients that one therapist began before the session he had begun could be over, day after day.

    A session takes ``minutes`` at least; one that begins sooner after another of the same therapist, at another time of the clock, lies on top of
    it (what is posted at one moment is bookkeeping). Bookkeeping may also follow itself minute by minute, so a therapist answers only where two
    signs meet. His sessions lie on top of each other at least ``sessions_min`` times on ``days_min`` days, ``times_city_min`` times the share of
    the other therapists (the highest ``trim_share`` of them left out; at least ``usual_floor``, and what as many sessions a day give when they
    fall anywhere in ``hours_a_day`` hours) and more than chance allows (binomial, ``chance_max``). And his patients had ``times_usual_min`` times
    the sessions a week with him that patients of a therapist usually have. At fault are the
    sessions that lie on top of one another; the patient's others with him stand beside them. One finding a visit of
    ``visit_sessions_min`` such sessions at least: others only came in between. An honest house shows the
    records of therapy with who gave it, and when.
    """
    own = ["fixmedins_code", "dr_code"]
    before, after = (pl.col("time").shift(n).over(*own, "date", order_by=["time", "bkkp_sn"]) for n in (1, -1))

    def on_top(apart: pl.Expr) -> pl.Expr:
        return ((apart > pl.duration(minutes=0)) & (apart < pl.duration(minutes=p["minutes"]))).fill_null(value=False)

    # of sessions that fall anywhere in a working day, the more the likelier, some follow each other
    by_chance = 1 - (1 - p["minutes"] / (60 * p["hours_a_day"])) ** (pl.len().over(*own, "date") - 1).cast(pl.Float64)
    sessions = t.extracted.with_columns(by_chance=by_chance, soon=on_top(pl.col("time") - before), followed=on_top(after - pl.col("time")))
    therapist = (
        sessions.group_by(own)
        .agg(
            pl.len().cast(pl.Int64).alias("sessions"),
            pl.col("soon").sum().cast(pl.Int64),
            pl.col("date").filter("soon").n_unique().alias("days"),
            pl.col("by_chance").mean(),
            pl.col("los").filter(pl.col("mdtrt_id").is_first_distinct()).sum(),
        )
        .with_columns(each=pl.col("sessions") / pl.col("los") * 7)
        .with_columns(city=others_rate(pl.col("soon"), pl.col("sessions"), p["trim_share"]), usual_each=pl.col("each").median())
        .with_columns(usual=pl.max_horizontal("city", "by_chance").clip(p["usual_floor"]))
        .with_columns(chance=at_least("soon", "sessions", "usual"))
        .filter(
            (pl.col("soon") >= p["sessions_min"])
            & (pl.col("days") >= p["days_min"])
            & (pl.col("soon") >= p["times_city_min"] * pl.col("usual") * pl.col("sessions"))
            & (pl.col("each") >= p["times_usual_min"] * pl.col("usual_each"))
            & (pl.col("chance") <= p["chance_max"])
        )
        .select(*own, "sessions", "soon", "days", "each", "usual_each", "usual")
    )
    faulty = pl.col("soon_here") | pl.col("followed")
    return (
        sessions.rename({"soon": "soon_here"})
        .join(therapist, on=own)
        .group_by(*own, "psn_no", "mdtrt_id", "sessions", "soon", "days", "each", "usual_each", "usual")
        .agg(
            pl.col("bkkp_sn").filter(faulty).sort().alias("bkkp_sns"),
            pl.col("bkkp_sn").filter(~faulty).sort().alias("related_bkkp_sns"),
            pl.col("date").filter(faulty).min().alias("occurred_from"),
            pl.col("date").filter(faulty).max().alias("occurred_to"),
            pl.col("hilist_name").unique().sort().str.join("、").alias("names"),
            pl.col("inscp_fen").filter(faulty).sum().alias("worth"),
        )
        .filter(pl.col("bkkp_sns").list.len() >= p["visit_sessions_min"])
        .select(
            "fixmedins_code",
            "psn_no",
            "mdtrt_id",
            "bkkp_sns",
            "related_bkkp_sns",
            "occurred_from",
            "occurred_to",
            evidence=filled(
                "患者由医师{}所做{}中{}次与其另一次逐人治疗相隔不足{}分钟，涉及医保范围内金额{}元；该医师{}次逐人治疗中{}次（{}天）如此，按其他医师情况和随机分布应不高于{}；其患者平均每周由其治疗{}次，其他医师一般{}次。须核对治疗记录和治疗人。",
                "dr_code",
                "names",
                pl.col("bkkp_sns").list.len(),
                pl.lit(str(p["minutes"])),
                yuan(pl.col("worth")),
                "sessions",
                "soon",
                "days",
                percent(pl.col("usual")),
                pl.col("each").round(1),
                pl.col("usual_each").round(1),
            ),
        )
    )
