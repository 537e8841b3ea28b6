from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule
from models.rules.inpatient._stays import role
from models.wording import span, yuan


@rule(
    title_zh="外地住院期间在本地接受诊疗",
    title_en="Treated here while in hospital in another city",
    kind=Kind.IMPERSONATION,
    certainty="suspected",
    scope="person",
    gz_code=None,
    legal_basis=("reg.15", "reg.17", "reg.40.1", "reg.41.1", "reg.41.last"),
    needs=("outmed_setl_d", "fee_list_d"),
    params=("edge_days", "visits_min"),
    exceptions=("refund",),
)
def treated_here_hospitalised_away(t: Tables, p: Params) -> pl.LazyFrame:
    """Somebody is examined or treated here on the card of a person who lies in a hospital in another city on that day.

    Only visits with something done to a body (tests, treatment, operation) count; drugs may be fetched by a relative. Days within
    ``edge_days`` of the admission or discharge away are left out. Dates of settlements away are often coarse, so one visit proves nothing:
    a person is found at a house from ``visits_min`` visits within stays away on. Stays here are the matter of overlapping_stays.
    """
    edge = p["edge_days"]
    away = (
        t.raw("outmed_setl_d")
        .filter(pl.col("med_type").str.slice(0, 1) == "2")
        .select(
            "psn_no",
            away_begn=pl.col("begndate"),
            away_end=pl.col("enddate"),
            first=pl.col("begndate").dt.offset_by(f"{edge}d"),
            last=pl.col("enddate").dt.offset_by(f"-{edge}d"),
        )
    )
    outside = t.lines.filter(~pl.col("inpatient") & ~(pl.col("etip_flag") == "1").fill_null(value=False))
    done = outside.join(away, on="psn_no", how="semi").with_columns(role=t.of_item(role()))
    bodily = done.filter(pl.col("role").is_in(["exam", "lab", "therapy", "operation"])).select("mdtrt_id").unique()
    return (
        done.join(bodily, on="mdtrt_id", how="semi")
        .join(away, on="psn_no", how="inner")
        .filter(pl.col("date").is_between(pl.col("first"), pl.col("last")))
        .sort("bkkp_sn", "away_begn")
        .unique("bkkp_sn", keep="first", maintain_order=True)
        .filter(pl.col("mdtrt_id").n_unique().over("psn_no", "fixmedins_code") >= p["visits_min"])
        .group_by("fixmedins_code", "psn_no", "mdtrt_id", "away_begn", "away_end")
        .agg(
            bkkp_sns=pl.col("bkkp_sn"),
            occurred_from=pl.col("date").min(),
            occurred_to=pl.col("date").max(),
            items=pl.col("hilist_name").filter(pl.col("role") != "hotel").unique().sort().head(3).str.join("、"),
            amount=pl.col("inscp_fen").sum(),
        )
        .select(
            "fixmedins_code",
            "psn_no",
            "mdtrt_id",
            "bkkp_sns",
            "occurred_from",
            "occurred_to",
            strength=pl.lit(0.7),
            evidence=filled(
                "参保人{}在外地住院，其间{}以其名义在该院接受{}等，费用{}元；需本人到场的项目不可能为本人。",
                span(pl.col("away_begn"), pl.col("away_end")),
                span(pl.col("occurred_from"), pl.col("occurred_to")),
                "items",
                yuan(pl.col("amount")),
            ),
        )
    )
