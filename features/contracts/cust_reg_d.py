"""羁押服刑登记 (custody registry); origin: local."""

from __future__ import annotations

import dataframely as dy

from features.contracts.column import Table, date, text


class CustRegD(dy.Schema):
    """One row: custody registry."""

    psn_no = text("人员编号", required=True)
    begndate = date("羁押/服刑开始", required=True)
    enddate = date("结束")


TABLE = Table(
    name="cust_reg_d",
    zh="羁押服刑登记",
    meaning="custody registry",
    need="optional",
    origin="local",
    schema=CustRegD,
    key=("psn_no", "begndate"),
    prefer=("has:enddate", "first:enddate"),
    bucketed=True,
)
