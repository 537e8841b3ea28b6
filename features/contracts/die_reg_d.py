"""死亡登记 (death registry); origin: local."""

from __future__ import annotations

import dataframely as dy

from features.contracts.column import Table, date, text


class DieRegD(dy.Schema):
    """One row: death registry."""

    psn_no = text("人员编号", required=True)
    die_date = date("死亡日期", required=True)
    data_src = text("来源 1公安 2民政 3卫健", codes="data_src")


TABLE = Table(
    name="die_reg_d",
    zh="死亡登记",
    meaning="death registry",
    need="optional",
    origin="local",
    schema=DieRegD,
    key=("psn_no", "data_src"),
    prefer=("last:die_date",),
    bucketed=True,
)
