from __future__ import annotations

import polars as pl

from features.feature import feature
from features.parameters import Params
from features.tables import Tables


@feature(
    grain="stay",
    title_zh="住院基本情况",
    title_en="The stay itself",
    unit="",
    why="Every other feature of a stay hangs on it, and case mix is read from it.",
    numerator="—",
    denominator="—",
    columns={
        "psn_no": "人员编号",
        "fixmedins_code": "机构编号",
        "month": "入院月份",
        "begn_date": "入院日期",
        "end_date": "出院日期",
        "los": "住院天数",
        "in_hospital": "在院",
        "interim": "有中途结算",
        "med_type": "医疗类别",
        "insutype": "险种",
        "gend": "性别",
        "age": "年龄",
        "main_dx": "主诊断",
        "dx3": "主诊断类目",
        "dept": "入院科室",
        "dr_code": "主诊医师",
        "dscg_way": "离院方式",
        "hi_paymtd": "支付方式",
        "case_paid": "按病种付费",
        "drg_code": "DRG组",
        "drg_wt": "DRG权重",
        "pay_std_fen": "付费标准(分)",
        "fee_fen": "总费用(分)",
        "inscp_fen": "范围内费用(分)",
        "fund_fen": "基金支付(分)",
        "selfpay_fen": "全自费(分)",
        "n_setl": "结算次数",
    },
    descriptive=True,
    absent_is_zero=False,
)
def stay_core(t: Tables, p: Params) -> pl.LazyFrame:  # noqa: ARG001
    """Who, where, when, for what, and what was paid; amounts are net of refunds, 0 when nothing is settled yet."""
    selfpay = t.settlements.group_by("mdtrt_id").agg(pl.col("selfpay_fen").sum())
    return t.stays.join(selfpay, on="mdtrt_id", how="left").select(
        "mdtrt_id",
        "psn_no",
        "fixmedins_code",
        pl.col("begn_date").dt.strftime("%Y-%m").alias("month"),
        "begn_date",
        "end_date",
        "los",
        pl.col("in_hospital").fill_null(value=False),
        pl.col("interim").fill_null(value=False),
        "med_type",
        "insutype",
        "gend",
        "age",
        "main_dx",
        "dx3",
        pl.col("adm_dept_codg").alias("dept"),
        pl.col("chfpdr_code").alias("dr_code"),
        "dscg_way",
        "hi_paymtd",
        pl.col("case_paid").fill_null(value=False),
        "drg_code",
        "drg_wt",
        "pay_std_fen",
        *(pl.col(name).fill_null(0) for name in ("fee_fen", "inscp_fen", "fund_fen", "selfpay_fen")),
        pl.col("n_setl").fill_null(0),
    )
