"""进销存变更 (stock movements); origin: local."""

from __future__ import annotations

import dataframely as dy

from features.contracts.column import Table, datetime, price, quantity, text


class InvtChgD(dy.Schema):
    """One row: stock movements."""

    invt_chg_id = text("库存变更ID", required=True)
    fixmedins_code = text("定点医药机构编号", required=True)
    hilist_code = text("医保目录编码", required=True)
    invt_chg_time = datetime("变更时间", required=True)
    invt_chg_type = text("1采购入库 2采购退货 3销售出库 4销售退货 5盘盈 6盘亏 7期初", required=True, codes="invt_chg_type")
    cnt = quantity("数量", unit="计价单位", required=True)
    pric = price("单价", unit="元/计价单位")


TABLE = Table(
    name="invt_chg_d",
    zh="进销存变更",
    meaning="stock movements",
    need="optional",
    origin="local",
    schema=InvtChgD,
    key=("invt_chg_id", "invt_chg_time"),
    month="invt_chg_time",
)
