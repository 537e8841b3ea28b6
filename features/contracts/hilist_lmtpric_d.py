"""医保目录限价 (price ceilings); origin: national."""

from __future__ import annotations

import dataframely as dy

from features.contracts.column import Table, date, price, text


class HilistLmtpricD(dy.Schema):
    """One row: price ceilings."""

    hilist_code = text("医保目录编码", required=True)
    hilist_lmtpric_type = text("医保目录限价类型")
    overlmt_dspo_way = text("医保目录超限处理方式")
    begndate = date("开始日期")
    enddate = date("结束日期")
    hilist_pric_uplmt_amt = price("医保目录定价上限金额", unit="元/计价单位")


TABLE = Table(
    name="hilist_lmtpric_d",
    zh="医保目录限价",
    meaning="price ceilings",
    need="optional",
    origin="national",
    schema=HilistLmtpricD,
    key=("hilist_code", "hilist_lmtpric_type", "begndate"),
    prefer=("last:enddate", "last:hilist_pric_uplmt_amt"),
)
