from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.exceptions.follow_up_imaging import follow_up_imaging
from models.exceptions.transfer import transfer
from models.kinds import Kind
from models.rule import rule
from models.rules.inpatient._chance import at_least
from models.rules.inpatient._stays import houses
from models.wording import percent, span, yuan

#: CT, magnetic resonance, colour ultrasound: results that hospitals recognise from each other.
IMAGING = ("002102", "002103", "002203", "002206", "002208")


def imaging(t: Tables, p: Params) -> pl.LazyFrame:
    """CT, MRI and colour-ultrasound lines of all visits; ``again`` where the same item was done within ``window_days``
    before, in the same visit or at another house (a house's outpatient tests before its own stay are another matter: cost shifting)."""
    lines = t.lines.filter(t.of_item(pl.col("hilist_code").str.slice(0, 6).is_in(IMAGING))).select(
        "bkkp_sn", "mdtrt_id", "psn_no", "fixmedins_code", "date", "hilist_code", "hilist_name", "inscp_fen"
    )
    persons, order = ["psn_no", "hilist_code"], ["date", "bkkp_sn"]
    before = [
        pl.col(name).shift(1).over(persons, order_by=order).alias(f"first_{name}") for name in ("bkkp_sn", "date", "mdtrt_id", "fixmedins_code")
    ]
    days = (pl.col("date") - pl.col("first_date")).dt.total_days()
    marked = lines.with_columns(before)
    same_course = (pl.col("first_mdtrt_id") == pl.col("mdtrt_id")) | (pl.col("first_fixmedins_code") != pl.col("fixmedins_code"))
    marked = marked.with_columns(again=(days.is_between(1, p["window_days"]) & same_course).fill_null(value=False))
    again = transfer.clear(follow_up_imaging.clear(marked.filter("again"), t, p), t, p).select("bkkp_sn", judged=pl.lit(value=True))
    return marked.drop("again").join(again, on="bkkp_sn", how="left")


@rule(
    title_zh="短期内重复影像检查（含未互认）",
    title_en="Imaging repeated within days",
    kind=Kind.OVER_TREATMENT,
    certainty="suspected",
    scope="city",
    gz_code="GZ10000302001000",
    legal_basis=("reg.15", "reg.38.2", "base.problems2025"),
    needs=("mdtrt_d", "fee_list_d"),
    params=("chance_max", "repeats_min", "times_usual", "window_days"),
    exceptions=("follow_up_imaging", "transfer", "refund"),
    extract=imaging,
)
def repeat_imaging(t: Tables, p: Params) -> pl.LazyFrame:
    """The same CT, MRI or colour ultrasound again within ``window_days``, in the same house or another, where the course gives no reason.

    Strokes, injuries, bleeding, tumours, pregnancy, intensive care, operations and transfers are cleared. A second look may still be right
    in a single case, so only houses are found that repeat more often than chance allows at the city's rate: at least ``repeats_min``
    repeats, ``times_usual`` times the rest of the city's rate, chance at most ``chance_max``. One finding a visit; at fault are the
    repeats, related the examinations they repeat.
    """
    lines = t.extracted.with_columns(pl.col("judged").fill_null(value=False))
    total = lines.select(every=pl.len(), repeats=pl.col("judged").sum())
    house = (
        lines.group_by("fixmedins_code")
        .agg(house_lines=pl.len(), house_repeats=pl.col("judged").sum())
        .join(total, how="cross")
        .with_columns(usual=(pl.col("repeats") - pl.col("house_repeats")) / (pl.col("every") - pl.col("house_lines")).clip(1))
        .with_columns(chance=at_least("house_repeats", "house_lines", "usual"), rate=pl.col("house_repeats") / pl.col("house_lines"))
        .filter(
            (pl.col("house_repeats") >= p["repeats_min"])
            & (pl.col("rate") >= p["times_usual"] * pl.col("usual"))
            & (pl.col("chance") <= p["chance_max"])
        )
    )
    names = houses(t).select(pl.col("fixmedins_code").alias("first_fixmedins_code"), pl.col("fixmedins_name").alias("first_house"))
    elsewhere = pl.col("first_fixmedins_code") != pl.col("fixmedins_code")
    return (
        lines.filter("judged")
        .join(house, on="fixmedins_code")
        .join(names, on="first_fixmedins_code", how="left")
        .group_by("fixmedins_code", "psn_no", "mdtrt_id", "house_repeats", "rate", "usual")
        .agg(
            bkkp_sns=pl.col("bkkp_sn"),
            related_bkkp_sns=pl.col("first_bkkp_sn").unique(),
            occurred_from=pl.col("first_date").min(),
            occurred_to=pl.col("date").max(),
            items=pl.col("hilist_name").unique().sort().str.join("、"),
            outside=elsewhere.sum(),
            amount=pl.col("inscp_fen").sum(),
        )
        .select(
            "fixmedins_code",
            "psn_no",
            "mdtrt_id",
            "bkkp_sns",
            "related_bkkp_sns",
            "occurred_from",
            "occurred_to",
            strength=(0.3 + 0.05 * pl.col("rate") / pl.col("usual").clip(0.001)).clip(0.4, 0.85),
            evidence=filled(
                "患者{}内重复做{}共{}次（其中重复外院结果{}次），无卒中、外伤、肿瘤、手术等复查理由，涉及{}元；该院影像重复率{}（{}次），全市其余机构为{}。",
                span(pl.col("occurred_from"), pl.col("occurred_to")),
                "items",
                pl.col("bkkp_sns").list.len(),
                "outside",
                yuan(pl.col("amount")),
                percent(pl.col("rate")),
                "house_repeats",
                percent(pl.col("usual")),
            ),
        )
    )
