from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.reference.items import item_group
from features.tables import Tables
from models.exception import lawful

#: Groups of service items that are given without laying a hand on the patient: consultations, beds, registration.
_WITHOUT_HANDS = ("11", "13", "14")


@lawful(title_zh="死亡登记后多家机构亲身诊疗（登记有误）", title_en="Treated by several after the death: the entry is an error", keys=("psn_no",))
def treated_by_several(t: Tables, p: Params) -> pl.LazyFrame:
    """Whom ``houses_alive_min`` medical institutions went on seeing after the registered death, one of them with hands laid on, goes on living.

    One house can invent a visit, and a family can use up a card at shops or fetch a prescription; that one house examines, tests, injects or
    operates on a dead person and another of a different organisation sees him too is no likely fraud, while a death entered for the wrong
    person is common. Purchases at pharmacies do not count, and a death that two registers know of is no wrong entry.
    """
    entries = t.raw("die_reg_d").group_by("psn_no").agg(pl.col("die_date").max(), sources=pl.col("data_src").drop_nulls().n_unique())
    deaths = entries.filter(pl.col("sources") <= 1).drop("sources")
    whole = t.institutions.select("fixmedins_code", "is_pharmacy", organisation=pl.coalesce("prnt_medins_code", "fixmedins_code"))
    hands = (pl.col("list_type") == "201") & ~item_group(pl.col("hilist_code")).is_in(_WITHOUT_HANDS)
    return (
        t.lines.join(deaths, on="psn_no", how="inner")
        .filter((pl.col("date") > pl.col("die_date").dt.offset_by(f"{p['grace_days']}d")) & (pl.col("begn_date") > pl.col("die_date")))
        .join(whole, on="fixmedins_code", how="left")
        .filter(~pl.col("is_pharmacy").fill_null(value=False))
        .group_by("psn_no")
        .agg(houses=pl.coalesce("organisation", "fixmedins_code").n_unique(), hands=hands.any())
        .filter((pl.col("houses") >= p["houses_alive_min"]) & pl.col("hands"))
        .select("psn_no")
    )
