from __future__ import annotations

import polars as pl

from features.drg.grouper import group
from features.drg.lists import cases_of, diagnoses_of, operations_of
from features.parameters import Params
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule
from models.rules.drg._payment import billed_cases, scheme_in_use, weight_rows, weight_table, with_loss
from models.rules.drg._support import BEARER, CANDIDATE, habit, items_of_cases, judged, use_rows
from models.run_rules import empty_hits
from models.wording import percent, yuan


def _extract(t: Tables, p: Params) -> pl.LazyFrame:
    """Every case under its main diagnosis with its items; DRG-paid cases also under each other diagnosis, with the group that would give."""
    scheme = scheme_in_use()
    people = cases_of(t)
    cases = people.select("case_id", "mdtrt_id", "fixmedins_code")
    items = items_of_cases(t, cases).collect().lazy()
    keys = items.group_by("mdtrt_id").agg(keys=pl.col("key").sort())
    billing = billed_cases(t).drop("fixmedins_code").collect().lazy()
    listed = diagnoses_of(t).sort("case_id", pl.col("main").not_(), "seq")
    main = listed.unique("case_id", keep="first", maintain_order=True)
    bearers = main.select("case_id", "code", dx_name="name").with_columns(kind=pl.lit(BEARER))
    # each secondary diagnosis in turn as the main one; the former main one stands behind it
    paid = cases.join(billing.select("mdtrt_id"), on="mdtrt_id", how="semi").select("case_id")
    turns = listed.join(main.select("case_id", main_seq="seq"), on="case_id").join(paid, on="case_id", how="semi")
    turns = turns.filter(pl.col("seq") != pl.col("main_seq")).select("case_id", turn="seq", code="code", dx_name="name")
    swapped = turns.select("case_id", "turn").join(listed, on="case_id")
    swap_id = pl.col("case_id") + "|" + pl.col("turn")
    grouped = group(
        turns.join(people, on="case_id").with_columns(case_id=swap_id),
        swapped.select(case_id=swap_id, code="code", main=pl.col("seq") == pl.col("turn"), seq="seq"),
        turns.select("case_id", "turn").join(operations_of(t), on="case_id").select(case_id=swap_id, code="code", main="main", seq="seq"),
        scheme,
    )
    candidates = (
        turns.with_columns(swap=swap_id)
        .join(grouped.filter(pl.col("reason") == "grouped").select(swap="case_id", supported_code="drg_code", supported_adrg="adrg"), on="swap")
        .select("case_id", "code", "dx_name", "supported_code", "supported_adrg", kind=pl.lit(CANDIDATE))
    )
    both = pl.concat([bearers, candidates], how="diagonal").join(cases, on="case_id").join(keys, on="mdtrt_id")
    return pl.concat([both.join(billing, on="mdtrt_id", how="left"), use_rows(items, cases), weight_rows(t)], how="diagonal")


@rule(
    title_zh="主要诊断选择不当的高套病组",
    title_en="Group upcoded by the choice of the main diagnosis",
    kind=Kind.UPCODING,
    certainty="suspected",
    scope="city",
    gz_code="GZ10000201003000",
    legal_basis=("reg.38.7", "impl.23", "impl.35"),
    needs=("mdcs_fund_setl_list_d", "mdcs_fund_setl_list_diag_d", "drg_setl_d", "fee_list_d"),
    params=(
        "bearers_min",
        "companion_share_min",
        "companion_lift_min",
        "companions_max",
        "score_max",
        "other_score_min",
        "cases_min",
        "base_rate_min",
        "chance_max",
        "excess_share_min",
        "fee_over_standard_max",
    ),
    extract=_extract,
)
def upcoded_main_diagnosis(t: Tables, p: Params) -> pl.LazyFrame:
    """The stay was spent on another diagnosis of the list than the one named as the main, and that one pays less.

    What patients with a main diagnosis get is learned from the other hospitals (``_support``). A case is at issue when its services do not
    look like its main diagnosis (score at most ``score_max``) but clearly like one of its other diagnoses (at least
    ``other_score_min``) whose group is cheaper, at a hospital where that is a habit. The main diagnosis is by rule the one that
    took most resources, so a hospital may show that the named one was the reason of admission and was treated by other means.
    """
    extracted = t.extracted.collect()
    if extracted.is_empty() or extracted.filter(pl.col("kind") == BEARER).is_empty():
        return empty_hits()
    scheme = scheme_in_use()
    scored = judged(extracted, p)
    mains = scored.filter(pl.col("kind") == BEARER)
    weights = weight_table(extracted, scheme)
    others = (
        with_loss(
            scored.filter((pl.col("kind") == CANDIDATE) & (pl.col("score") >= p["other_score_min"]) & pl.col("drg_code").is_not_null()).filter(
                pl.col("supported_adrg") != pl.col("drg_code").str.slice(0, 3)
            ),
            weights,
            "drg_code",
            "supported_code",
        )
        .sort(["case_id", "score", "code"], descending=[False, True, False])
        .unique("case_id", keep="first", maintain_order=True)
        .select(
            "case_id", "supported_code", "supported_name", "difference_fen", "loss_fen",
            other_code="code", other_name=pl.coalesce("dx_name", "code"), other_has="companions",
        )
    )  # fmt: skip
    mains = mains.join(others, on="case_id", how="left").with_columns(
        supported=pl.col("supported")
        | pl.col("supported_code_right").is_null()
        | (pl.col("fee_fen") > p["fee_over_standard_max"] * pl.col("pay_std_fen"))
    )
    hospitals = habit(mains, p)
    names = scheme.drg.select("drg_code", billed_name="drg_name")
    found = (
        mains.filter(~pl.col("supported") & pl.col("drg_code").is_not_null())
        .join(names, on="drg_code")
        .join(hospitals.select("fixmedins_code", "n", "unsupported", "expected"), on="fixmedins_code", suffix="_hospital")
        .sort("mdtrt_id")
    )
    return found.lazy().select(
        "fixmedins_code",
        "psn_no",
        "mdtrt_id",
        "setl_id",
        occurred_from="begn_date",
        occurred_to="end_date",
        amount_fen="difference_fen",
        loss_fen="loss_fen",
        strength=(0.55 + 0.04 * (-pl.col("score")).clip(0, 7.5)),
        evidence=pl.format(
            "该例以主要诊断{}（{}）按{}{}结算，但费用明细中没有其他机构{}例同一主要诊断通常有的{}，而与其他诊断{}（{}，通常有{}）的诊疗相符；"
            "以后者为主要诊断应入{}{}，付费标准{}元，差额{}元。该机构可判断病例{}例，其中{}例如此（{}），按其他机构水平应约{}例。",
            pl.coalesce("dx_name", "code"),
            "code",
            "drg_code",
            "billed_name",
            "n_peers",
            "companions",
            "other_name",
            "other_code",
            "other_has",
            "supported_code_right",
            "supported_name",
            yuan(pl.col("pay_std_fen")),
            yuan(pl.col("difference_fen")),
            "n_hospital",
            pl.col("unsupported").cast(pl.Int64),
            percent(pl.col("unsupported") / pl.col("n_hospital")),
            pl.col("expected").round(1),
        ),
    )
