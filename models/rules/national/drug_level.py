from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.exceptions.city_practice import without_practice
from models.kinds import Kind
from models.rule import rule
from models.rules.national._points import lenient, limited_lines, per_visit
from models.wording import meaning


@rule(
    title_zh="药品限医疗机构级别",
    title_en="Drug beyond the institution's level",
    kind=Kind.POLICY_LIMIT,
    certainty="definite",
    scope="person",
    gz_code="GZ10000101012000",
    legal_basis=("reg.15", "reg.38.6"),
    needs=("fee_list_d", "fixmedins_b"),
    params=("practice_houses_min", "practice_share_min"),
    exceptions=("refund", "self_paid", "city_practice"),
)
def drug_level(t: Tables, p: Params) -> pl.LazyFrame:
    """Drugs paid only in institutions of a certain level, settled in one below it.

    Pharmacies dispense on outside prescriptions and are left out; so are institutions whose level is unknown. Texts that only bind the first
    prescription are not executable on claims and are not used.
    """
    tiers = t.institutions.select("fixmedins_code", "tier", "is_pharmacy", "hosp_lv")
    lines = limited_lines(t, "药品限医疗机构级别").filter(pl.col("tier_min").is_not_null()).join(tiers, on="fixmedins_code", how="inner")
    known = lines.filter(~pl.col("is_pharmacy") & pl.col("hosp_lv").is_not_null())
    below = lenient(known, pl.col("tier").cast(pl.Int32) < pl.col("tier_min").cast(pl.Int32)).with_columns(
        need=pl.col("tier_min").replace({"2": "二级", "3": "三级"})
    )
    odd = without_practice(known, below, t, p)
    return per_visit(
        odd,
        filled(
            "{}使用限{}及以上医疗机构支付的药品{}{}条，金额{}元，本机构为{}。",
            "days",
            "need",
            "items",
            "n_lines",
            "amount",
            meaning("hosp_lv", pl.col("hosp_lv")),
        ),
        "need",
        "hosp_lv",
    )
