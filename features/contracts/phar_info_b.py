"""药师信息 (pharmacist registry); origin: national."""

from __future__ import annotations

import dataframely as dy

from features.contracts.column import Table, datetime, text


class PharInfoB(dy.Schema):
    """One row: pharmacist registry."""

    phar_code = text("药师代码", required=True)
    psn_no = text("人员编号")
    phar_name = text("药师姓名", personal="name")
    pracins_no = text("执业机构编号")
    phar_prac_cert_no = text("药师执业资格证号")
    reg_time = datetime("注册时间")
    expy_endtime = datetime("有效期结束时间")
    nemp_time = datetime("离职时间")


TABLE = Table(
    name="phar_info_b",
    zh="药师信息",
    meaning="pharmacist registry",
    need="optional",
    origin="national",
    schema=PharInfoB,
    key=("phar_code", "pracins_no", "reg_time"),
    prefer=("has:nemp_time", "last:expy_endtime"),
)
