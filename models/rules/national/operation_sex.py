from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.kinds import Kind
from models.knowledge.load import knowledge_of
from models.rule import rule
from models.rules.national._diagnoses import other_sex_shown


@rule(
    title_zh="手术操作编码与性别不符",
    title_en="Operation of the other sex",
    kind=Kind.DATA_QUALITY,
    certainty="suspected",
    scope="person",
    gz_code="GZ10000201005000",
    legal_basis=("reg.16", "reg.39.3"),
    needs=("mdcs_fund_setl_list_d", "mdcs_fund_setl_list_oprn_d"),
    exceptions=("refund",),
)
def operation_sex(t: Tables, p: Params) -> pl.LazyFrame:
    """The settlement list of a stay bears an operation that only the other sex can undergo (961 operations of the national list).

    A wrong code or a wrong person; it carries no amount of its own. Persons whose registered sex is in doubt are left out.
    """
    table = knowledge_of(t).operations.lazy().select(oprn_oprt_code="code", operation_name="name", sex="sex")
    who = t.standing_visits.select("mdtrt_id", "gend", "begn_date", "end_date")
    odd = (
        t.operations.join(table, on="oprn_oprt_code", how="inner")
        .join(who, on="mdtrt_id", how="inner")
        .filter(pl.col("gend").is_in(["1", "2"]) & (pl.col("gend") != pl.col("sex")))
        .join(other_sex_shown(t), on="psn_no", how="anti")
    )
    return (
        odd.group_by("fixmedins_code", "psn_no", "mdtrt_id", "setl_id", "gend", "begn_date")
        .agg(pl.col("end_date").first(), pl.col("operation_name").unique().sort().alias("names"))
        .select(
            "fixmedins_code",
            "psn_no",
            "mdtrt_id",
            "setl_id",
            occurred_from="begn_date",
            occurred_to=pl.coalesce("end_date", "begn_date"),
            amount_fen=pl.lit(0, pl.Int64),
            loss_fen=pl.lit(0, pl.Int64),
            evidence=filled(
                "结算清单为{}性患者填报{}，该手术操作只适用于另一性别。",
                pl.when(pl.col("gend") == "1").then(pl.lit("男")).otherwise(pl.lit("女")),
                pl.col("names").list.join("、"),
            ),
        )
    )
