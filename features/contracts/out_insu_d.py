"""外地参保 (enrolment elsewhere); origin: local."""

from __future__ import annotations

import dataframely as dy

from features.contracts.column import Table, date, text


class OutInsuD(dy.Schema):
    """One row: enrolment elsewhere."""

    psn_no = text("人员编号", required=True)
    insu_admdvs = text("外地参保区划", required=True)
    insutype = text("险种", codes="insutype")
    begndate = date("开始", required=True)
    enddate = date("结束")


TABLE = Table(
    name="out_insu_d",
    zh="外地参保",
    meaning="enrolment elsewhere",
    need="optional",
    origin="local",
    schema=OutInsuD,
    key=("psn_no", "insu_admdvs", "insutype", "begndate"),
    prefer=("has:enddate", "first:enddate"),
    bucketed=True,
)
