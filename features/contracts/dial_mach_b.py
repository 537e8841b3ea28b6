"""血透机登记 (dialysis machines); origin: local."""

from __future__ import annotations

import dataframely as dy

from features.contracts.column import Table, quantity, text


class DialMachB(dy.Schema):
    """One row: dialysis machines."""

    fixmedins_code = text("定点医药机构编号", required=True)
    mach_cnt = quantity("血透机台数", unit="台", required=True)
    day_shift_cnt = quantity("每日班次", unit="班")


TABLE = Table(
    name="dial_mach_b",
    zh="血透机登记",
    meaning="dialysis machines",
    need="optional",
    origin="local",
    schema=DialMachB,
    key=("fixmedins_code",),
    prefer=("last:mach_cnt", "last:day_shift_cnt"),
)
