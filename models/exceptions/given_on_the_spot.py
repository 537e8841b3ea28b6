from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.reference.items import given_on_the_spot as is_given_on_the_spot
from features.tables import Tables
from models.exception import lawful


@lawful(title_zh="当场使用的注射剂", title_en="Given on the spot", keys=("hilist_code",))
def given_on_the_spot(t: Tables, p: Params) -> pl.LazyFrame:
    """Injections and infusions are given where they are billed and are no supply to take home, whatever days the line names.

    The eleventh character of a western drug's code is its form, B the injections; insulin and other antidiabetic pens (A10) are taken home.
    """
    del p
    return t.items.filter(is_given_on_the_spot(pl.col("hilist_code"))).select("hilist_code")
