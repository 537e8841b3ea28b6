from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule
from models.rules.inpatient._chance import at_least
from models.wording import span, yuan


def faces(t: Tables, p: Params) -> pl.LazyFrame:
    """Persons at houses whose terminal saw a stranger, with the lines at issue and those to be asked about (rows with ``psn_no``), and how many
    persons each house's terminal saw (``recorded``), as strangers (``strangers``) and as themselves (``recognised``)."""
    records = t.raw("scene_rcd_d").select(
        "psn_no", "fixmedins_code", pl.col("begntime").dt.date().alias("date"), pl.col("match_score").cast(pl.Float64).alias("score")
    )
    house = ["psn_no", "fixmedins_code"]
    best = records.drop_nulls("score").group_by(*house, "date").agg(pl.col("score").max())
    is_strange, is_own = pl.col("score") < p["other_score_max"], pl.col("score") >= p["own_score_min"]
    known = best.group_by("psn_no").agg(known=is_own.any(), top=pl.col("score").max())
    strange = (
        best.with_columns(lent=is_strange.all().over(house) & (pl.len().over(house) >= p["records_min"]))
        .filter(is_strange)
        .with_columns(days=pl.len().over(house))
        .join(known, on="psn_no", how="left")
    )
    about = [*house, "days", "known", "top"]
    seen = t.lines.join(strange.select(*about, "date", "score"), on=[*house, "date"], how="inner")
    lent = strange.filter("lent").group_by(about).agg(first=pl.col("date").min(), last=pl.col("date").max())
    between = (
        t.lines.join(lent, on=house, how="inner")
        .filter((pl.col("date") > pl.col("first")) & (pl.col("date") < pl.col("last")))
        .join(strange, on=[*house, "date"], how="anti")
    )
    both = pl.concat([seen.with_columns(unseen=pl.lit(value=False)), between.with_columns(unseen=pl.lit(value=True))], how="diagonal")
    own = ~pl.col("unseen")
    persons = (
        both.group_by(about)
        .agg(
            pl.col("mdtrt_id").filter(own).unique().sort().first().alias("one"),
            visits=pl.col("mdtrt_id").filter(own).n_unique(),
            bkkp_sns=pl.col("bkkp_sn").filter(own),
            related_bkkp_sns=pl.col("bkkp_sn").filter("unseen"),
            occurred_from=pl.col("date").filter(own).min(),
            occurred_to=pl.col("date").filter(own).max(),
            unseen_days=pl.col("date").filter("unseen").n_unique(),
            score=pl.col("score").max(),
            amount=pl.col("inscp_fen").filter(own).sum(),
        )
        .filter(pl.col("bkkp_sns").list.len() > 0)
    )
    told = best.group_by("fixmedins_code").agg(
        recorded=pl.col("psn_no").n_unique(),
        strangers=pl.col("psn_no").filter(is_strange).n_unique(),
        recognised=pl.col("psn_no").filter(is_own).n_unique(),
    )
    return pl.concat([persons, told], how="diagonal")


@rule(
    title_zh="人脸比对非本人",
    title_en="The face is not the card holder's",
    kind=Kind.IMPERSONATION,
    certainty="suspected",
    scope="city",
    gz_code=None,
    legal_basis=("reg.15", "reg.17", "reg.40.1", "reg.41.1", "reg.41.last"),
    needs=("scene_rcd_d", "fee_list_d"),
    params=("other_score_max", "own_score_min", "records_min", "house_persons_min", "recognised_share_min", "chance_max", "usual_floor"),
    exceptions=("refund",),
    extract=faces,
    version="2",
)
def face_mismatch(t: Tables, p: Params) -> pl.LazyFrame:
    """Services on days on which the house's terminal saw somebody, but not the card holder.

    A bad picture lowers a score now and then, so a day counts only when its best score stays below ``other_score_max``; a person is found at
    a house from ``records_min`` such days on, or from one when the same person was recognised elsewhere, or there on other days, with at
    least ``own_score_min``: the picture on file is good, the visitor is another. From one day on persons are found too where a house sees
    strangers as a habit: ``house_persons_min`` persons, more than chance allows (binomial, ``chance_max``) at the other houses' rate (taken
    as at least ``usual_floor``: relatives are sent for drugs), while its terminal recognises at least ``recognised_share_min`` of those it
    sees, so that the camera works. At issue are the lines of those days at that house. Where the terminal saw a stranger on ``records_min``
    days and the holder never, the lines of visits between the first and the last of them that passed no terminal are named as related, to be
    asked about; nothing shows who came, so they are not at issue. A relative sent for drugs stands on the register of the counter.
    """
    found = t.extracted.filter(pl.col("psn_no").is_not_null()).drop("recorded", "strangers", "recognised")
    told = t.extracted.filter(pl.col("recorded").is_not_null()).group_by("fixmedins_code").agg(pl.col("recorded", "strangers", "recognised").sum())
    others = (pl.col("strangers").sum() - pl.col("strangers")) / (pl.col("recorded").sum() - pl.col("recorded")).clip(1)
    habit = (
        told.with_columns(usual=others.clip(p["usual_floor"]))
        .with_columns(chance=at_least("strangers", "recorded", "usual"))
        .filter(
            (pl.col("strangers") >= p["house_persons_min"])
            & (pl.col("recognised") >= p["recognised_share_min"] * pl.col("recorded"))
            & (pl.col("chance") <= p["chance_max"])
        )
        .select("fixmedins_code", "recorded", "strangers")
    )
    firm = (pl.col("days") >= p["records_min"]) | pl.col("known")
    return (
        found.join(habit, on="fixmedins_code", how="left")
        .filter(firm | pl.col("strangers").is_not_null())
        .select(
            "fixmedins_code",
            "psn_no",
            "bkkp_sns",
            "related_bkkp_sns",
            "occurred_from",
            "occurred_to",
            mdtrt_id=pl.when(pl.col("visits") == 1).then("one"),
            strength=pl.when("known").then(0.8).when(firm).then(0.6).otherwise(0.5),
            evidence=filled(
                "{}该院终端{}天识别到的人脸与参保人档案最高仅相似{}{}{}，仍结算费用{}条、{}元。{}",
                span(pl.col("occurred_from"), pl.col("occurred_to")),
                "days",
                pl.col("score").round(3),
                pl.when("known").then(filled("（本人在其他场次为{}）", pl.col("top").round(3))).otherwise(pl.lit("")),
                pl.when(pl.col("unseen_days") > 0)
                .then(filled("，从未识别到本人，其间另有{}天就诊购药未经终端、须一并核实", "unseen_days"))
                .otherwise(pl.lit("")),
                pl.col("bkkp_sns").list.len(),
                yuan(pl.col("amount")),
                pl.when(pl.col("strangers").is_not_null())
                .then(filled("该院终端识别的{}人中有{}人出现非本人，明显多于其他机构。", "recorded", "strangers"))
                .otherwise(pl.lit("")),
            ),
        )
    )
