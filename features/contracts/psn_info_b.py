"""参保人员 (insured person); origin: national."""

from __future__ import annotations

import dataframely as dy

from features.contracts.column import Table, date, text


class PsnInfoB(dy.Schema):
    """One row: insured person."""

    psn_no = text("人员编号", required=True)
    certno = text("证件号码", personal="identity")
    psn_name = text("人员姓名", personal="name")
    gend = text("性别", required=True, codes="gend")
    brdy = date("出生日期", required=True, earliest=1000)
    live_admdvs = text("居住地医保区划")
    live_addr = text("居住地址", personal="address")
    surv_stas = text("生存状态")


TABLE = Table(
    name="psn_info_b",
    zh="参保人员",
    meaning="insured person",
    need="required",
    origin="national",
    schema=PsnInfoB,
    key=("psn_no",),
    prefer=("has:certno", "has:live_addr"),
    bucketed=True,
    derived={"live_village": "居住村居（门牌号以前的部分）", "live_town": "居住乡镇街道"},
)
