from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule
from models.rules.national._points import lenient, limited_lines, per_visit
from models.wording import meaning


@rule(
    title_zh="医疗服务项目限医疗机构级别",
    title_en="Service beyond the institution's level",
    kind=Kind.POLICY_LIMIT,
    certainty="suspected",
    scope="person",
    gz_code="GZ10000102011000",
    legal_basis=("reg.15", "reg.38.6"),
    needs=("fee_list_d", "fixmedins_b"),
    exceptions=("refund", "self_paid"),
)
def service_level(t: Tables, p: Params) -> pl.LazyFrame:
    """Restricted techniques (endovascular intervention, surgery of heart and great vessels) billed by a primary institution.

    Institutions without a level are left out: specialised hospitals are often not graded.
    """
    tiers = t.institutions.select("fixmedins_code", "tier", "hosp_lv", "is_pharmacy")
    lines = limited_lines(t, "医疗服务项目限医疗机构级别").join(tiers, on="fixmedins_code", how="inner")
    low = pl.col("tier").is_in(["0", "1"]) & pl.col("hosp_lv").is_in(["08", "09", "10"]) & ~pl.col("is_pharmacy")
    odd = lenient(lines, low & (pl.col("tier").cast(pl.Int32) < pl.col("tier_min").cast(pl.Int32)))
    return per_visit(
        odd,
        filled(
            "{}在一级及以下机构（{}）收取限上级医疗机构开展的项目{}{}条，金额{}元。",
            "days",
            meaning("hosp_lv", pl.col("hosp_lv")),
            "items",
            "n_lines",
            "amount",
        ),
        "hosp_lv",
        sure=False,
    )
