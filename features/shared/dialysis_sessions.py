"""Sessions of blood purification, the same for every feature that counts them."""

from __future__ import annotations

import polars as pl

from features.reference.items import HAEMODIAFILTRATION, HAEMODIALYSIS, HAEMOFILTRATION, HAEMOPERFUSION, is_dialysis
from features.shared.once import once
from features.tables import Tables

_MODES = {HAEMODIALYSIS[:11]: "hd", HAEMOFILTRATION[:11]: "hf", HAEMODIAFILTRATION[:11]: "hdf", HAEMOPERFUSION[:11]: "hp"}


@once
def dialysis_sessions(t: Tables) -> pl.LazyFrame:
    """One row a person, institution and day: hd hf hdf hp (billed counts), ``sessions`` (hd + hf + hdf), ``inpatient``.

    An item's children (…0100, …0200) are the same treatment as the base item. Perfusion rides on a session and is none itself.
    """
    stem = pl.col("hilist_code").str.slice(0, 11)
    modes = tuple(_MODES.values())
    return (
        t.lines.filter(t.of_item(is_dialysis(pl.col("hilist_code")) | (stem == HAEMOPERFUSION[:11])))
        .with_columns(mode=stem.replace_strict(_MODES, default=None, return_dtype=pl.String))
        .group_by("psn_no", "fixmedins_code", "date")
        .agg(
            *(pl.col("cnt").filter(pl.col("mode") == mode).sum().alias(mode) for mode in modes),
            pl.col("inpatient").any(),
        )
        .with_columns(sessions=pl.col("hd") + pl.col("hf") + pl.col("hdf"))
    )
