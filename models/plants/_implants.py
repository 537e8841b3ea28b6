"""What plants of implants share."""

from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.reference.items import is_inpatient
from models.plant import Given
from models.plants._tables import CONSUMABLES, good_lines


def implant_lines(frames: Given, p: Params) -> pl.DataFrame:
    """Dear consumables of stays, within scope: implants and what is used like them."""
    dear = (pl.col("list_type") == CONSUMABLES) & (pl.col("pric") >= p["implant_price_min"]) & (pl.col("inscp_amt") > 0)
    return good_lines(frames).filter(dear & is_inpatient(pl.col("med_type")))
