"""就诊信息 (visit or stay); origin: national."""

from __future__ import annotations

import dataframely as dy

from features.contracts.column import Table, datetime, text


class MdtrtD(dy.Schema):
    """One row: visit or stay."""

    mdtrt_id = text("就诊ID", required=True)
    psn_no = text("人员编号", required=True)
    fixmedins_code = text("定点医药机构编号", required=True)
    med_type = text("医疗类别", required=True, codes="med_type")
    begntime = datetime("开始时间", required=True)
    endtime = datetime("结束时间")
    insutype = text("险种类型", codes="insutype")
    insu_admdvs = text("参保所属医保区划")
    emp_name = text("单位名称")
    adm_dept_codg = text("入院科室编码")
    adm_dept_name = text("入院科室名称")
    adm_bed = text("入院床位")
    dscg_dept_codg = text("出院科室编码")
    dscg_maindiag_code = text("住院主诊断代码")
    dscg_maindiag_name = text("住院主诊断名称")
    dise_no = text("病种编号")
    dise_name = text("病种名称")
    dscg_way = text("离院方式", codes="dscg_way")
    chfpdr_code = text("主诊医师代码")
    ipt_otp_no = text("住院/门诊号")
    inhosp_stas = text("在院状态", codes="inhosp_stas")
    refl_old_mdtrt_id = text("转诊前就诊ID")
    vali_flag = text("有效标志", codes="flag")


TABLE = Table(
    name="mdtrt_d",
    zh="就诊信息",
    meaning="visit or stay",
    need="required",
    origin="national",
    schema=MdtrtD,
    key=("mdtrt_id",),
    month="begntime",
    prefer=("is:vali_flag=0", "is:inhosp_stas=0", "has:endtime", "last:endtime", "has:dscg_maindiag_code"),
    bucketed=True,
)
