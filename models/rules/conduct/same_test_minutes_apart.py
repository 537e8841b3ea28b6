from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.exceptions.several_newborns import several_newborns
from models.kinds import Kind
from models.rule import rule
from models.rules.conduct._peers import others_rate
from models.rules.inpatient._chance import at_least
from models.wording import percent, yuan


def _again(t: Tables, p: Params) -> pl.LazyFrame:
    """Laboratory lines that follow the same test of the same visit within minutes (rows with ``again``), and every institution's count of such
    lines (rows with ``tests``)."""
    watched = pl.col("hilist_name").str.contains(p["followed_closely"])
    labs = t.lines.filter(
        (pl.col("med_chrgitm_type") == "04") & (pl.col("inscp_fen") > 0) & (pl.col("time").dt.time() != pl.time(0, 0)) & t.of_item(~watched)
    )
    tests = several_newborns.clear(labs, t, p)
    same = ["mdtrt_id", "hilist_code"]
    before = {name: pl.col(name).shift(1).over(same, order_by=["time", "bkkp_sn"]) for name in ("time", "bkkp_sn")}
    seconds = (pl.col("time") - before["time"]).dt.total_seconds()
    again = (
        tests.filter(pl.len().over(same) > 1)
        .with_columns(first=before["bkkp_sn"], seconds=seconds)
        .filter((pl.col("seconds") > 0) & (pl.col("seconds") <= 60 * p["minutes_apart_max"]))
        .select("fixmedins_code", "psn_no", "mdtrt_id", "setl_id", "hilist_name", "date", "inscp_fen", "first", again="bkkp_sn")
    )
    return pl.concat([again, tests.group_by("fixmedins_code").agg(tests=pl.len())], how="diagonal")


@rule(
    title_zh="同一检验数分钟内再次收费",
    title_en="The same laboratory test minutes apart",
    kind=Kind.DUPLICATE_CHARGE,
    certainty="suspected",
    scope="city",
    gz_code=None,
    legal_basis=("reg.15", "reg.38.3", "base.problems2025"),
    needs=("fee_list_d",),
    params=("chance_max", "followed_closely", "minutes_apart_max", "repeats_min", "times_city_min", "trim_share", "usual_floor"),
    exceptions=("several_newborns", "refund"),
    extract=_again,
)
def same_test_minutes_apart(t: Tables, p: Params) -> pl.LazyFrame:
    """One laboratory test charged again within ``minutes_apart_max`` minutes at the same visit: one sample, two charges.

    The list of problems of 2025 names it for serum protein and transaminase (laboratory 124, 125). What is followed by the minute in the severely
    ill, tested in a series or from two samples by rule (``followed_closely``: blood gases, glucose, clotting, cultures, blood groups …) is left
    out, as are lines of one and the same second (see ``identical_line_twice``) and charges stamped midnight. A spoilt sample is drawn again now
    and then: a house answers from ``repeats_min`` repeats on, ``times_city_min`` times the other houses' rate a test (the highest
    ``trim_share`` of them left out), more than chance allows (binomial, ``chance_max``; the rate taken as at least ``usual_floor``). At fault is
    the later line. One finding a visit. An honest house shows two reports of two samples.
    """
    again = t.extracted.filter(pl.col("again").is_not_null()).drop("tests")
    habit = (
        t.extracted.filter(pl.col("tests").is_not_null())
        .group_by("fixmedins_code")
        .agg(pl.col("tests").sum())
        .join(again.group_by("fixmedins_code").agg(repeats=pl.len()), on="fixmedins_code", how="left")
        .with_columns(pl.col("repeats").fill_null(0))
        .with_columns(share=pl.col("repeats") / pl.col("tests"), city=others_rate(pl.col("repeats"), pl.col("tests"), p["trim_share"]))
        .with_columns(usual=pl.col("city").clip(p["usual_floor"]))
        .with_columns(chance=at_least("repeats", "tests", "usual"))
        .filter(
            (pl.col("repeats") >= p["repeats_min"])
            & (pl.col("share") >= p["times_city_min"] * pl.col("city"))
            & (pl.col("chance") <= p["chance_max"])
        )
        .select("fixmedins_code", "repeats", "share", "city")
    )
    return (
        again.join(habit, on="fixmedins_code")
        .group_by("fixmedins_code", "psn_no", "mdtrt_id", "repeats", "share", "city")
        .agg(
            pl.col("setl_id").drop_nulls().min(),
            bkkp_sns=pl.col("again"),
            related_bkkp_sns=pl.col("first").unique(),
            occurred_from=pl.col("date").min(),
            occurred_to=pl.col("date").max(),
            names=pl.col("hilist_name").unique().sort().head(4),
            worth=pl.col("inscp_fen").sum(),
        )
        .select(
            "fixmedins_code",
            "psn_no",
            "mdtrt_id",
            "setl_id",
            "bkkp_sns",
            "related_bkkp_sns",
            "occurred_from",
            "occurred_to",
            evidence=filled(
                "同一次就诊{}在{}分钟内再次收费{}条，涉及医保范围内金额{}元；本机构此类重复{}条，占检验明细{}，全市其他机构为{}。须核对有无两份标本、两份报告。",
                pl.col("names").list.join("、"),
                pl.lit(str(p["minutes_apart_max"])),
                pl.col("bkkp_sns").list.len(),
                yuan(pl.col("worth")),
                "repeats",
                percent(pl.col("share")),
                percent(pl.col("city")),
            ),
        )
    )
