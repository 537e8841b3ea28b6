from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.tables import Tables
from models.exception import lawful


@lawful(title_zh="全额自费", title_en="Paid by the patient", keys=("bkkp_sn",))
def self_paid(t: Tables, p: Params) -> pl.LazyFrame:
    """A line with nothing in the scope of cover (``inscp_amt`` 0) is paid by the patient: the limit of payment was kept, not broken."""
    return t.lines.filter(pl.col("inscp_fen") <= 0).select("bkkp_sn")
