from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.exceptions.city_practice import without_practice
from models.kinds import Kind
from models.rule import rule
from models.rules.national._points import limited_lines, one_point, per_visit


@rule(
    title_zh="中药饮片单方使用不予支付",
    title_en="Herbal piece not paid alone",
    kind=Kind.POLICY_LIMIT,
    certainty="suspected",
    scope="person",
    gz_code="GZ10000101004000",
    legal_basis=("reg.15", "reg.38.6"),
    needs=("fee_list_d",),
    params=("practice_houses_min", "practice_share_min"),
    exceptions=("refund", "self_paid", "city_practice"),
)
def herb_single_not_paid(t: Tables, p: Params) -> pl.LazyFrame:
    """A herbal prescription made up wholly of pieces that the fund does not pay when used alone.

    All pieces of one visit and day are taken together, because prescription numbers are often given line by line. One other piece in the
    prescription makes it lawful. Suspected: the prescription on paper may hold a piece the patient paid.
    """
    herbs = t.lines.filter(pl.col("list_type") == "102").with_columns(prescription=pl.coalesce("rx_drord_no", pl.col("date").cast(pl.String)))
    listed = one_point(limited_lines(t, "中药饮片单方使用不予支付", paid_only=False))
    named = listed.select("bkkp_sn", "by_stem", "point_id", limited=pl.lit(value=True))
    # a prescription number may be given line by line: the pieces of one visit and day are then one prescription
    alone = herbs.join(named, on="bkkp_sn", how="left").with_columns(
        whole=pl.col("limited").fill_null(value=False).all().over("mdtrt_id", "date"), by_stem=pl.col("by_stem").fill_null(value=False)
    )
    unpaid = alone.filter(pl.col("whole") & (pl.col("inscp_fen") > 0))
    odd = without_practice(listed, unpaid, t, p)
    return per_visit(
        odd,
        filled("{}的中药处方全部由单独使用不予支付的饮片组成（{}），纳入医保结算{}条，金额{}元。", "days", "items", "n_lines", "amount"),
        "date",
        sure=False,
    )
