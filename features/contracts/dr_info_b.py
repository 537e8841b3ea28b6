"""医师信息 (physician registry); origin: national."""

from __future__ import annotations

import dataframely as dy

from features.contracts.column import Table, datetime, text


class DrInfoB(dy.Schema):
    """One row: physician registry."""

    dr_code = text("医师代码", required=True)
    psn_no = text("人员编号")
    dr_name = text("医师姓名", personal="name")
    dr_prac_type = text("医师执业类别")
    dr_prac_scp_name = text("医师执业范围名称")
    mul_prac_flag = text("多点执业标志", codes="flag")
    main_pracins_no = text("主执业机构编号")
    medins_code = text("医疗机构代码")
    dr_pro_tech_duty = text("医师专业技术职务")
    dr_prac_cert_no = text("医师执业证书编号")
    prac_stas = text("执业状态")
    nemp_time = datetime("离职时间")


TABLE = Table(
    name="dr_info_b",
    zh="医师信息",
    meaning="physician registry",
    need="optional",
    origin="national",
    schema=DrInfoB,
    key=("dr_code", "medins_code"),
    prefer=("has:nemp_time", "last:nemp_time"),
)
