"""费用明细 (fee line); origin: national."""

from __future__ import annotations

import dataframely as dy

from features.contracts.column import Table, datetime, money, price, quantity, text


class FeeListD(dy.Schema):
    """One row: fee line."""

    bkkp_sn = text("记账流水号", required=True)
    mdtrt_id = text("就诊ID", required=True)
    setl_id = text("结算ID")
    psn_no = text("人员编号", required=True)
    fixmedins_code = text("定点医药机构编号", required=True)
    med_type = text("医疗类别", codes="med_type")
    fee_ocur_time = datetime("费用发生时间", required=True)
    hilist_code = text("医保目录编码", required=True)
    hilist_name = text("医保目录名称", required=True)
    list_type = text("目录类别", required=True, codes="list_type")
    med_chrgitm_type = text("医疗收费项目类别", required=True, codes="med_chrgitm_type")
    chrgitm_lv = text("收费项目等级", codes="chrgitm_lv")
    cnt = quantity("数量", unit="计价单位", required=True)
    pric = price("单价", unit="元/计价单位", required=True)
    det_item_fee_sumamt = money("明细项目费用总额", required=True)
    pric_uplmt_amt = price("定价上限金额", unit="元/计价单位")
    inscp_amt = money("符合范围金额")
    fulamt_ownpay_amt = money("全自费金额")
    bilg_dept_codg = text("开单科室编码")
    bilg_dept_name = text("开单科室名称")
    bilg_dr_code = text("开单医师代码")
    acord_dept_codg = text("受单科室编码")
    rx_drord_no = text("处方/医嘱号")
    spec = text("规格")
    used_frqu_dscr = text("使用频次描述")
    sin_dos_dscr = text("单次剂量描述")
    prd_days = quantity("周期天数", unit="天")
    etip_flag = text("外检标志", codes="flag")
    etip_hosp_code = text("外检医院编码")
    dscg_tkdrug_flag = text("出院带药标志", codes="flag")
    init_feedetl_sn = text("原费用明细流水号")
    vali_flag = text("有效标志", codes="flag")


TABLE = Table(
    name="fee_list_d",
    zh="费用明细",
    meaning="fee line",
    need="required",
    origin="national",
    schema=FeeListD,
    key=("bkkp_sn",),
    month="fee_ocur_time",
    yuan="det_item_fee_sumamt",
    prefer=("is:vali_flag=0", "has:setl_id", "last:fee_ocur_time", "first:det_item_fee_sumamt", "first:cnt", "first:inscp_amt"),
    bucketed=True,
)
