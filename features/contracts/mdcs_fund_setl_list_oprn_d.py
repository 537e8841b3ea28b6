"""结算清单手术操作 (its operations); origin: national."""

from __future__ import annotations

import dataframely as dy

from features.contracts.column import Table, date, text


class MdcsFundSetlListOprnD(dy.Schema):
    """One row: its operations."""

    setl_list_oprn_id = text("结算清单手术操作ID", required=True)
    setl_id = text("结算ID", required=True)
    psn_no = text("人员编号", required=True)
    main_oprn_flag = text("主手术操作标志", required=True, codes="flag")
    oprn_oprt_code = text("手术操作代码", required=True)
    oprn_oprt_name = text("手术操作名称")
    oprn_oprt_date = date("手术操作日期")
    oper_dr_code = text("术者医师代码")
    vali_flag = text("有效标志", codes="flag")


TABLE = Table(
    name="mdcs_fund_setl_list_oprn_d",
    zh="结算清单手术操作",
    meaning="its operations",
    need="optional",
    origin="national",
    schema=MdcsFundSetlListOprnD,
    key=("setl_list_oprn_id",),
    prefer=("is:vali_flag=0",),
    bucketed=True,
)
