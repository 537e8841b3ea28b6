from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.tables import Tables
from models.exception import lawful


@lawful(title_zh="当场使用的注射剂", title_en="Given on the spot", keys=("bkkp_sn",))
def given_on_the_spot(t: Tables, p: Params) -> pl.LazyFrame:
    """Injections and infusions are given where they are billed and are no supply to take home, whatever days the line names.

    The eleventh character of a western drug's code is its form, B the injections; insulin and other antidiabetic pens (A10) are taken home.
    """
    del p
    code = pl.col("hilist_code")
    injection = code.str.starts_with("X") & (code.str.slice(10, 1) == "B") & ~code.str.starts_with("XA10")
    return t.lines.filter(injection).select("bkkp_sn")
