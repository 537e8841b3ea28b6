from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule
from models.wording import span, yuan


@rule(
    title_zh="人脸比对非本人",
    title_en="The face is not the card holder's",
    kind=Kind.IMPERSONATION,
    certainty="suspected",
    scope="person",
    gz_code=None,
    legal_basis=("reg.15", "reg.17", "reg.40.1", "reg.41.1", "reg.41.last"),
    needs=("scene_rcd_d", "fee_list_d"),
    params=("other_score_max", "own_score_min", "records_min"),
    exceptions=("refund",),
)
def face_mismatch(t: Tables, p: Params) -> pl.LazyFrame:
    """Services on days on which the house's terminal saw somebody, but not the card holder.

    A bad picture lowers a score now and then, so a day counts only when its best score stays below ``other_score_max``; a person is found at
    a house from ``records_min`` such days on, or from one when the same person was recognised elsewhere, or there on other days, with at
    least ``own_score_min``: the picture on file is good, the visitor is another. At issue are the lines of those days at that house.
    """
    records = t.raw("scene_rcd_d").select(
        "psn_no", "fixmedins_code", pl.col("begntime").dt.date().alias("date"), pl.col("match_score").cast(pl.Float64).alias("score")
    )
    best = records.drop_nulls("score").group_by("psn_no", "fixmedins_code", "date").agg(pl.col("score").max())
    known = best.group_by("psn_no").agg(known=(pl.col("score") >= p["own_score_min"]).any(), top=pl.col("score").max())
    strange = (
        best.filter(pl.col("score") < p["other_score_max"])
        .with_columns(days=pl.len().over("psn_no", "fixmedins_code"))
        .join(known, on="psn_no", how="left")
        .filter((pl.col("days") >= p["records_min"]) | pl.col("known"))
    )
    return (
        t.lines.join(strange, on=["psn_no", "fixmedins_code", "date"], how="inner")
        .group_by("fixmedins_code", "psn_no", "days", "known", "top")
        .agg(
            pl.col("mdtrt_id").unique().sort().first().alias("one"),
            visits=pl.col("mdtrt_id").n_unique(),
            bkkp_sns=pl.col("bkkp_sn"),
            occurred_from=pl.col("date").min(),
            occurred_to=pl.col("date").max(),
            score=pl.col("score").max(),
            amount=pl.col("inscp_fen").sum(),
        )
        .select(
            "fixmedins_code",
            "psn_no",
            "bkkp_sns",
            "occurred_from",
            "occurred_to",
            mdtrt_id=pl.when(pl.col("visits") == 1).then("one"),
            strength=pl.when("known").then(0.8).otherwise(0.6),
            evidence=pl.format(
                "{}该院终端{}天识别到的人脸与参保人档案最高仅相似{}{}，仍结算费用{}条、{}元。",
                span(pl.col("occurred_from"), pl.col("occurred_to")),
                "days",
                pl.col("score").round(3),
                pl.when("known").then(pl.format("（本人在其他场次为{}）", pl.col("top").round(3))).otherwise(pl.lit("")),
                pl.col("bkkp_sns").list.len(),
                yuan(pl.col("amount")),
            ),
        )
    )
