from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.kinds import Kind
from models.knowledge.load import knowledge_of
from models.rule import rule


@rule(
    title_zh="手术操作编码异常",
    title_en="Unknown operation code",
    kind=Kind.DATA_QUALITY,
    certainty="suspected",
    scope="person",
    gz_code="GZ10000201004000",
    legal_basis=("reg.16", "reg.39.3"),
    needs=("mdcs_fund_setl_list_d", "mdcs_fund_setl_list_oprn_d"),
    exceptions=("refund",),
)
def operation_code(t: Tables, p: Params) -> pl.LazyFrame:
    """An operation code of no subcategory (two digits, point, one digit) of the national ICD-9-CM-3 list."""
    known = knowledge_of(t).icd9.lazy().select(family=pl.col("code").str.slice(0, 4)).unique()
    who = t.standing_visits.select("mdtrt_id", "begn_date", "end_date")
    rows = t.operations.select("mdtrt_id", "psn_no", "fixmedins_code", code="oprn_oprt_code").drop_nulls("code").join(who, on="mdtrt_id", how="inner")
    odd = rows.with_columns(family=pl.col("code").str.slice(0, 4)).join(known, on="family", how="anti")
    return (
        odd.group_by("fixmedins_code", "psn_no", "mdtrt_id", "begn_date")
        .agg(pl.col("end_date").first(), pl.col("code").unique().sort().alias("codes"))
        .select(
            "fixmedins_code",
            "psn_no",
            "mdtrt_id",
            occurred_from="begn_date",
            occurred_to=pl.coalesce("end_date", "begn_date"),
            amount_fen=pl.lit(0, pl.Int64),
            loss_fen=pl.lit(0, pl.Int64),
            evidence=filled("手术操作编码{}不在国家医保版编码的任何类目之内。", pl.col("codes").list.join("、")),
        )
    )
