"""结算清单诊断 (its diagnoses); origin: national."""

from __future__ import annotations

import dataframely as dy

from features.contracts.column import Table, text


class MdcsFundSetlListDiagD(dy.Schema):
    """One row: its diagnoses."""

    setl_list_diag_id = text("结算清单诊断ID", required=True)
    setl_id = text("结算ID", required=True)
    psn_no = text("人员编号", required=True)
    diag_type = text("诊断类别", codes="diag_type")
    maindiag_flag = text("主诊断标志", required=True, codes="flag")
    diag_code = text("诊断代码", required=True)
    diag_name = text("诊断名称")
    adm_cond_type = text("入院病情类型", codes="adm_cond_type")
    vali_flag = text("有效标志", codes="flag")


TABLE = Table(
    name="mdcs_fund_setl_list_diag_d",
    zh="结算清单诊断",
    meaning="its diagnoses",
    need="optional",
    origin="national",
    schema=MdcsFundSetlListDiagD,
    key=("setl_list_diag_id",),
    prefer=("is:vali_flag=0",),
    bucketed=True,
)
