"""举报投诉 (complaints received); origin: local."""

from __future__ import annotations

import dataframely as dy

from features.contracts.column import Table, datetime, text


class RptCmplD(dy.Schema):
    """One row: complaints received."""

    cmpl_id = text("举报件编号", required=True)
    recv_time = datetime("受理时间", required=True)
    fixmedins_code = text("被举报机构")
    chnl = text("渠道 1电话 2信件 3网络 4来访", codes="chnl")
    topic = text("问题类别")
    cont = text("内容", personal="text")


TABLE = Table(
    name="rpt_cmpl_d",
    zh="举报投诉",
    meaning="complaints received",
    need="optional",
    origin="local",
    schema=RptCmplD,
    key=("cmpl_id",),
    prefer=("last:recv_time",),
)
