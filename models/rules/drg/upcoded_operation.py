from __future__ import annotations

import polars as pl

from features.drg.grouper import group
from features.drg.lists import cases_of, diagnoses_of, operations_of
from features.parameters import Params
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule
from models.rules.drg._payment import billed_cases, scheme_in_use, weight_rows, weight_table, with_loss
from models.rules.drg._support import BEARER, habit, items_of_cases, judged, use_rows
from models.run_rules import empty_hits
from models.wording import percent, yuan


def _extract(t: Tables, p: Params) -> pl.LazyFrame:
    """Every operated case with its items, its billing, and the group it would have without its operations."""
    scheme = scheme_in_use()
    cases = cases_of(t).select("case_id", "mdtrt_id", "fixmedins_code")
    items = items_of_cases(t, cases).collect().lazy()
    operated = operations_of(t).sort("case_id", pl.col("main").not_(), "seq").unique("case_id", keep="first", maintain_order=True)
    people = cases_of(t).join(operated.select("case_id"), on="case_id", how="semi")
    without = group(people, diagnoses_of(t), operations_of(t).filter(pl.lit(value=False)), scheme)
    billing = billed_cases(t).drop("fixmedins_code")
    bearers = (
        operated.select("case_id", "code", op_name="name")
        .join(cases, on="case_id")
        .join(without.select("case_id", supported_code="drg_code", adrg_without="adrg"), on="case_id")
        .join(items.group_by("mdtrt_id").agg(keys=pl.col("key").sort()), on="mdtrt_id")
        .join(billing, on="mdtrt_id", how="left")
        .with_columns(kind=pl.lit(BEARER))
    )
    return pl.concat([bearers, use_rows(items, cases), weight_rows(t)], how="diagonal")


@rule(
    title_zh="手术操作无收费支持的高套病组",
    title_en="Group upcoded by an operation that was not charged",
    kind=Kind.UPCODING,
    certainty="suspected",
    scope="city",
    gz_code="GZ10000201003000",
    legal_basis=("reg.38.7", "impl.23", "impl.35"),
    needs=("mdcs_fund_setl_list_d", "mdcs_fund_setl_list_diag_d", "mdcs_fund_setl_list_oprn_d", "drg_setl_d", "fee_list_d"),
    params=(
        "bearers_min",
        "companion_share_min",
        "companion_lift_min",
        "companions_max",
        "score_max",
        "cases_min",
        "base_rate_min",
        "chance_max",
        "excess_share_min",
        "fee_over_standard_max",
    ),
    extract=_extract,
)
def upcoded_operation(t: Tables, p: Params) -> pl.LazyFrame:
    """The main operation of the settlement list puts the case into a surgical or procedural group, but nothing of it was charged.

    What an operation leaves in the fee lines (the operation item, anaesthesia, consumables, drugs) is learned from the other hospitals'
    cases of the same code (``_support``). A case is at issue when these are missing and the case grouped without its operations falls
    into a cheaper group, at a hospital where that is a habit. An honest hospital may show the operation record: done free of
    charge, charged as a package under another item, or in an earlier stay.
    """
    extracted = t.extracted.collect()
    if extracted.is_empty() or extracted.filter(pl.col("kind") == BEARER).is_empty():
        return empty_hits()
    scheme = scheme_in_use()
    judgement = judged(extracted, p)
    hospitals = habit(judgement, p)
    if hospitals.is_empty():
        return empty_hits()
    names = scheme.drg.select("drg_code", billed_name="drg_name")
    at_issue = (
        judgement.filter(~pl.col("supported") & pl.col("drg_code").is_not_null() & pl.col("adrg_without").is_not_null())
        .filter(
            (pl.col("fee_fen") <= p["fee_over_standard_max"] * pl.col("pay_std_fen")) & (pl.col("drg_code").str.slice(0, 3) != pl.col("adrg_without"))
        )
        .join(names, on="drg_code")
    )
    priced = with_loss(at_issue, weight_table(extracted, scheme), "drg_code", "supported_code")
    found = priced.join(hospitals.select("fixmedins_code", "n", "unsupported", "expected"), on="fixmedins_code", suffix="_hospital").sort("mdtrt_id")
    return found.lazy().select(
        "fixmedins_code",
        "psn_no",
        "mdtrt_id",
        "setl_id",
        occurred_from="begn_date",
        occurred_to="end_date",
        amount_fen="difference_fen",
        loss_fen="loss_fen",
        strength=(0.6 + 0.04 * (-pl.col("score")).clip(0, 7.5)),
        evidence=pl.format(
            "该例以主手术{}（{}）按{}{}结算，但住院费用明细中没有该手术应有的收费（其他机构{}例同一手术通常有{}）；不计该手术应入{}{}，"
            "付费标准{}元，差额{}元。该机构可判断的手术病例{}例，其中{}例无收费支持（{}），按其他机构水平应约{}例。",
            pl.coalesce("op_name", "code"),
            "code",
            "drg_code",
            "billed_name",
            "n_peers",
            "companions",
            "supported_code",
            "supported_name",
            yuan(pl.col("pay_std_fen")),
            yuan(pl.col("difference_fen")),
            "n_hospital",
            pl.col("unsupported").cast(pl.Int64),
            percent(pl.col("unsupported") / pl.col("n_hospital")),
            pl.col("expected").round(1),
        ),
    )
