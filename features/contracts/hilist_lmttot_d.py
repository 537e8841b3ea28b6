"""医保目录限定报销总额 (ceilings of the total settled for an item); origin: extension."""

from __future__ import annotations

import dataframely as dy

from features.contracts.column import Table, date, money, text


class HilistLmttotD(dy.Schema):
    """One row: no more than ``lmt_amt`` of the item is settled in one visit, or in one calendar year, while the row is in force."""

    hilist_code = text("医保目录编码", required=True)
    period = text("限额期间", required=True, codes="lmttot_period")
    lmt_amt = money("限定报销总额", required=True)
    begndate = date("开始日期")
    enddate = date("结束日期")


TABLE = Table(
    name="hilist_lmttot_d",
    zh="医保目录限定报销总额",
    meaning="ceilings of the total settled for an item",
    need="optional",
    origin="extension",
    schema=HilistLmttotD,
    key=("hilist_code", "period", "begndate"),
    prefer=("last:enddate", "last:lmt_amt"),
)
