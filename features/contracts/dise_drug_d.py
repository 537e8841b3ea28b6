"""门诊慢特病病种用药目录 (drugs allowed under a chronic-disease entitlement); origin: extension."""

from __future__ import annotations

import dataframely as dy

from features.contracts.column import Table, date, text


class DiseDrugD(dy.Schema):
    """One row: the drugs whose national code begins with ``prefix`` are on the city's list of the disease while the row is in force."""

    dise_no = text("病种编码", required=True)
    prefix = text("允许的药品编码前缀", required=True)
    begndate = date("开始日期")
    enddate = date("结束日期")


TABLE = Table(
    name="dise_drug_d",
    zh="门诊慢特病病种用药目录",
    meaning="drugs allowed under a chronic-disease entitlement",
    need="optional",
    origin="extension",
    schema=DiseDrugD,
    key=("dise_no", "prefix", "begndate"),
    prefer=("last:enddate",),
)
