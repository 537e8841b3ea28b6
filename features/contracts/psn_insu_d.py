"""人员参保关系 (insurance relation); origin: national."""

from __future__ import annotations

import dataframely as dy

from features.contracts.column import Table, date, text


class PsnInsuD(dy.Schema):
    """One row: insurance relation."""

    psn_no = text("人员编号", required=True)
    insutype = text("险种类型", required=True, codes="insutype")
    insu_admdvs = text("参保所属医保区划", required=True)
    psn_type = text("人员类别", codes="psn_type")
    psn_insu_stas = text("人员参保状态")
    crt_insu_date = date("本次参保日期")
    paus_insu_date = date("暂停参保日期")
    emp_no = text("单位编号")


TABLE = Table(
    name="psn_insu_d",
    zh="人员参保关系",
    meaning="insurance relation",
    need="optional",
    origin="national",
    schema=PsnInsuD,
    key=("psn_no", "insutype", "insu_admdvs", "crt_insu_date"),
    prefer=("has:paus_insu_date", "last:paus_insu_date"),
    bucketed=True,
)
