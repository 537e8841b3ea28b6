from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.kinds import Kind
from models.knowledge.load import knowledge_of
from models.rule import rule
from models.rules.national._diagnoses import recorded


@rule(
    title_zh="疾病诊断编码异常",
    title_en="Unknown diagnosis code",
    kind=Kind.DATA_QUALITY,
    certainty="suspected",
    scope="person",
    gz_code="GZ10000201003000",
    legal_basis=("reg.16", "reg.39.3"),
    needs=("mdtrt_d",),
    exceptions=("refund",),
)
def diagnosis_code(t: Tables, p: Params) -> pl.LazyFrame:
    """A diagnosis code of no category of the national ICD-10 list. The extension beyond the category may be a city's own and is not judged;
    Chinese-medicine diagnoses have their own list and are left out.
    """
    known = knowledge_of(t).icd10.lazy().select(family=pl.col("code").str.slice(0, 3)).unique()
    who = t.standing_visits.select("mdtrt_id", "fixmedins_code", "begn_date", "end_date")
    # codes of Chinese-medicine diseases and syndromes (A.. B.. of GB/T 15657, without a point) are another list
    western = pl.col("code").str.contains(r"^[A-Z]\d{2}\.") | ~pl.col("code").str.contains(r"^[AB]")
    rows = recorded(t).filter(western).join(who, on="mdtrt_id", how="inner")
    odd = rows.with_columns(family=pl.col("code").str.slice(0, 3)).join(known, on="family", how="anti")
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
            evidence=filled("疾病诊断编码{}不在国家医保版编码的任何类目之内。", pl.col("codes").list.join("、")),
        )
    )
