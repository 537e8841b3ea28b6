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
    title_zh="中药饮片单复方均不予支付",
    title_en="Herbal piece never paid",
    kind=Kind.POLICY_LIMIT,
    certainty="definite",
    scope="person",
    gz_code="GZ10000101003000",
    legal_basis=("reg.15", "reg.38.6"),
    needs=("fee_list_d",),
    params=("practice_houses_min", "practice_share_min"),
    exceptions=("refund", "self_paid", "city_practice"),
)
def herb_never_paid(t: Tables, p: Params) -> pl.LazyFrame:
    """Herbal pieces that the drug list excludes from payment, alone or in a compound, with an amount in the scope of cover.

    Pieces are matched by national code or by their exact name; a longer name that merely contains the word is another piece.
    """
    lines = limited_lines(t, "中药饮片单复方均不予支付").filter(pl.col("list_type") == "102")
    unpaid = one_point(lines)
    odd = without_practice(lines, unpaid, t, p)
    return per_visit(odd, filled("{}将不得纳入基金支付范围的中药饮片{}纳入医保结算{}条，金额{}元。", "days", "items", "n_lines", "amount"))
