"""医疗机构详细信息 (institution detail (beds, nature, type, location)); origin: national."""

from __future__ import annotations

import dataframely as dy

from features.contracts.column import Table, quantity, text


class MedinsInfoB(dy.Schema):
    """One row: institution detail (beds, nature, type, location)."""

    medins_code = text("医疗机构代码", required=True)
    medins_type = text("医疗服务机构类型")
    medins_type_name = text("医疗服务机构类型名称")
    aprv_bed_cnt = quantity("批准床位数量", unit="张")
    medins_natu = text("机构性质")
    biznat = text("经营性质")
    grst_hosp_flag = text("基层医院标志", codes="flag")
    prnt_medins_code = text("上级医疗机构代码")
    lnt = text("经度")
    lat = text("纬度")
    cred_lv = text("信用等级")
    pro_techstf_psncnt = quantity("专业技术人员人数", unit="人")
    legrep_name = text("法定代表人姓名", personal="name")


TABLE = Table(
    name="medins_info_b",
    zh="医疗机构详细信息",
    meaning="institution detail (beds, nature, type, location)",
    need="optional",
    origin="national",
    schema=MedinsInfoB,
    key=("medins_code",),
    prefer=("last:aprv_bed_cnt",),
)
