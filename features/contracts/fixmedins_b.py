"""定点医药机构 (institution); origin: national."""

from __future__ import annotations

import dataframely as dy

from features.contracts.column import Table, datetime, text


class FixmedinsB(dy.Schema):
    """One row: institution."""

    fixmedins_code = text("定点医药机构编号", required=True)
    fixmedins_name = text("定点医药机构名称", required=True)
    fixmedins_type = text("定点医疗服务机构类型", required=True, codes="fixmedins_type")
    hosp_lv = text("医院等级", required=True, codes="hosp_lv")
    fix_blng_admdvs = text("定点归属医保区划", required=True)
    begntime = datetime("开始时间")
    endtime = datetime("结束时间")
    vali_flag = text("有效标志", codes="flag")


TABLE = Table(
    name="fixmedins_b",
    zh="定点医药机构",
    meaning="institution",
    need="required",
    origin="national",
    schema=FixmedinsB,
    key=("fixmedins_code",),
    prefer=("is:vali_flag=1", "open:endtime", "last:endtime", "last:begntime"),
)
