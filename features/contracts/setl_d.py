"""结算信息 (settlement (claim)); origin: national."""

from __future__ import annotations

import dataframely as dy

from features.contracts.column import Table, date, datetime, money, text


class SetlD(dy.Schema):
    """One row: settlement (claim)."""

    setl_id = text("结算ID", required=True)
    mdtrt_id = text("就诊ID", required=True)
    psn_no = text("人员编号", required=True)
    fixmedins_code = text("定点医药机构编号", required=True)
    insutype = text("险种类型", codes="insutype")
    insu_admdvs = text("参保所属医保区划")
    med_type = text("医疗类别", required=True, codes="med_type")
    begndate = date("开始日期", required=True)
    enddate = date("结束日期", required=True)
    setl_time = datetime("结算时间", required=True)
    setl_type = text("结算类别", codes="setl_type")
    clr_type = text("清算类别", codes="clr_type")
    pay_loc = text("支付地点类别", codes="pay_loc")
    medfee_sumamt = money("医疗费总额", required=True)
    fulamt_ownpay_amt = money("全自费金额")
    overlmt_selfpay = money("超限价自费费用")
    preselfpay_amt = money("先行自付金额")
    inscp_amt = money("符合范围金额", required=True)
    hifp_pay = money("统筹基金支出")
    fund_pay_sumamt = money("基金支付总额", required=True)
    psn_pay = money("个人支付金额")
    acct_pay = money("个人账户支出")
    cash_payamt = money("现金支付金额")
    refd_setl_flag = text("退费结算标志", required=True, codes="refd_setl_flag")
    init_setl_id = text("原结算ID")
    mid_setl_flag = text("中途结算标志", codes="flag")
    invono = text("发票号")
    manl_reim_rea = text("零星报销原因")
    vali_flag = text("有效标志", codes="flag")


TABLE = Table(
    name="setl_d",
    zh="结算信息",
    meaning="settlement (claim)",
    need="required",
    origin="national",
    schema=SetlD,
    key=("setl_id",),
    month="setl_time",
    yuan="medfee_sumamt",
    prefer=("is:vali_flag=0", "last:setl_time", "first:medfee_sumamt", "first:inscp_amt"),
    bucketed=True,
)
