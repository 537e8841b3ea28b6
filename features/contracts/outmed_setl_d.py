"""异地就医结算 (settlements made outside the city); origin: national."""

from __future__ import annotations

import dataframely as dy

from features.contracts.column import Table, date, datetime, money, text


class OutmedSetlD(dy.Schema):
    """One row: settlements made outside the city."""

    setl_id = text("结算ID", required=True)
    mdtrt_id = text("就诊ID")
    psn_no = text("人员编号", required=True)
    fixmedins_code = text("定点医药机构编号", required=True)
    med_type = text("医疗类别", codes="med_type")
    begndate = date("开始日期", required=True)
    enddate = date("结束日期", required=True)
    setl_time = datetime("结算时间")
    medfee_sumamt = money("医疗费总额")
    fund_pay_sumamt = money("基金支付总额")


TABLE = Table(
    name="outmed_setl_d",
    zh="异地就医结算",
    meaning="settlements made outside the city",
    need="optional",
    origin="national",
    schema=OutmedSetlD,
    key=("setl_id",),
    month="begndate",
    yuan="medfee_sumamt",
    prefer=("last:setl_time", "first:medfee_sumamt"),
    bucketed=True,
)
