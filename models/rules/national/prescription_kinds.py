from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.reference.items import PHARMACY_TYPE
from features.shared.text import filled
from features.tables import Tables
from models.exceptions.chronic_prescription import chronic_prescription
from models.kinds import Kind
from models.rule import rule
from models.rules.national._points import per_visit


@rule(
    title_zh="药品种类超标",
    title_en="Too many drugs on one prescription",
    kind=Kind.OVER_TREATMENT,
    certainty="suspected",
    scope="person",
    gz_code="GZ10000202004000",
    legal_basis=("reg.15", "reg.38.2"),
    needs=("fee_list_d",),
    params=("kinds_max", "diluent_words"),
    exceptions=("chronic_prescription", "refund", "self_paid"),
)
def prescription_kinds(t: Tables, p: Params) -> pl.LazyFrame:
    """An outpatient prescription with more kinds of western drugs, or of patent drugs, than the prescription rules allow (five).

    Solvents and infusion carriers are no drugs of their own and are not counted. Prescriptions are told apart by their number. Western
    and patent drugs may be written on separate sheets that the claim bears under one number, so each is counted by itself. A pharmacy's
    receipt is no prescription, and a chronic-disease visit gathers those of several diseases under its number: both are cleared.
    """
    drugs = chronic_prescription.clear(t.lines, t, p).filter(
        pl.col("list_type").is_in(["101", "103"])
        & ~pl.col("inpatient")
        & (pl.col("med_type").str.slice(0, 2) != PHARMACY_TYPE)
        & (pl.col("inscp_fen") > 0)
        & pl.col("rx_drord_no").is_not_null()
    )
    code = pl.col("hilist_code")
    told_apart = drugs.filter(t.of_item(~pl.col("hilist_name").str.contains(p["diluent_words"]))).with_columns(
        generic=t.of_item(code.str.slice(0, 10)), western_or_patent=t.of_item(code.str.slice(0, 1))
    )
    counted = told_apart.with_columns(
        kinds=pl.col("generic").n_unique().over("mdtrt_id", "rx_drord_no", "western_or_patent"),
        by_stem=pl.lit(value=False),
    )
    odd = counted.filter(pl.col("kinds") > p["kinds_max"])
    return per_visit(
        odd,
        filled("{}一张处方开具{}种药品，超过{}种，{}条，金额{}元。", "days", "kinds", pl.lit(p["kinds_max"]), "n_lines", "amount"),
        "rx_drord_no",
        "kinds",
        sure=False,
        safety=True,
    )
