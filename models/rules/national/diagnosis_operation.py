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
    title_zh="诊断编码与手术操作编码不符",
    title_en="Operation without its disease",
    kind=Kind.DATA_QUALITY,
    certainty="suspected",
    scope="person",
    gz_code="GZ10000201006000",
    legal_basis=("reg.16", "reg.39.3"),
    needs=("mdcs_fund_setl_list_d", "mdcs_fund_setl_list_oprn_d", "mdcs_fund_setl_list_diag_d"),
    exceptions=("refund",),
)
def diagnosis_operation(t: Tables, p: Params) -> pl.LazyFrame:
    """An operation for which none of the stay's diagnoses is of a disease that the national list connects with it.

    The 1,433 official rows pair an operation with the diseases it is done for (cholecystectomy with cholecystitis …): a stay is flagged
    when none of its diagnoses falls in any of those groups (letter and first digit, because neighbouring sites are coded either way).
    Tumours and injuries, which may call for any operation, clear the stay.
    """
    fitting = knowledge_of(t).dx_operations.lazy().select(oprn_oprt_code="operation", family=pl.col("diagnosis").str.slice(0, 2)).unique()
    done = t.operations.join(fitting.select("oprn_oprt_code").unique(), on="oprn_oprt_code", how="semi").select(
        "mdtrt_id", "setl_id", "psn_no", "fixmedins_code", "oprn_oprt_code", "oprn_oprt_name"
    )
    listed = recorded(t).select("mdtrt_id", "code", family=pl.col("code").str.slice(0, 2)).unique()
    explained = (
        done.join(fitting, on="oprn_oprt_code").join(listed, on=["mdtrt_id", "family"], how="inner").select("mdtrt_id", "oprn_oprt_code").unique()
    )
    # injuries, tumours and complications may call for any operation of the region
    general = listed.filter(pl.col("code").str.contains("^C|^D[0-4]|^S|^T")).select("mdtrt_id").unique()
    dated = t.standing_visits.select("mdtrt_id", "begn_date", "end_date", "main_dx")
    odd = (
        done.join(explained, on=["mdtrt_id", "oprn_oprt_code"], how="anti")
        .join(general, on="mdtrt_id", how="anti")
        .join(dated, on="mdtrt_id", how="inner")
    )
    return (
        odd.filter(pl.col("main_dx").is_not_null())
        .group_by("fixmedins_code", "psn_no", "mdtrt_id", "setl_id", "begn_date", "end_date", "main_dx")
        .agg(pl.col("oprn_oprt_name").unique().sort().alias("names"))
        .select(
            "fixmedins_code",
            "psn_no",
            "mdtrt_id",
            "setl_id",
            occurred_from="begn_date",
            occurred_to=pl.coalesce("end_date", "begn_date"),
            amount_fen=pl.lit(0, pl.Int64),
            loss_fen=pl.lit(0, pl.Int64),
            evidence=filled("结算清单填报{}，但清单诊断（主诊断{}）中没有与之对应的疾病。", pl.col("names").list.join("、"), "main_dx"),
        )
    )
