from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.exceptions.terminal_outage import terminal_outage
from models.kinds import Kind
from models.rule import rule
from models.rules.conduct._dialysis import sessions, with_their_lines
from models.wording import percent, yuan

#: scene_type of the face terminal in a dialysis room
DIALYSIS_ROOM = "1"


def _sessions_and_faces(t: Tables, p: Params) -> pl.LazyFrame:
    del p
    faces = (
        t.raw("scene_rcd_d")
        .filter(pl.col("scene_type") == DIALYSIS_ROOM)
        .select("psn_no", "fixmedins_code", pl.col("begntime").dt.date().alias("date"))
        .unique()
    )
    billed = sessions(t).filter(~pl.col("inpatient"))
    worth = with_their_lines(t, billed).group_by("session").agg(pl.col("bkkp_sn").alias("taken"), pl.col("inscp_fen").sum().alias("worth"))
    seen = billed.join(faces.with_columns(seen=pl.lit(value=True)), on=["psn_no", "fixmedins_code", "date"], how="left")
    return seen.join(worth, left_on="bkkp_sn", right_on="session", how="left").select(
        "psn_no", "fixmedins_code", "date", pl.col("seen").fill_null(value=False), "taken", "worth"
    )


@rule(
    title_zh="透析收费无人脸在场记录",
    title_en="Dialysis without presence",
    kind=Kind.PHANTOM_SERVICE,
    certainty="suspected",
    scope="city",
    gz_code=None,
    legal_basis=("reg.15", "reg.40.1", "reg.40.3"),
    needs=("scene_rcd_d", "fee_list_d"),
    params=("working_share_min", "unseen_min", "unseen_share_min", "others_unseen_share_max"),
    exceptions=("terminal_outage", "refund"),
    extract=_sessions_and_faces,
)
def dialysis_without_presence(t: Tables, p: Params) -> pl.LazyFrame:
    """Sessions of a person whom the face terminal of the dialysis room never saw, on days on which it saw the others.

    A unit is covered from its terminal's first record to its last. A day counts only when the terminal saw at least
    ``working_share_min`` of that day's other patients: an outage strikes everybody. One unseen session proves nothing (hats,
    masks, missed matches); a person's sessions make a finding from ``unseen_min`` unseen days that are ``unseen_share_min``
    of his covered days, and only where the unit's terminal as a rule misses at most ``others_unseen_share_max`` — or where
    the missed sessions cluster on this person. One finding a person and unit.
    """
    days = t.extracted.group_by("fixmedins_code", "date", "psn_no").agg(
        pl.col("seen").any(), pl.col("taken").list.explode(keep_nulls=False, empty_as_null=False).unique(), pl.col("worth").sum()
    )
    covered = days.filter(pl.col("seen")).group_by("fixmedins_code").agg(pl.col("date").min().alias("first"), pl.col("date").max().alias("last"))
    under = (
        terminal_outage.clear(days, t, p)
        .join(covered, on="fixmedins_code", how="inner")
        .filter(pl.col("date").is_between(pl.col("first"), pl.col("last")))
        .with_columns(
            others=pl.len().over("fixmedins_code", "date") - 1, others_seen=pl.col("seen").sum().over("fixmedins_code", "date") - pl.col("seen")
        )
        .filter((pl.col("others") > 0) & (pl.col("others_seen") >= pl.col("others") * p["working_share_min"]))
    )
    persons = under.group_by("fixmedins_code", "psn_no").agg(
        pl.len().alias("days"),
        (~pl.col("seen")).sum().alias("unseen"),
        pl.col("taken").filter(~pl.col("seen")).list.explode(keep_nulls=False, empty_as_null=False).unique().alias("bkkp_sns"),
        pl.col("worth").filter(~pl.col("seen")).sum().alias("worth"),
        pl.col("date").filter(~pl.col("seen")).min().alias("occurred_from"),
        pl.col("date").filter(~pl.col("seen")).max().alias("occurred_to"),
    )
    unit = persons.with_columns(
        rest=(pl.col("unseen").sum().over("fixmedins_code") - pl.col("unseen"))
        / (pl.col("days").sum().over("fixmedins_code") - pl.col("days")).clip(lower_bound=1)
    )
    share = pl.col("unseen") / pl.col("days")
    return unit.filter(
        (pl.col("unseen") >= p["unseen_min"])
        & (share >= p["unseen_share_min"])
        & ((pl.col("rest") <= p["others_unseen_share_max"]) | (share >= 2 * pl.col("rest")))
    ).select(
        "fixmedins_code",
        "psn_no",
        "bkkp_sns",
        "occurred_from",
        "occurred_to",
        strength=(0.3 + 0.6 * share).clip(upper_bound=0.95),
        evidence=filled(
            "该参保人在装有人脸终端且当日设备正常的{}个透析日中，有{}天（{}）收取透析费用却无在场识别记录，同期本机构其他患者未识别率为{}；涉及医保范围内金额{}元。",
            "days",
            "unseen",
            percent(share),
            percent(pl.col("rest")),
            yuan(pl.col("worth")),
        ),
    )
