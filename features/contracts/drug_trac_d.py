"""药品追溯码销售记录 (drug trace codes sold); origin: local."""

from __future__ import annotations

import dataframely as dy

from features.contracts.column import Table, datetime, text


class DrugTracD(dy.Schema):
    """One row: drug trace codes sold."""

    bkkp_sn = text("记账流水号", required=True)
    drug_trac_codg = text("药品追溯码", required=True)
    fixmedins_code = text("定点医药机构编号", required=True)
    hilist_code = text("医保目录编码", required=True)
    sel_retn_time = datetime("销售/退货时间", required=True)
    sel_retn_type = text("1销售 2退货", required=True, codes="sel_retn_type")


TABLE = Table(
    name="drug_trac_d",
    zh="药品追溯码销售记录",
    meaning="drug trace codes sold",
    need="optional",
    origin="local",
    schema=DrugTracD,
    key=("bkkp_sn", "drug_trac_codg", "sel_retn_type", "sel_retn_time"),
    month="sel_retn_time",
)
