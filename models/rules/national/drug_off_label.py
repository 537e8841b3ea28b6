from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule
from models.rules.national._limits import unfit
from models.rules.national._points import per_visit


@rule(
    title_zh="超说明书适应症用药",
    title_en="Drug beyond its label",
    kind=Kind.OVER_TREATMENT,
    certainty="suspected",
    scope="person",
    gz_code="GZ10000301007000",
    legal_basis=("reg.15", "reg.38.2"),
    needs=("fee_list_d", "mdtrt_d"),
    exceptions=("refund", "self_paid", "recorded_diagnosis"),
)
def drug_off_label(t: Tables, p: Params) -> pl.LazyFrame:
    """Drugs of the national list billed to a person who at no visit bears a disease of the label.

    Only labels whose diseases could all be mapped are used. Off-label use with evidence is lawful; the hospital is heard.
    """
    odd = unfit(t, p, "超说明书适应症用药").with_columns(limit=pl.coalesce(pl.col("text").replace("", None), "item_name").str.slice(0, 60))
    return per_visit(
        odd,
        filled(
            "{}使用药品{}{}条，金额{}元；该患者历次就诊诊断中没有符合限定范围的疾病（限定：{}）。",
            "days",
            "items",
            "n_lines",
            "amount",
            pl.col("limit"),
        ),
        "limit",
        sure=False,
    )
