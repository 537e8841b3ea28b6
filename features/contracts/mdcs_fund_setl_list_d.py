"""医疗保障基金结算清单 (settlement list (one a discharge)); origin: national."""

from __future__ import annotations

import dataframely as dy

from features.contracts.column import Table, datetime, quantity, text


class MdcsFundSetlListD(dy.Schema):
    """One row: settlement list (one a discharge)."""

    setl_id = text("结算ID", required=True)
    mdtrt_id = text("就诊ID", required=True)
    psn_no = text("人员编号", required=True)
    fixmedins_code = text("定点医药机构编号", required=True)
    gend = text("性别", codes="gend")
    age = quantity("年龄", unit="岁", within=(0, 130))
    age_days = quantity("年龄(天)", unit="天", within=(0, 400))
    nwb_adm_wt = quantity("新生儿入院体重", unit="克")
    adm_time = datetime("入院时间")
    dscg_time = datetime("出院时间")
    adm_way_code = text("入院途径代码", codes="adm_way")
    act_ipt_days = quantity("实际住院天数", unit="天")
    vent_used_h_cnt = quantity("呼吸机使用小时数", unit="小时")
    spga_nurscare_days = quantity("特级护理天数", unit="天")
    lv1_nurscare_days = quantity("一级护理天数", unit="天")
    scd_nurscare_days = quantity("二级护理天数", unit="天")
    lv3_nurscare_days = quantity("三级护理天数", unit="天")
    dscg_way = text("离院方式", codes="dscg_way")
    dscg_31days_rinp_flag = text("出院31天内再住院标志", codes="flag")
    rinp_pup = text("再住院目的")
    hi_paymtd = text("医保支付方式", codes="hi_paymtd")
    vali_flag = text("有效标志", codes="flag")


TABLE = Table(
    name="mdcs_fund_setl_list_d",
    zh="医疗保障基金结算清单",
    meaning="settlement list (one a discharge)",
    need="optional",
    origin="national",
    schema=MdcsFundSetlListD,
    key=("setl_id",),
    month="dscg_time",
    prefer=("is:vali_flag=0", "has:dscg_time", "last:dscg_time"),
    bucketed=True,
)
