"""DRG结算结果 (DRG result of a settlement); origin: local."""

from __future__ import annotations

import dataframely as dy

from features.contracts.column import Table, money, price, text


class DrgSetlD(dy.Schema):
    """One row: DRG result of a settlement."""

    setl_id = text("结算ID", required=True)
    drg_code = text("DRG编码", required=True)
    drg_name = text("DRG名称")
    drg_wt = price("DRG权重(RW)", unit="权重", required=True)
    drg_rate = price("费率(元/权重)", unit="元/权重")
    drg_pay_std = money("付费标准", required=True)
    drg_case_type = text("病例类型 1正常 2高倍率 3低倍率 4未入组 5特例单议", codes="drg_case_type")
    drg_fund_pay = money("DRG基金支付额")


TABLE = Table(
    name="drg_setl_d",
    zh="DRG结算结果",
    meaning="DRG result of a settlement",
    need="optional",
    origin="local",
    schema=DrgSetlD,
    key=("setl_id",),
    yuan="drg_pay_std",
    prefer=("first:drg_pay_std",),
)
