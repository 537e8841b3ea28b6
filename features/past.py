"""The lake as it stood at the end of a month: nothing a model is judged by may have been known only later.

Rows of later months are gone. Of tables that are not kept by month, rows that begin later are gone. What a row tells of later days (the
discharge of a stay that still ran, the end of an insurance) is empty. Registries that hold only their present state — persons,
institutions, physicians — are as they are today.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

import polars as pl

from features.contracts import all_tables
from features.lake import WHOLE, Lake

#: Table → the column that says when a row came into being: what its months are told by, and of those not kept by month their own.
BEGINS: Final = {name: table.month for name, table in all_tables().items() if table.month} | {
    "cust_reg_d": "begndate",
    "die_reg_d": "die_date",
    "hilist_lmtpric_d": "begndate",
    "out_insu_d": "begndate",
    "rpt_cmpl_d": "recv_time",
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """A column that tells when something ended, and what is known only from then on: column → what stood there before."""

    ended: str
    before: dict[str, str | None]


OUTCOMES: Final = {
    "cust_reg_d": Outcome("enddate", {}),
    "mdtrt_d": Outcome(
        "endtime", {"inhosp_stas": "1", "dscg_way": None, "dscg_dept_codg": None, "dscg_maindiag_code": None, "dscg_maindiag_name": None}
    ),
    "out_insu_d": Outcome("enddate", {}),
    "psn_insu_d": Outcome("paus_insu_date", {}),
}


class PastLake(Lake):
    """Read access to ``lake`` as it stood when ``month`` (``YYYY-MM``) was over."""

    def __init__(self, lake: Lake, month: str) -> None:
        super().__init__(lake.root)
        self.month = month
        self.parts = tuple(part for part in self.parts if part.month == WHOLE or part.month <= month)
        year, number = int(month[:4]), int(month[5:7])
        self._after = date(year + number // 12, number % 12 + 1, 1)

    def scan(self, table: str, bucket: str | None = None, months: Iterable[str] | None = None) -> pl.LazyFrame:
        """As ``Lake.scan``, without what was known only later."""
        frame = super().scan(table, bucket, months)
        if table in BEGINS:
            begun = pl.col(BEGINS[table]).cast(pl.Date)
            frame = frame.filter((begun < self._after).fill_null(value=True))
        if table in OUTCOMES:
            outcome = OUTCOMES[table]
            later = (pl.col(outcome.ended).cast(pl.Date) >= self._after).fill_null(value=False)
            before = {name: pl.lit(value, dtype=pl.String) for name, value in outcome.before.items()} | {outcome.ended: pl.lit(None)}
            frame = frame.with_columns(pl.when(later).then(value).otherwise(pl.col(name)).alias(name) for name, value in before.items())
        return frame
