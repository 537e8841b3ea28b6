from __future__ import annotations

from typing import Final

import polars as pl

from features.drg.grouper import group_in_force
from features.drg.lists import cases_of, diagnoses_of, operations_of
from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule
from models.rules.drg._payment import billed_cases, grouped_cases, scheme_in_use, schemes_in_use, weight_ratio, weight_rows, weight_table, with_loss
from models.rules.drg._support import (
    BEARER,
    PAID,
    SUPPORT_PARAMS,
    as_hits,
    habit,
    items_of_cases,
    judged,
    keys_of_cases,
    kin_of,
    kin_rows,
    learn,
    of_habit,
    paid_rows,
    use_rows,
    with_fee_evidence,
)
from models.run_rules import empty_hits

#: An operation is learned for itself, over its subcategory, or as any operation of its sort (surgical, procedural) that leaves a charge.
_LEVELS: Final = (pl.col("code"), pl.col("code").str.slice(0, 4), pl.col("sort"))


def _extract(t: Tables, p: Params) -> pl.LazyFrame:
    """Every operated case with its items, its billing, and the group it would have without its operations."""
    schemes = schemes_in_use()
    cases = cases_of(t).select("case_id", "mdtrt_id", "fixmedins_code")
    items = items_of_cases(t)
    operated = operations_of(t).sort("case_id", pl.col("main").not_(), "seq").unique("case_id", keep="first", maintain_order=True)
    people = cases_of(t).join(operated.select("case_id"), on="case_id", how="semi")
    without = group_in_force(people, diagnoses_of(t), operations_of(t).filter(pl.lit(value=False)), schemes)
    billing = billed_cases(t)
    # what an operation leaves shows against patients with the same main diagnosis who had none
    kin = cases.join(kin_of(t), on="case_id")
    unoperated = kin.join(operated.select("case_id"), on="case_id", how="anti")
    done = grouped_cases(t)
    letter = pl.col("adrg").str.slice(1, 1)
    bearers = (
        operated.select("case_id", "code", op_name="name")
        .join(kin, on="case_id")
        .join(without.select("case_id", supported_code="drg_code", adrg_without="adrg"), on="case_id")
        .join(done.select("case_id", sort=pl.when(letter < "K").then(pl.lit("surgical")).when(letter < "R").then(pl.lit("procedural"))), on="case_id")
        .join(keys_of_cases(t), on="mdtrt_id")
        .join(billing.drop("fixmedins_code"), on="mdtrt_id", how="left")
        .with_columns(kind=pl.lit(BEARER))
    )
    return pl.concat([bearers, use_rows(items), kin_rows(items, unoperated), paid_rows(billing), weight_rows(t)], how="diagonal")


@rule(
    title_zh="手术操作无收费支持的高套病组",
    title_en="Group upcoded by an operation that was not charged",
    kind=Kind.UPCODING,
    certainty="suspected",
    scope="city",
    gz_code="GZ10000201003000",
    legal_basis=("reg.38.7", "impl.23", "impl.35"),
    needs=("mdcs_fund_setl_list_d", "mdcs_fund_setl_list_diag_d", "mdcs_fund_setl_list_oprn_d", "drg_setl_d", "fee_list_d"),
    params=SUPPORT_PARAMS,
    extract=_extract,
)
def upcoded_operation(t: Tables, p: Params) -> pl.LazyFrame:
    """The main operation of the settlement list puts the case into a surgical or procedural group, but nothing of it was charged.

    What an operation leaves in the fee lines (the operation item, anaesthesia, consumables, drugs), beyond what patients with the same main
    diagnosis have without one, is learned from the other hospitals' cases of the same code (``_support``); the cost of the case against the
    weights of the group with and without it speaks for or against, never alone. A case is at issue when these are missing and the case
    grouped without its operations falls into a cheaper group, at a hospital where that is a habit. An honest hospital may show the
    operation record: done free of charge, charged as a package under another item, or in an earlier stay.
    """
    extracted = t.extracted.collect()
    if extracted.is_empty() or extracted.filter(pl.col("kind") == BEARER).is_empty():
        return empty_hits()
    scheme = scheme_in_use()
    weights = weight_table(extracted, scheme)
    judgement = judged(extracted.filter(pl.col("kind") == BEARER), learn(extracted, p, _LEVELS, bearers_are_kin=False), p)
    judgement = with_fee_evidence(weight_ratio(judgement, weights, "drg_code", "supported_code"), extracted.filter(pl.col("kind") == PAID), p)
    judgement = judgement.with_columns(supported=(pl.col("score") > p["score_max"]) | pl.col("dear"))
    hospitals = habit(judgement, p, p["score_max"], p["score_flagrant"])
    if hospitals.is_empty():
        return empty_hits()
    at_issue = (
        of_habit(judgement, hospitals)
        .filter(pl.col("drg_code").str.slice(0, 3) != pl.col("adrg_without"))
        .join(scheme.drg.select("drg_code", billed_name="drg_name"), on="drg_code")
    )
    priced = with_loss(at_issue, weights, "drg_code", "supported_code")
    said = filled(
        "该例以主手术{}（{}）按{}{}结算，但住院费用明细中没有该手术应有的收费（其他机构{}例同类手术通常有{}）；不计该手术",
        pl.coalesce("op_name", "code"),
        "code",
        "drg_code",
        "billed_name",
        "n_peers",
        "companions",
    )
    return as_hits(priced, 0.6, said, "手术病例")
