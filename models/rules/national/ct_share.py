from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule
from models.rules.national._shares import revenue, unusual_share


def _extract(t: Tables, p: Params) -> pl.LazyFrame:
    return revenue(t, pl.col("hilist_code").str.starts_with("002103"))


@rule(
    title_zh="CT检查占比统计",
    title_en="Share of CT",
    kind=Kind.OVER_TREATMENT,
    certainty="suspected",
    scope="city",
    gz_code="ZB10000205005000",
    legal_basis=("reg.15", "reg.24"),
    needs=("fee_list_d", "fixmedins_b"),
    params=("cases_min", "peers_min", "share_max", "z_min", "spread_min"),
    exceptions=("refund",),
    extract=_extract,
)
def ct_share(t: Tables, p: Params) -> pl.LazyFrame:
    """The share of computed tomography in in-patient revenue, far above peers.

    A monitoring figure of the national framework: it points an inspection somewhere and accuses nobody of a line, so it carries no amount.
    """
    return unusual_share(t, p, "住院CT检查费占比")
